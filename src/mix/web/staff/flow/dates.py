"""Dates: what is due and what is coming, as a page and as a calendar; and the days on which a city works."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Alarm, Calendar, Event

from mix.actions.city import calendars
from mix.data.models import Municipality
from mix.data.wall import lifted, raise_wall
from mix.phrases.words import word
from mix.readers.city.calendars import calendar_of, find_feed, find_reader, list_days
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import actor_for
from mix.readers.core.errors import Unknown
from mix.readers.flow.dates import Dated, list_dates
from mix.rules.city.calendar import public_holidays
from mix.rules.core.access import Permission
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import now_of, signed_in, today_of
from mix.web.parts.showing import in_language, language, one_of, use_clock

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


def _view(dated: Dated) -> dict[str, Any]:
    closed = one_of(dated.closed) if dated.closed else ""
    return {
        "dated": dated,
        "what": word("date", dated.code, language()),
        "why": word("date_reason", dated.code, language()),
        "title": _title(dated),
        "place": _place(dated),
        "instant": dated.on if isinstance(dated.on, datetime) else None,
        "closed": closed or _("weekend") if dated.closed else "",
    }


def dates(request: HttpRequest) -> HttpResponse:
    """What is late, what is due in a month, and what comes later."""
    actor = signed_in(request)
    if not actor.is_staff:
        raise Unknown
    acts = {
        "feed": Act(
            forms.form_of(),
            lambda _given: stay(do(request, calendars.make_feed)),
            _("Make a new address") if find_feed(actor.someone) else _("Make an address for my calendar"),
            _("Made. An address that was made before no longer works."),
        )
    }
    if find_feed(actor.someone):
        acts["end"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, calendars.end_feed)),
            _("End the address"),
            _("Ended. Your calendar program no longer gets your dates."),
        )

    def context() -> dict[str, Any]:
        today = today_of(request)
        found = [_view(d) for d in list_dates(actor, now=now_of(request))]
        late = [v for v in found if v["dated"].is_late(today)]
        rest = [v for v in found if not v["dated"].is_late(today)]
        feed = find_feed(actor.someone)
        address = f"{settings.BASE_URL}{reverse('public-calendar', args=[feed.token])}" if feed else ""
        return {
            "groups": [
                (_("Late"), late),
                (_("In the next thirty days"), [v for v in rest if v["dated"].day <= today + SOON]),
                (_("Later"), [v for v in rest if v["dated"].day > today + SOON]),
            ],
            "feed": feed,
            "address": address,
        }

    return answer(request, "staff/flow/dates.html", acts, context)


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Hand a calendar program the dates of the person whose secret address this is, as they may read them now."""
    with lifted():
        person = find_reader(token)
        actor = actor_for(person) if person else None
    if person is None or actor is None or not actor.is_staff:
        raise Unknown
    raise_wall(person.pk)
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
    view = _view(dated)
    made = Event()
    made.add("uid", f"{dated.key}@{settings.BASE_URL.split('//', 1)[-1]}")
    made.add("dtstamp", now)
    made.add("summary", f"{view['what']}: {view['title']}")
    made.add("description", view["why"])
    made.add("url", f"{settings.BASE_URL}{view['place']}")
    made.add("dtstart", dated.on)
    made.add("dtend", dated.on if isinstance(dated.on, datetime) else dated.on + timedelta(days=1))
    if dated.is_duty:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", view["what"])
        alarm.add("trigger", timedelta(days=-2))
        made.add_component(alarm)
    return made


def city_days(request: HttpRequest, city: str) -> HttpResponse:
    """The days on which a city works: public holidays, and what the city adds or takes away."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.DELEGATION_EDIT)
    use_clock(found.zone)

    def drop(given: dict[str, Any]) -> None:
        row = next((d for d in list_days(found) if str(d.pk) == given["item"]), None)
        if row is None:
            raise Unknown
        row.municipality = found
        do(request, calendars.drop_day, row)

    acts = {
        "set": Act(
            forms.form_of(
                on=forms.day(_("Day")),
                works=forms.choice(
                    _("On this day the city"),
                    [("no", _("is closed")), ("yes", _("works, although it is a holiday"))],
                    radio=True,
                ),
                name=forms.line(_("What day it is"), most=100),
                name_fr=forms.line(_("The same in French"), required=False, most=100),
            ),
            lambda given: stay(do(request, calendars.set_day, found, **{**given, "works": given["works"] == "yes"})),
            _("Set the day"),
            _("Set. Dates that count working days use it from now on."),
            initial={"works": "no"},
            style="",
        ),
        "drop": Act(forms.form_of(item=forms.hidden()), drop, _("Remove"), _("Removed.")),
    }
    return answer(request, "staff/city/days.html", acts, lambda: _days_shown(found, today_of(request)))


def _days_shown(city: Municipality, today: date) -> dict[str, Any]:
    calendar = calendar_of(city)
    coming = [
        (day, one_of(names), calendar.works_on(day))
        for year in range(today.year, today.year + YEARS)
        for day, names in public_holidays(year).items()
        if day >= today
    ]
    return {"city": city, "own": list_days(city), "public": coming}
