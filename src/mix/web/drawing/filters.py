"""What every template can call or filter by: words, dates, money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString

from mix.data.models import Step
from mix.data.models.core.wordings import Worded
from mix.phrases.refusals import sentence
from mix.phrases.words import word
from mix.readers.case.challenges import spec_of
from mix.rules.city.schemes import PriceRule
from mix.rules.core.fields import FieldSpec, Wording
from mix.rules.core.file_kinds import FileKind, endings
from mix.rules.core.unmet import Unmet
from mix.web.drawing import showing
from mix.web.drawing.markdown import to_html


def day(value: date | datetime | None) -> str:
    """Write a day."""
    return showing.day(value)


def moment(value: datetime | None, zone: str = "") -> str:
    """Write an instant on a city's clock, or on that of the page."""
    return showing.moment(value, zone)


def closing(value: datetime, zone: str) -> str:
    """Write an instant to the second with zone and offset."""
    return showing.closing_words(value, zone)


def clock_part(value: datetime, zone: str) -> str:
    """Write the clock half of a closing."""
    return showing.before_words(value, zone)[0]


def day_part(value: datetime, zone: str) -> str:
    """Write the day half of a closing."""
    return showing.before_words(value, zone)[1]


def money(cents: int | None) -> str:
    """Write an amount."""
    return showing.money(cents)


def quantity(text: str) -> str:
    """Write a decimal as it is counted."""
    return showing.quantity(text)


def points(value: str, among: Iterable[str] = ()) -> str:
    """Write exact points with two decimals, or with as many as tell them from the others."""
    return showing.points(value, among)


def price_rule(rule: PriceRule) -> str:
    """Say how price counts."""
    return showing.price_rule(rule)


def size(count: int) -> str:
    """Write a file size."""
    return showing.size(count)


def left(until: datetime, now: datetime) -> str:
    """Write how long is left."""
    return showing.time_left(until, now)


def said(text: Wording | Mapping[str, str] | None) -> str:
    """Draw a text in the page's language, or marked as of another; a mapping is what a record keeps of a text."""
    if text is None:
        return ""
    return showing.said(text if isinstance(text, Wording) else Wording.of(text))


def word_of(group: str, code: str) -> str:
    """Return the name of a code."""
    return word(group, str(code), showing.language())


def named(code: str, group: str) -> str:
    """Return the name of a code, as a filter."""
    return word(group, str(code), showing.language())


def sentence_of(unmet: Unmet) -> str:
    """Return the sentence of one unmet thing."""
    return sentence(unmet, showing.language())


def in_language(row: Worded, column: str) -> str:
    """Draw a row's text in the page's language, or marked as of another."""
    return showing.said_of(row, column)


def plain(text: str) -> str:
    """Return a text for a place where no element may stand."""
    return showing.plain(text)


def english(text: str) -> str:
    """Mark a text that was kept without a language on pages in another than English."""
    return showing.in_english(str(text))


def foreign(text: str) -> str:
    """Return the language of a text that is not in the page's; empty for one that is."""
    return text.language if isinstance(text, showing.Foreign) else ""


def markdown(text: str) -> SafeString:
    """Render Markdown without any raw HTML."""
    return to_html(text)


def at(mapping: Mapping[Any, Any], key: Any) -> Any:  # noqa: ANN401 - any mapping
    """Return the value at a key, or nothing."""
    return mapping.get(key)


def endings_of(spec: FieldSpec) -> tuple[str, ...]:
    """Return the endings of the files that a question takes."""
    return endings(spec.kinds)


def kinds_of(spec: FieldSpec) -> tuple[FileKind, ...]:
    """Return the kinds of files that a question takes."""
    return spec.kinds or tuple(FileKind)


def by_group(items: Iterable[Any]) -> list[tuple[Wording | None, list[Any]]]:
    """Return fields, or what is drawn of them, under the headings that they stand under, in their order."""
    found = ((getattr(item, "spec", item).group, item) for item in items)
    return [(group, [item for _group, item in rows]) for group, rows in groupby(found, key=lambda pair: pair[0])]


def spec_title(step: Step) -> str:
    """Return what the method calls a step."""
    return showing.said(spec_of(step).title)


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chromium"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser(agent: str) -> str:
    """Name the browser and the system that a user agent tells of, for people who look for a strange one."""
    named = [next((name for mark, name in known if mark in agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(n for n in named if n) or agent[:60] or "?"
