"""Verbs on a city's working days, on a person's calendar address, and the reminders of what is due."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from mix.actions.core.events import record
from mix.data.models import CalendarFeed, CityDay, Municipality
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission
from mix.rules.core.unmet import require

_FARTHEST = timedelta(days=3660)


def set_day(
    municipality: Municipality, *, actor: Actor, now: datetime, on: date, works: bool, name: str, name_fr: str = ""
) -> CityDay:
    """Close a city on a day, or have it work on a public holiday. Saying it again replaces what was said."""
    city = get_own_municipality(municipality.code, actor=actor, needs=Permission.DELEGATION_EDIT)
    require(holds=bool(name.strip()), code="name_missing", where="f-name")
    require(holds=abs(on - day_in(city.zone, now)) <= _FARTHEST, code="day_too_far", where="f-on")
    facts = {"works": works, "name": name.strip(), "name_fr": name_fr.strip(), "set_by": actor.someone}
    made, _ = CityDay.objects.update_or_create(municipality=city, on=on, defaults=facts)
    _record("set_day", city, actor=actor, now=now, on=on, works=works)
    return made


def drop_day(day: CityDay, *, actor: Actor, now: datetime) -> None:
    """Return a day to what the public holidays say."""
    city = get_own_municipality(day.municipality.code, actor=actor, needs=Permission.DELEGATION_EDIT)
    day.delete()
    _record("drop_day", city, actor=actor, now=now, on=day.on, works=day.works)


def _record(verb: str, city: Municipality, *, actor: Actor, now: datetime, on: date, works: bool) -> None:
    record(
        f"calendars.{verb}",
        subject_type="municipality",
        subject=city.code,
        actor=actor,
        now=now,
        chain=city.code,
        payload={"on": on.isoformat(), "works": works},
    )


def make_feed(*, actor: Actor, now: datetime) -> CalendarFeed:
    """Make the secret address of one's calendar; one that was made before ends. Raises Unknown but for city staff."""
    if not actor.is_staff:
        raise Unknown
    facts = {"token": secrets.token_urlsafe(32), "made_at": now}
    made, _ = CalendarFeed.objects.update_or_create(person=actor.someone, defaults=facts)
    return made


def end_feed(*, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - one shape for all verbs
    """End the address of one's calendar."""
    CalendarFeed.objects.filter(person=actor.someone).delete()
