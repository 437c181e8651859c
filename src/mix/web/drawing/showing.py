"""How dates, money and closing times are written, in each language, from one place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale, localedata
from babel.dates import format_date, get_timezone_name
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mix.data.models.core.wordings import Worded
from mix.phrases.words import word
from mix.rules.choice.scoring import digits_apart, shown
from mix.rules.city.schemes import PriceRule
from mix.rules.core.fields import Wording
from mix.rules.core.typography import NBSP, amount, first, spaced
from mix.rules.market.closing import Closing

HOME_ZONE = "America/Toronto"  # for pages that are about no city


def use_clock(zone: str) -> None:
    """Read and write the times of the page at hand on one city's clock (IANA zone)."""
    timezone.activate(zone)


def clock() -> str:
    """Return the zone in which the page at hand reads and writes times."""
    return timezone.get_current_timezone_name()


def language() -> str:
    """Return the language of the page as two letters, such as "en" or "fr"."""
    return (get_language() or "en")[:2]


class Foreign(str):
    """A text in another language than the page's: on a page an element that says so, in an attribute the bare text."""

    __slots__ = ("language",)
    language: str

    def __html__(self) -> str:
        return format_html('<span lang="{}">{}</span>', self.language, broken(plain(self)))


def broken(text: str) -> SafeString:
    """Return a text with its line breaks, for a place where elements may stand."""
    return mark_safe(escape(text).replace("\n", "<br>"))


def plain(text: str) -> str:
    """Return a text without its mark, for places where no element may stand: attributes, titles of pages, options."""
    return str.__str__(text) if isinstance(text, Foreign) else text


def said(wording: Wording) -> str:
    """Return a text in the page's language; where it was not written in it, that of another, which marks itself."""
    asked = language()
    spoken = wording.spoken(asked)
    text = spaced(wording.in_(spoken), spoken)
    return text if spoken == asked else _foreign(text, spoken)


def in_english(text: str) -> str:
    """Return a text that was kept without a language: a bare text is English, and marks itself on other pages.

    What has no letter, such as a figure, is in no language.
    """
    return text if language() == "en" or not any(map(str.isalpha, text)) else _foreign(text, "en")


def _foreign(text: str, language: str) -> Foreign:
    found = Foreign(text)
    found.language = language
    return found


def said_of(row: Worded, column: str) -> str:
    """Return a row's text as `said` does."""
    asked = language()
    kept, spoken = row.spoken(column, asked)
    text = spaced(kept, spoken)
    return text if spoken == asked else _foreign(text, spoken)


def in_language(row: Worded, column: str) -> str:
    """Return a row's text in the page's language, bare: for labels and options."""
    return spaced(*row.spoken(column, language()))


def colon() -> str:
    """Return the colon after a word: French puts a space before it, on the same line."""
    return _(":")


def titled(what: str, which: str) -> str:
    """Write what something is and which one, as "Agile pilot: Pilot only"."""
    return f"{what}{colon()} {which}"


def language_name(code: str) -> str:
    """Return what a language is called in the page's language, as in the midst of a sentence; else in its own."""
    for asked in (language(), code):
        if localedata.exists(asked) and (name := Locale.parse(asked).languages.get(code)):
            return str(name)
    return code


def _locale() -> str:
    return _locale_of(language())


@lru_cache(maxsize=16)
def _locale_of(language: str) -> str:
    return f"{language}_CA" if localedata.exists(f"{language}_CA") else "en_CA"


def day(value: date | datetime | None, zone: str = "") -> str:
    """Write a day with its weekday, as "Thu 14 Jan 2027" or "jeu. 14 janv. 2027"; an instant on the page's clock."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone or clock())).date()
    return _day_in(value, _locale())


@lru_cache(maxsize=4096)
def _day_in(value: date, locale: str) -> str:
    return _ordinal(value, "EEE d MMM y", locale).replace(" ", NBSP).replace(".,", ".")


def _ordinal(value: date, form: str, locale: str) -> str:
    """Write a day of which the first of a month is an ordinal number where the language says so; Babel does not."""
    said = format_date(value, form, locale=locale)
    return said.replace(" 1 ", f" {first(1)} ", 1) if locale[:2] == "fr" and value.day == 1 else said


def clock_words(local: time) -> str:
    """Write a time of day, as "14:00"; in French "14 h", or "14 h 05"."""
    if language() != "fr":
        return f"{local:%H:%M}"
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local:%M}" if local.minute else "")


def _zone_name(local: datetime) -> str:
    """Return the short name of a time's zone: EST or EDT in English, HNE or HAE in French.

    The pinned table of zones decides. Where the table of names does not know what it says, as of British Columbia since
    2026, its own name stands.
    """
    name, is_summer = f"{local:%Z}", bool(local.dst())
    zone = str(local.tzinfo)
    is_known = name != "UTC" and _zone_named(zone, is_summer=is_summer, locale="en_CA") == name
    return _zone_named(zone, is_summer=is_summer, locale=_locale()) if is_known else name


@lru_cache(maxsize=256)
def _zone_named(zone: str, *, is_summer: bool, locale: str) -> str:
    variant: Literal["daylight", "standard"] = "daylight" if is_summer else "standard"
    return str(get_timezone_name(ZoneInfo(zone), "short", locale=locale, zone_variant=variant))


def moment(value: datetime | None, zone: str = "") -> str:
    """Write an instant on a city's clock, or on that of the page, as "Thu 14 Jan 2027, 14:00 EST"; in French "14 h"."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone or clock()))
    return f"{day(value, zone)}, {clock_words(local.timetz())}{NBSP}{_zone_name(local)}"


