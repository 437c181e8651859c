"""The working days of cities, and whose dates a calendar's secret address shows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import CalendarFeed, CityDay, Municipality, Person
from mix.readers.core.rows import get_row
from mix.rules.city.calendar import CityCalendar
from mix.rules.core.fields import Wording

_SIGNER = Signer(salt="mix calendar", sep=".")


def calendars_of(cities: Iterable[int]) -> dict[int, CityCalendar]:
    """Return the calendars of cities by key. One query."""
    closed: dict[int, dict[date, Wording]] = {pk: {} for pk in cities}
    worked: dict[int, set[date]] = {pk: set() for pk in closed}
    for row in _days_of(tuple(sorted(closed))):
        if row.works:
            worked[row.municipality_id].add(row.on)
        else:
            closed[row.municipality_id][row.on] = row.wording("name")
    return {pk: CityCalendar(closed[pk], frozenset(worked[pk])) for pk in closed}


@asked
def _days_of(cities: tuple[int, ...]) -> QuerySet[CityDay]:
    return CityDay.objects.filter(municipality_id__in=cities)


def calendar_of(city: Municipality) -> CityCalendar:
    """Return a city's calendar."""
    return calendars_of([city.pk])[city.pk]


def list_days(city: Municipality) -> list[CityDay]:
    """List what a city changed about the public holidays, earliest first."""
    return list(city.own_days.select_related("set_by").order_by("on"))


def get_day(city: Municipality, item: str) -> CityDay:
    """Return one day that a city changed. Raises Unknown."""
    return get_row(city.own_days.all(), item)


def find_feed(person: Person) -> CalendarFeed | None:
    """Return a person's calendar address, if they have made one."""
    return next(iter(_feed(person)), None)


@asked
def _feed(person: Person) -> QuerySet[CalendarFeed]:
    return CalendarFeed.objects.filter(person=person)


def token_of(feed: CalendarFeed) -> str:
    """Return the secret of an address, as the person's calendar program has it."""
    return _SIGNER.sign(feed.nonce)


def find_reader(token: str) -> Person | None:
    """Return whose dates a secret address shows, None when it was replaced or never was."""
    try:
        nonce = _SIGNER.unsign(token)
    except BadSignature:
        return None
    found = CalendarFeed.objects.filter(nonce=nonce, person__is_active=True).select_related("person").first()
    return found.person if found else None
