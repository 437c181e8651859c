"""The published figures as tables to download: outcomes and measures of every public case, as CSV (UTF-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse

from mix.data.models import Challenge
from mix.phrases.words import word
from mix.readers.case.challenge_lists import page_ended_challenges, page_measured_challenges
from mix.readers.core.paging import Page
from mix.readers.knowledge.lessons import measure
from mix.readers.knowledge.outcomes import list_outcomes
from mix.web.drawing.showing import in_language, language
from mix.web.drawing.tables import dollars, table

OUTCOMES = ("challenge", "title", "city", "commissioned_on", "status", "vendor", "value_cad", "outcome", "fictional")
MEASURES = (
    *("challenge", "title", "method", "days_total", "submissions", "questions", "addenda", "staff_hours"),
    *("days_closing_to_award", "least_cost_to_bid_cad", "most_cost_to_bid_cad"),
)


def outcomes(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """What was bought of whom, for how much, and what came of it."""
    return table("outcomes.csv", OUTCOMES, _outcomes())


def measures(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The figures by which methods are compared, case by case."""
    return table("measures.csv", MEASURES, _measures())


def _outcomes() -> Iterator[tuple[Any, ...]]:
    for challenges in _pages(page_ended_challenges):
        for row in list_outcomes(challenges):
            case, award = row.challenge, row.award
            told = row.winner.text if row.winner and row.winner.is_on_record else ""
            came = row.outcome.text if row.outcome and row.outcome.is_on_record else case.ended_reason
            yield (
                case.code,
                in_language(case, "title"),
                in_language(case.municipality, "name"),
                case.commissioned_at.date().isoformat(),
                word("status", case.status, language()),
                award.names if award else told,
                dollars(award.value_cents) if award else "",
                row.story or came,
                int(case.is_fictional),
            )


def _measures() -> Iterator[tuple[Any, ...]]:
    for challenges in _pages(page_measured_challenges):
        for m in measure(challenges):
            costs = m.cost_to_bid_cents
            yield (
                m.challenge.code,
                in_language(m.challenge, "title"),
                in_language(m.challenge.method, "title"),
                m.days_total,
                m.submissions,
                m.questions,
                m.addenda,
                m.hours,
                m.days_close_to_award,
                *((dollars(costs[0]), dollars(costs[-1])) if costs else ("", "")),
            )


def _pages(page_of: Callable[[int], Page[Challenge]]) -> Iterator[list[Challenge]]:
    """Yield the rows of a list page by page."""
    number, last = 1, 1
    while number <= last:
        page = page_of(number)
        last = page.last
        yield page.rows
        number += 1
