"""Who sees what a city does on trial: its own people, and those whom it asked to play along as vendors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from mix.data.models import Municipality, Person, TrialGuest
from mix.data.wall import lifted
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.rows import get_row
from mix.rules.core.practice import is_practice_address
from mix.rules.core.unmet import Unmet


class Tried(Protocol):
    """What may have begun on trial: a challenge, a call, a pilot."""

    is_trial: bool
    municipality_id: int


def check_trial(row: Tried, *, actor: Actor) -> None:
    """Raise Unknown where a row began on trial and the actor is neither of its city nor plays along."""
    if row.is_trial and not _plays_along(row.municipality_id, actor):
        raise Unknown


def _plays_along(municipality: int, actor: Actor) -> bool:
    if actor.person is None:
        return False
    return municipality in trials_joined(actor) or _works_for(municipality, actor)


def _works_for(municipality: int, actor: Actor) -> bool:
    return Municipality.objects.filter(pk=municipality, code__in=actor.duties).exists()


def trials_joined(actor: Actor) -> list[int]:
    """List the keys of the cities in whose trials the actor plays along as a vendor, by their address."""
    if actor.person is None:
        return []
    with lifted():
        rows = TrialGuest.objects.filter(email=actor.person.email.lower(), ended_at=None)
        return list(rows.values_list("municipality_id", flat=True))


def list_guests(municipality: Municipality) -> list[TrialGuest]:
    """List who plays along in a city's trial, by address."""
    return list(municipality.trial_guests.filter(ended_at=None).select_related("added_by").order_by("email"))


def list_practice(guests: Iterable[TrialGuest]) -> list[tuple[TrialGuest, str]]:
    """Return those guests that are practice vendors, each with its name, in the order in which they were made."""
    found = sorted((g for g in guests if is_practice_address(g.email)), key=lambda g: g.pk)
    names = dict(Person.objects.filter(email__in=[g.email for g in found]).values_list("email", "name"))
    return [(g, names[g.email]) for g in found if g.email in names]


def get_guest(municipality: Municipality, item: str) -> TrialGuest:
    """Return one who plays along. Raises Unknown."""
    return get_row(municipality.trial_guests.filter(ended_at=None), item)


def unmet_to_take_part(city: Municipality) -> tuple[Unmet, ...]:
    """List why a city may not buy with others: on trial it binds nobody, and nobody binds it."""
    return (Unmet("city_on_trial", {"city": city.name}),) if city.is_on_trial else ()


def unmet_to_buy_together(lead: Municipality, partners: Sequence[Municipality]) -> Iterable[Unmet]:
    """List why cities may not begin a challenge together. One alone may, on trial or not."""
    return tuple(unmet for city in (lead, *partners) for unmet in unmet_to_take_part(city)) if partners else ()
