"""What the rules of several cities lead to together, ready to draw: time to answer, differences, contradictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mix.phrases.words import word
from mix.rules.city.calendar import CityCalendar
from mix.rules.city.policy.bylaws import BylawTable, Said, differences
from mix.rules.city.policy.facts import Category
from mix.rules.city.policy.joint import Contradiction, Period
from mix.web.drawing.findings import fact_title
from mix.web.drawing.showing import language, said, titled


@dataclass(frozen=True, slots=True)
class PeriodView:
    """The least time to answer: days, the first working day on which a call published today may close, and why."""

    days: int
    earliest: date
    reasons: tuple[str, ...]
    reductions: tuple[str, ...]


def view_period(period: Period, *, today: date, calendar: CityCalendar) -> PeriodView:
    """Make the least time to answer ready to draw."""
    answers = {True: _("yes"), False: _("no")}
    reductions = [
        ngettext("%(n)d day if “%(answer)s”: %(fact)s", "%(n)d days if “%(answer)s”: %(fact)s", r.days)
        % {"n": r.days, "answer": answers[r.value], "fact": fact_title(r.fact)}
        for r in period.reductions
    ]
    return PeriodView(
        period.days,
        calendar.on_or_after(today + timedelta(days=period.days)),
        tuple(f"{f.rule.text.in_(language())} ({'; '.join(c.text for c in f.cites)})" for f in period.reasons),
        tuple(reductions),
    )


@dataclass(frozen=True, slots=True)
class ClashView:
    """Two rules that no call can keep at once, the facts on which they clash, and what to do."""

    rules: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    todo: str


def view_clash(clash: Contradiction, *, names: Mapping[str, str]) -> ClashView:
    """Make a contradiction ready to draw. `names` are the cities' by code."""
    sides = (clash.first, clash.second)
    same = clash.first.municipality == clash.second.municipality and clash.first.layer is clash.second.layer
    code = "same" if same else "prevails" if clash.prevails else "nobody"
    todo = word("clash", code, language())
    if clash.prevails:
        todo = titled(todo, clash.prevails.rule.title.in_(language()))
    return ClashView(
        tuple(
            (names.get(s.municipality) or word("policy_layer", s.layer, language()), said(s.rule.text)) for s in sides
        ),
        tuple(fact_title(n) for n in clash.facts),
        todo,
    )


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One thing that by-laws say differently: what each city says, by its code, and what governs."""

    topic: str
    said: Mapping[str, str]
    governs: str


def view_differences(
    tables: Mapping[str, BylawTable | None], category: Category, value_cents: int
) -> list[DifferenceRow]:
    """Make the differences between the cities' by-laws ready to draw."""
    return [
        DifferenceRow(
            word("difference", d.topic, language()), {code: _say(s) for code, s in d.by_city.items()}, _say(d.governs)
        )
        for d in differences(tables, category, value_cents)
    ]


def _say(said: Said) -> str:
    if said is None:
        return _("says nothing")
    if isinstance(said, int):
        return ngettext("%(n)d day", "%(n)d days", said) % {"n": said}
    method, quotes = said
    return word("competition", method, language()) + (f" ({quotes})" if quotes else "")
