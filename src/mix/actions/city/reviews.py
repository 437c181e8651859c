"""Verbs by which a city looks once a year at who has which duty: somebody else says that it is still right."""

from __future__ import annotations

from datetime import datetime

from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import tell
from mix.data.models import Municipality, Person, StaffRole
from mix.readers.city.municipalities import get_own_municipality, list_staff, waiting_for_review
from mix.readers.city.people import list_with_role
from mix.rules.city.reviews import is_asked_again
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import require


def confirm_duties(deed: Deed, municipality: Municipality, *, person: Person) -> None:
    """Say of somebody else that every duty they have in the city is still right."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.ROLE_CONFIRM)
    require(person != deed.actor.someone, "own_duties", name=person.name)
    held = StaffRole.objects.select_for_update().filter(municipality=municipality, person=person, ended_at=None)
    rows = list(held.order_by("id"))
    require(bool(rows), "no_duties", name=person.name)
    for row in rows:
        row.reviewed_at = deed.now
        row.save(update_fields=["reviewed_at"])
    payload = {"roles": [row.role for row in rows]}
    deed.record("people.confirm_duties", person, chain=municipality.code, payload=payload)


def ask_for_reviews(*, now: datetime) -> int:
    """Ask the administrators of each city to look at the duties that nobody confirmed for a year; once a month.

    The auditors hear of it too. Called by the worker. Returns how many duties were asked about.
    """
    asked = 0
    for city in Municipality.objects.order_by("id"):
        waiting = waiting_for_review(list_staff(city), now=now)
        fresh = [row for row in waiting if is_asked_again(row.asked_at, now=now)]
        if not fresh:
            continue
        for row in fresh:
            row.asked_at = now
            row.save(update_fields=["asked_at"])
        people = [p for role in (Role.ADMINISTRATOR, Role.AUDITOR) for p in list_with_role([city.pk], role)]
        path = f"city/settings/{city.code}/staff/"
        tell(
            people, "duties_to_review", now=now, of=city, path=path, city=city.wording("name"), count=str(len(waiting))
        )
        asked += len(fresh)
    return asked
