"""Dates: what is due and what is coming, as a page and as a calendar; and the days on which a city works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mix.actions.city import calendars
from mix.data.models import CalendarFeed, CityDay, Municipality
from mix.readers.city.calendars import calendar_of, get_day, list_days
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.flow.date_pages import page_dates
from mix.rules.city.calendar import public_holidays
from mix.rules.city.day_files import read_days
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.web.drawing.dated import DatedView, view_of
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, signed_in, staff_of, today_of
from mix.web.drawing.showing import said, use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, RowAct, do, show, take
from mix.web.forms.feeds import address_of, feed_acts
from mix.web.forms.wordings import wording

SOON = timedelta(days=30)
YEARS = 2  # of public holidays, shown to whoever adds the city's own


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
    feed, acts = feed_acts(actor.someone)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    today = today_of(request)
    page = page_dates(actor, number_of(request), now=now_of(request))
    found = [view_of(d) for d in page.rows]
    rest = [v for v in found if not v.dated.is_late(today)]
    context = DatesContext(
        late=[v for v in found if v.dated.is_late(today)],
        soon=[v for v in rest if v.dated.day <= today + SOON],
        later=[v for v in rest if v.dated.day > today + SOON],
        pager=pager(request, page),
        feed=feed,
        address=address_of(feed),
    )
    return show(request, "staff/flow/dates.html", taken, context)


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
