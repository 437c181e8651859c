"""A person's own dates, as a page and as a calendar: closings, questions, meetings, what a vendor owes, scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override

from mix.data.models import CalendarFeed
from mix.data.wall import lifted, raise_wall
from mix.readers.city.calendars import find_reader
from mix.readers.city.people import actor_for
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.flow.dates import Dated, list_dates
from mix.readers.flow.own_dates import list_own_dates
from mix.web.drawing.dated import DatedView, event_of, view_of
from mix.web.drawing.requests import now_of, signed_in
from mix.web.forms.acts import show, take
from mix.web.forms.feeds import address_of, feed_acts


@dataclass(frozen=True)
class OwnDatesContext:
    """What the page draws: one's dates, the earliest first, and the calendar's address."""

    dates: Sequence[DatedView]
    feed: CalendarFeed | None
    address: str


def own_dates(request: HttpRequest) -> HttpResponse:
    """By when do I owe what, and where do I get it into my calendar?"""
    actor = signed_in(request)
    feed, acts = feed_acts(actor.someone)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    found = [view_of(dated) for dated in list_own_dates(actor, now=now_of(request))]
    return show(request, "entry/dates.html", taken, OwnDatesContext(found, feed, address_of(feed)))


def _all_of(actor: Actor, *, now: datetime) -> Sequence[Dated]:
    """Return what a person sees at its city and what is its own, each date once."""
    seen = list_dates(actor, now=now) if actor.is_staff else []
    return list({dated.key: dated for dated in [*seen, *list_own_dates(actor, now=now)]}.values())


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Hand a calendar program a person's dates, as they may read them now: those of their city, and their own."""
    with lifted():
        person = find_reader(token)
        actor = actor_for(person) if person else None
    if person is None or actor is None:
        raise Unknown
    raise_wall(person.pk)
    from icalendar import Calendar  # large, and rarely asked for

    made = Calendar()
    made.add("prodid", "-//MIX//Dates//EN")
    made.add("version", "2.0")
    with override(person.language):
        made.add("x-wr-calname", "MIX")
        for dated in _all_of(actor, now=now_of(request)):
            made.add_component(event_of(dated, now=now_of(request)))
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="mix.ics"'
    response["Cache-Control"] = "private, no-store"
    return response
