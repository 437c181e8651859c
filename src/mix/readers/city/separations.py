"""What somebody is anywhere, and what of it forbids something more: the one place that every verb asks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from mix.data.models import CustodyShare, Disclosure, PanelMember, Person, StaffRole, VendorMember
from mix.data.wall import lifted
from mix.rules.core.access import Held, Part, Role, broken_by
from mix.rules.core.kinds import CityState
from mix.rules.core.unmet import Unmet


def gather_held(person: Person) -> tuple[Held, ...]:
    """Gather what a person is, whoever asks: duties, memberships, and what they are in challenges that still run."""
    with lifted():
        duties = StaffRole.objects.filter(person=person, ended_at=None).values_list("role", "municipality__code")
        return (
            *(Held(Role(role), frozenset({city})) for role, city in duties),
            *_seats(person),
            *_shares(person),
            *_reviews(person),
            *(Held(Role.VENDOR) for _ in VendorMember.objects.filter(person=person, ended_at=None)[:1]),
        )


def _seats(person: Person) -> Iterable[Held]:
    """Return seats on panels, each in every city that takes part in its challenge."""
    rows = PanelMember.objects.filter(
        person=person,
        left_at=None,
        evaluation__step__challenge__ended_at=None,
        evaluation__step__challenge__cities__state=CityState.TAKING_PART,
    ).values_list("pk", "seat", "evaluation__step__challenge__cities__municipality__code")
    found: dict[int, tuple[Role, set[str]]] = {}
    for pk, seat, city in rows:
        found.setdefault(pk, (Role(seat), set()))[1].add(city)
    return [Held(seat, frozenset(cities)) for seat, cities in found.values()]


def _shares(person: Person) -> Iterable[Held]:
    """Return shares of recovery keys, and of keys of calls whose challenge runs."""
    alive = Q(key__solicitation=None) | Q(key__solicitation__step__challenge__ended_at=None)
    rows = CustodyShare.objects.filter(alive, holder=person, key__retired_at=None)
    return [Held(Part.HOLDER, frozenset({city})) for city in rows.values_list("key__municipality__code", flat=True)]


def _reviews(person: Person) -> Iterable[Held]:
    rows = Disclosure.objects.filter(reviewer=person, step__challenge__ended_at=None)
    return [Held(Part.REVIEWER, frozenset({city})) for city in rows.values_list("municipality__code", flat=True)]


def unmet_to_be(person: Person, role: Role | Part, cities: Iterable[str] = ()) -> tuple[Unmet, ...]:
    """List why a person may not become something, or act as what they are: `Role.VENDOR` is to act for a vendor.

    `cities` (codes) are those that it is of: the city of a duty, all cities of the challenge for what is done in one.
    """
    broken = broken_by(Held(role, frozenset(cities)), gather_held(person))
    return tuple(Unmet(code, {"name": person.name}) for code in broken)