def closing_words(value: datetime, zone: str) -> str:
    """Write an instant to the second with its zone and offset, as every closing is written; in French the day first."""
    closing = Closing(value, zone)
    clock = closing.local.strftime("%H:%M:%S")
    fraction = f".{closing.local.microsecond // 1000:03d}" if closing.local.microsecond else ""
    halves = f"{clock}{fraction} {_zone_name(closing.local)} ({closing.offset})", _long_day(closing.local)
    return ", ".join(reversed(halves) if language() == "fr" else halves)


def _long_day(local: datetime) -> str:
    return _ordinal(local.date(), "EEEE d MMMM y", _locale())


def before_words(value: datetime, zone: str) -> tuple[str, str]:
    """Return the two halves of "Closes before … on …": clock with zone, and day."""
    closing = Closing(value, zone)
    return (
        f"{closing.local:%H:%M:%S} {_zone_name(closing.local)} ({closing.offset})",
        _long_day(closing.local),
    )


def money(cents: int | None) -> str:
    """Write an amount, as "CAD 25,000" or "25 000 $ CA"; nothing where there is none."""
    return "" if cents is None else amount(cents, language())


def plain_amount(cents: int | None) -> str:
    """Write an amount as it is typed, without a currency."""
    if cents is None:
        return ""
    pattern = "#,##0" if cents % 100 == 0 else "#,##0.00"
    return format_decimal(Decimal(cents) / 100, pattern, locale=_locale()).replace("\u202f", " ").replace(NBSP, " ")


def quantity(text: str) -> str:
    """Write a decimal as it is counted, with as many places as it has."""
    return format_decimal(Decimal(text), "#,##0.###", locale=_locale())


def points(value: str | Fraction, among: Iterable[str | Fraction] = ()) -> str:
    """Write points from their exact fraction, or as many decimals as were written: two, or what tells them apart."""
    written = len(str(value).partition(".")[2])
    digits = max(2, written, digits_apart(Fraction(v) for v in among))
    return format_decimal(shown(Fraction(value), digits=digits), f"0.{'0' * digits}", locale=_locale())


def price_rule(rule: PriceRule) -> str:
    """Say how price counts, with the amounts that the formula needs."""
    amounts = {"full_at": rule.full_at, "none_at": rule.none_at, "amount": rule.amount}
    said = {key: money(int(value * 100)) if value is not None else "" for key, value in amounts.items()}
    return word("price_formula", rule.formula.value, language()).format(**said)


def size(count: int) -> str:
    """Write a file size."""
    if count < 1024:
        unit, figure = _("bytes"), str(count)
    elif count < 1024 * 1024:
        unit, figure = _("KB"), format_decimal(count / 1024, "0", locale=_locale())
    else:
        unit, figure = _("MB"), format_decimal(count / 1024 / 1024, "0.0", locale=_locale())
    return f"{figure}{NBSP}{unit}"


def time_left_changes(until: datetime, now: datetime) -> datetime:
    """Return the instant up to which `time_left` writes what it writes now."""
    seconds = int((until - now).total_seconds())
    step = 86400 if seconds >= 3 * 86400 else 60
    whole = seconds // step * step or min(seconds, 1)  # in the last second nothing is left
    return until - timedelta(seconds=whole)


def time_left(until: datetime, now: datetime) -> str:
    """Write how long is left, in its two largest units; "" when none is."""
    seconds = int((until - now).total_seconds())
    if seconds <= 0:
        return ""
    days, rest = divmod(seconds, 86400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    if days >= 3:
        return _("%(count)d days") % {"count": days}
    if days or hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": days * 24 + hours, "minutes": minutes}
    return _("%(count)d minutes") % {"count": minutes}
