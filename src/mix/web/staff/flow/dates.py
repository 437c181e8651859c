"""Dates: what is due and what is coming, as a page and as a calendar; and the days on which a city works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override
from django.utils.translation import gettext_lazy as _

from mix.actions.city import calendars
from mix.data.models import CalendarFeed, CityDay, Municipality, Person
from mix.data.wall import lifted, raise_wall
from mix.phrases.words import word
from mix.readers.city.calendars import calendar_of, find_feed, find_reader, get_day, list_days, token_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import actor_for
from mix.readers.core.errors import Unknown
from mix.readers.flow.date_pages import page_dates
from mix.readers.flow.dates import Dated, list_dates
from mix.rules.city.calendar import public_holidays
from mix.rules.city.day_files import read_days
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, signed_in, staff_of, today_of
from mix.web.drawing.showing import in_language, language, said, use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, RowAct, do, show, take
from mix.web.forms.wordings import wording

if TYPE_CHECKING:
    from icalendar import Event

SOON = timedelta(days=30)
YEARS = 2  # of public holidays, shown to whoever adds the city's own


def _title(dated: Dated) -> str:
    subject = dated.challenge or dated.pilot
    return in_language(subject, "title") if subject else ""


def _place(dated: Dated) -> str:
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


def _view(dated: Dated) -> DatedView:
    return DatedView(
        dated=dated,
        what=word("date", dated.code, language()),
        why=word("date_reason", dated.code, language()),
        title=_title(dated),
        place=_place(dated),
        instant=dated.on if isinstance(dated.on, datetime) else None,
        closed=_closed(dated),
    )


def _closed(dated: Dated) -> str:
    """Say why the city does not work on that day; nothing where it does."""
    if not dated.closed:
        return ""
    return said(dated.closed.name) if dated.closed.name else gettext("weekend")


class MakeFeed(Act[Person]):
    """Make the secret address of one's calendar."""

    label = _("Make an address for my calendar")
    done = _("Made. An address that was made before no longer works.")

    def run(self, request: HttpRequest) -> None:
        """Make it."""
        do(request, calendars.make_feed)


class EndFeed(Act[Person]):
    """End the address of one's calendar."""

    label = _("End the address")
    done = _("Ended. Your calendar program no longer gets your dates.")

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, calendars.end_feed)


@dataclass(frozen=True)
class DatesContext:
    """What a page of dates draws: what is late, what is due soon, what comes later; and the calendar's address."""

    late: list[DatedView]
    soon: list[DatedView]
    later: list[DatedView]
    pager: Pager
    feed: CalendarFeed | None
    address: str


def dates(request: HttpRequest) -> HttpResponse:
    """What is late, what is due in a month, and what comes later."""
    actor = staff_of(request)
    person, feed = actor.someone, find_feed(actor.someone)
    acts = {"feed": Listed(MakeFeed, person)}
    if feed:
        acts = {
            "feed": Listed(MakeFeed, person, label=_("Make a new address")),
            "end": Listed(EndFeed, person),
        }
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    today = today_of(request)
    page = page_dates(actor, number_of(request), now=now_of(request))
    found = [_view(d) for d in page.rows]
    rest = [v for v in found if not v.dated.is_late(today)]
    context = DatesContext(
        late=[v for v in found if v.dated.is_late(today)],
        soon=[v for v in rest if v.dated.day <= today + SOON],
        later=[v for v in rest if v.dated.day > today + SOON],
        pager=pager(request, page),
        feed=feed,
        address=f"{settings.BASE_URL}{reverse('public-calendar', args=[token_of(feed)])}" if feed else "",
    )
    return show(request, "staff/flow/dates.html", taken, context)


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Hand a calendar program the dates of the person whose secret address this is, as they may read them now."""
    with lifted():
        person = find_reader(token)
        actor = actor_for(person) if person else None
    if person is None or actor is None or not actor.is_staff:
        raise Unknown
    raise_wall(person.pk)
    from icalendar import Calendar  # large, and rarely asked for

    made = Calendar()
    made.add("prodid", "-//MIX//Dates//EN")
    made.add("version", "2.0")
    with override(person.language):
        made.add("x-wr-calname", "MIX")
        for dated in list_dates(actor, now=now_of(request)):
            made.add_component(_event(dated, now=now_of(request)))
    response = HttpResponse(made.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="mix.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _event(dated: Dated, *, now: datetime) -> Event:
    from icalendar import Alarm, Event  # large, and rarely asked for

    view = _view(dated)
    made = Event()
    made.add("uid", f"{dated.key}@{settings.BASE_URL.split('//', 1)[-1]}")
    made.add("dtstamp", now)
    made.add("summary", f"{view.what}: {view.title}")
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


class SetDay(Act[Municipality]):
    """Close a city on a day, or have it work on a public holiday."""

    label = _("Set the day")
    done = _("Set. Dates that count working days use it from now on.")
    style = ""

    on = fields.day(_("Day"))
    works = fields.choice(
        _("On this day the city"),
        [("no", _("is closed")), ("yes", _("works, although it is a holiday"))],
        radio=True,
    )
    name = wording(fields.line(_("What day it is"), most=100), again=_("The same"))

    @classmethod
    def first(cls, about: Municipality) -> Mapping[str, Any]:  # noqa: ARG003 - the same for every city
        """Most days that are set are closed."""
        return {"works": "no"}

    def run(self, request: HttpRequest) -> None:
        """Set it."""
        facts = {**self.cleaned_data, "works": self.cleaned_data["works"] == "yes"}
        do(request, calendars.set_day, self.about, **facts)


class ReadCalendar(Act[Municipality]):
    """Close a city on the days of a calendar."""

    label = _("Close on these days")

    file = fields.small_file(
        _("Calendar (.ics)"), hint=_("Events that fill whole days, from today on. If one is wrong, no day is set.")
    )

    def run(self, request: HttpRequest) -> None:
        """Read it, and close."""
        found = read_days(self.cleaned_data["file"].read(), today=today_of(request))
        days = {day: Wording(en=name) for day, name in found.items()}
        count = do(request, calendars.set_days, self.about, days=days)
        said = ngettext(
            "%(n)s day was set; %(rest)s are weekends or holidays already.",
            "%(n)s days were set; %(rest)s are weekends or holidays already.",
            count,
        )
        messages.success(request, said % {"n": count, "rest": len(days) - count})


class DropDay(RowAct[Municipality]):
    """Return a day to what the public holidays say."""

    label = _("Remove")
    done = _("Removed.")

    def run(self, request: HttpRequest) -> None:
        """Remove it."""
        do(request, calendars.drop_day, get_day(self.about, self.row))


@dataclass(frozen=True)
class DaysContext:
    """What the page of working days draws; public holidays with whether the city works on them."""

    city: Municipality
    own: list[CityDay]
    public: list[tuple[date, str, bool]]


def city_days(request: HttpRequest, city: str) -> HttpResponse:
    """The days on which a city works: public holidays, and what the city adds or takes away."""
    found = get_own_municipality(city, actor=signed_in(request), needs=Permission.DELEGATION_EDIT)
    use_clock(found.zone)
    acts = {"set": Listed(SetDay, found), "calendar": Listed(ReadCalendar, found), "drop": Listed(DropDay, found)}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    calendar, today = calendar_of(found), today_of(request)
    coming = [
        (day, said(name), calendar.works_on(day))
        for year in range(today.year, today.year + YEARS)
        for day, name in public_holidays(year).items()
        if day >= today
    ]
    return show(request, "staff/city/days.html", taken, DaysContext(city=found, own=list_days(found), public=coming))
