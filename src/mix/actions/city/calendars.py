"""Verbs on a city's working days, on a person's calendar address, and the reminders of what is due."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from mix.actions.core.events import record
from mix.actions.core.outbox import tell
from mix.data.models import CalendarFeed, Challenge, CityDay, DateReminder, Municipality
from mix.phrases.words import WORDS
from mix.readers.city.calendars import calendars_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import Actor, list_with_role
from mix.readers.core.errors import Unknown
from mix.readers.flow.dates import Dated, dates_of_challenges
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import require
from mix.rules.market.closing import day_in

AHEAD = 5  # working days before something is due
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


def remind_of_dates(*, now: datetime) -> int:
    """Remind those who lead a challenge of what is due within five working days, and of what is late; once each.

    Called by the worker. Returns how many dates were told.
    """
    challenges = list(Challenge.objects.filter(status="running").select_related("municipality"))
    calendars = calendars_of({c.municipality_id for c in challenges})
    told = 0
    for dated in dates_of_challenges(challenges, now=now):
        today = day_in(dated.city.zone, now)
        late = dated.is_late(today)
        if dated.challenge and dated.is_duty and (late or calendars[dated.city.pk].between(today, dated.day) <= AHEAD):
            told += _remind(dated, dated.challenge, "late" if late else "soon", now=now)
    return told


def _words(code: str) -> dict[str, str]:
    """Return what a date is called and why it stands, as a mail's parameters in both languages."""
    (what, what_fr), (why, why_fr) = (WORDS[group][code] for group in ("date", "date_reason"))
    return {"what": what, "what_fr": what_fr, "why": why, "why_fr": why_fr}


def _remind(dated: Dated, challenge: Challenge, stage: str, *, now: datetime) -> bool:
    _, is_new = DateReminder.objects.get_or_create(challenge=challenge, code=dated.key, on=dated.day, stage=stage)
    if is_new:
        people = [
            person
            for role in (Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER)
            for person in list_with_role([challenge.municipality_id], role)
        ]
        path = f"city/challenges/{challenge.code}/" + (f"{dated.step}/" if dated.step else "")
        facts = {"day": dated.day.isoformat(), **_words(dated.code)}
        tell(people, f"date_{stage}", now=now, challenge=challenge, path=path, **facts)
    return is_new
