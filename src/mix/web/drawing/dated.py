"""Dates ready to draw: what is due, why, of what, and where; and as an entry of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

from mix.phrases.words import word
from mix.readers.case.challenges import method_for
from mix.readers.flow.dates import Dated
from mix.rules.city.calendar import day_in
from mix.rules.flow.waits import SOON
from mix.web.drawing.showing import day, in_language, language, said, time_left, titled
from mix.web.drawing.waits import Clock

if TYPE_CHECKING:
    from icalendar import Event


def _title(dated: Dated) -> str:
    subject = dated.challenge or dated.pilot
    return in_language(subject, "title") if subject else ""


def _place(dated: Dated) -> str:
    if dated.path:
        return f"/{language()}/{dated.path}"
    if dated.pilot:
        return reverse("city-pilot", args=[dated.pilot.code])
    code = dated.challenge.code if dated.challenge else ""
    return reverse("city-step", args=[code, dated.step]) if dated.step else reverse("city-challenge", args=[code])


@dataclass(frozen=True)
class DatedView:
    """A date, ready to draw: what is due, why, of what, and where; `instant` where it has a time of day."""

    dated: Dated
    what: str
    why: str
    title: str
    place: str
    instant: datetime | None
    closed: str


def view_of(dated: Dated) -> DatedView:
    """Make a date ready to draw, in the page's language."""
    return DatedView(
        dated=dated,
        what=word("date", dated.code, language()),
        why=word("date_reason", dated.code, language()),
        title=_title(dated),
        place=_place(dated),
        instant=dated.on if isinstance(dated.on, datetime) else None,
        closed=_closed(dated),
    )


@dataclass(frozen=True)
class NextView:
    """The next date of a challenge: the date, how long is left or since when it is late, and of which step it is."""

    date: DatedView
    clock: Clock
    step: str


def next_view(dated: Dated, *, now: datetime) -> NextView:
    """Make the next date of a challenge ready to draw."""
    challenge = dated.challenge
    step = said(method_for(challenge).step(dated.step).title) if challenge and dated.step else ""
    return NextView(view_of(dated), _clock_of(dated, now=now), step)


def _clock_of(dated: Dated, *, now: datetime) -> Clock:
    """Return how long is left until a date; a day is left until it is over in its city."""
    if dated.is_late(day_in(dated.city.zone, now)):
        return Clock(gettext("late"), gettext("since %(day)s") % {"day": day(dated.day)}, "late")
    over = datetime.combine(dated.day + timedelta(days=1), time.min, ZoneInfo(dated.city.zone))
    until = dated.on if isinstance(dated.on, datetime) else over
    if until <= now:
        return Clock(gettext("today"), "")
    return Clock(time_left(until, now), gettext("are left"), "soon" if until - now < SOON else "")


def _closed(dated: Dated) -> str:
    """Say why the city does not work on that day; nothing where it does."""
    if not dated.closed:
        return ""
    return said(dated.closed.name) if dated.closed.name else gettext("weekend")


def event_of(dated: Dated, *, now: datetime) -> Event:
    """Make a date an entry of a calendar; what is owed rings two days before."""
    from icalendar import Alarm, Event  # large, and rarely asked for

    view = view_of(dated)
    made = Event()
    made.add("uid", f"{dated.key}@{settings.BASE_URL.split('//', 1)[-1]}")
    made.add("dtstamp", now)
    made.add("summary", titled(view.what, view.title))
    made.add("description", view.why)
    made.add("url", f"{settings.BASE_URL}{view.place}")
    made.add("dtstart", dated.on)
    made.add("dtend", dated.on if isinstance(dated.on, datetime) else dated.on + timedelta(days=1))
    if dated.is_duty:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", view.what)
        alarm.add("trigger", timedelta(days=-2))
        made.add_component(alarm)
    return made
