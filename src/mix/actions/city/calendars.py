"""Verbs on a city's working days, on a person's calendar address, and the reminders of what is due."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, timedelta

from mix.actions.core.deeds import Deed
from mix.data.models import CalendarFeed, CityDay, Municipality
from mix.data.models.core.wordings import columns_of
from mix.readers.city.calendars import calendar_of
from mix.readers.city.municipalities import get_own_municipality
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import require

_FARTHEST = timedelta(days=3660)


def set_day(deed: Deed, municipality: Municipality, *, on: date, works: bool, name: Wording) -> CityDay:
    """Close a city on a day, or have it work on a public holiday. Saying it again replaces what was said."""
    city = get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.DELEGATION_EDIT)
    require(abs(on - day_in(city.zone, deed.now)) <= _FARTHEST, "day_too_far", field="on")
    facts = {"works": works, **columns_of(name=name), "set_by": deed.actor.someone}
    made, _ = CityDay.objects.update_or_create(municipality=city, on=on, defaults=facts)
    _record(deed, "set_day", city, on=on, works=works)
    return made


def set_days(deed: Deed, municipality: Municipality, *, days: Mapping[date, Wording]) -> int:
    """Close a city on each of these days on which it would work, or on none. Return how many those are."""
    city = get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.DELEGATION_EDIT)
    calendar = calendar_of(city)
    closed = {day: name for day, name in days.items() if calendar.works_on(day)}
    for day, name in closed.items():
        set_day(deed, city, on=day, works=False, name=name)
    return len(closed)


def drop_day(deed: Deed, day: CityDay) -> None:
    """Return a day to what the public holidays say."""
    city = get_own_municipality(day.municipality.code, actor=deed.actor, needs=Permission.DELEGATION_EDIT)
    day.delete()
    _record(deed, "drop_day", city, on=day.on, works=day.works)


def _record(deed: Deed, verb: str, city: Municipality, *, on: date, works: bool) -> None:
    deed.record(f"calendars.{verb}", city, payload={"on": on.isoformat(), "works": works})


def make_feed(deed: Deed) -> CalendarFeed:
    """Make the secret address of one's calendar; one that was made before ends."""
    facts = {"nonce": secrets.token_urlsafe(16), "made_at": deed.now}
    made, _ = CalendarFeed.objects.update_or_create(person=deed.actor.someone, defaults=facts)
    return made


def end_feed(deed: Deed) -> None:
    """End the address of one's calendar."""
    CalendarFeed.objects.filter(person=deed.actor.someone).delete()
