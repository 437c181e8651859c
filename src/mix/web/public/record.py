"""What is learned from all cases together: outcomes, methods, measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mix.readers.case.challenge_lists import page_ended_challenges, page_measured_challenges
from mix.readers.city.methods import list_latest, method_of
from mix.readers.city.policies import toolbox
from mix.readers.knowledge.lessons import Measures, measure
from mix.readers.knowledge.outcomes import Outcome, list_outcomes
from mix.rules.city.methods import Method
from mix.rules.city.policy.adviser import Instrument, wholly
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager


@dataclass(frozen=True)
class OutcomesContext:
    """What the list of outcomes draws."""

    rows: Sequence[Outcome]
    pager: Pager


def outcomes(request: HttpRequest) -> HttpResponse:
    """What was bought, and what came of it."""
    page = page_ended_challenges(number_of(request))
    return draw_page(request, "public/outcomes.html", OutcomesContext(list_outcomes(page.rows), pager(request, page)))


FIRST, LAST = "sprint", "traditional-rfp"  # the method that this was made for, and what it is compared with


@dataclass(frozen=True)
class HowContext:
    """What the page of methods draws: the Sprint Method first; and when each fits.

    That is by the instruments that it is, or else by the routes that it offers.
    """

    methods: Sequence[Method]
    when: Sequence[tuple[Method, Sequence[Instrument]]]


def how(request: HttpRequest) -> HttpResponse:
    """How this works: which method when, then every method of the catalogue, drawn from its document."""
    found = sorted((method_of(v) for v in list_latest()), key=lambda m: (m.key != FIRST, m.key == LAST))
    routes = {row.route: row for row in toolbox() if row.route}
    when = [(m, wholly(toolbox(), m) or [routes[route] for route in m.routes if route in routes]) for m in found]
    return draw_page(request, "public/how.html", HowContext(found, when))


@dataclass(frozen=True)
class MeasuresContext:
    """What the page of measures draws."""

    rows: Sequence[Measures]
    pager: Pager


def measures(request: HttpRequest) -> HttpResponse:
    """The figures by which methods are compared, case by case."""
    page = page_measured_challenges(number_of(request))
    return draw_page(request, "public/measures.html", MeasuresContext(measure(page.rows), pager(request, page)))
