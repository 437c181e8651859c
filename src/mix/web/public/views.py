"""The start page, and what every page leads to: who this is, how to begin, whom to ask, and two statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mix.data.models import Letterhead, Municipality, Notice, Solicitation
from mix.readers.case.challenge_lists import list_ended_challenges
from mix.readers.case.publishing import list_latest_notices
from mix.readers.city.letterheads import list_reached
from mix.readers.city.methods import list_latest, method_of
from mix.readers.knowledge.outcomes import Funnel, Outcome, gather_funnel, list_outcomes
from mix.readers.market.solicitations import page_open
from mix.rules.city.methods import Method
from mix.web.drawing.cards import Card, cards
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import holds_until, now_of
from mix.web.drawing.showing import time_left_changes


@dataclass(frozen=True)
class HomeContext:
    """What the start page draws: open calls, each with the card of its challenge, and what came of others."""

    calls: Sequence[tuple[Solicitation, Card]]
    pager: Pager
    outcomes: Sequence[Outcome]
    notices: Sequence[Notice]
    method: Method | None
    funnel: Funnel
    now: datetime


def home(request: HttpRequest) -> HttpResponse:
    """What is your city trying to solve, and what came of it?"""
    now = now_of(request)
    page = page_open(number_of(request), now=now)
    calls = page.rows
    holds_until(request, *(time_left_changes(call.closes_at, now) for call in calls))
    context = HomeContext(
        calls=list(zip(calls, cards(call.step.challenge for call in calls), strict=True)),
        pager=pager(request, page),
        outcomes=list_outcomes(list_ended_challenges(6)),
        notices=list_latest_notices(5),
        method=next((method_of(v) for v in list_latest() if v.key == "sprint"), None),
        funnel=gather_funnel(),
        now=now,
    )
    return draw_page(request, "public/home.html", context)


def about(request: HttpRequest) -> HttpResponse:
    """Who is this, and who decides?"""
    return draw_page(request, "public/about.html")


def for_vendors(request: HttpRequest) -> HttpResponse:
    """How does a firm take part?"""
    return draw_page(request, "public/for_vendors.html")


def for_cities(request: HttpRequest) -> HttpResponse:
    """What does a city need to begin?"""
    return draw_page(request, "public/for_cities.html")


@dataclass(frozen=True)
class ContactContext:
    """What the page draws that says whom to ask: each city with where it is reached, and who looks after the site."""

    cities: list[tuple[Municipality, Letterhead | None]]
    security: str


def contact(request: HttpRequest) -> HttpResponse:
    """Whom do I ask?"""
    return draw_page(request, "public/contact.html", ContactContext(list_reached(), settings.SECURITY_CONTACT))


def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return draw_page(request, "public/accessibility.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about people, and why."""
    return draw_page(request, "public/privacy.html")
