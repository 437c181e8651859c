"""What somebody is anywhere, and what of it forbids something more: the one place that every verb asks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from mix.data.asked import asked
from mix.data.models import CustodyShare, Disclosure, PanelMember, Person, StaffRole, VendorMember
from mix.data.wall import lifted
from mix.rules.core.access import Held, Part, Role, broken_by
from mix.rules.core.kinds import CityState
from mix.rules.core.unmet import Unmet


def gather_held(person: Person) -> tuple[Held, ...]:
    """Gather what a person is, whoever asks: duties, memberships, and what they are in challenges that still run."""
    with lifted():
        return (
            *(Held(Role(role), frozenset({city})) for role, city in _duties(person.pk)),
            *_seated(person.pk),
            *(Held(Part.HOLDER, frozenset({city})) for city in _shares(person.pk)),
            *(Held(Part.REVIEWER, frozenset({city})) for city in _reviews(person.pk)),
            *(Held(Role.VENDOR) for _ in _memberships(person.pk)),
        )


@asked
def _duties(person: int) -> QuerySet[StaffRole, tuple[str, str]]:
    return StaffRole.objects.filter(person_id=person, ended_at=None).values_list("role", "municipality__code")


@asked
def _memberships(person: int) -> QuerySet[VendorMember, int]:
    return VendorMember.objects.filter(person_id=person, ended_at=None).values_list("pk", flat=True)[:1]


def _seated(person: int) -> Iterable[Held]:
    """Return seats on panels, each in every city that takes part in its challenge."""
    found: dict[int, tuple[Role, set[str]]] = {}
    for pk, seat, city in _seats(person):
        found.setdefault(pk, (Role(seat), set()))[1].add(city)
    return [Held(seat, frozenset(cities)) for seat, cities in found.values()]


@asked
def _seats(person: int) -> QuerySet[PanelMember, tuple[int, str, str]]:
    return PanelMember.objects.filter(
        person_id=person,
        left_at=None,
        evaluation__step__challenge__ended_at=None,
        evaluation__step__challenge__cities__state=CityState.TAKING_PART,
    ).values_list("pk", "seat", "evaluation__step__challenge__cities__municipality__code")


@asked
def _shares(person: int) -> QuerySet[CustodyShare, str]:
    """Find the cities of shares of recovery keys, and of keys of calls whose challenge runs."""
    alive = Q(key__solicitation=None) | Q(key__solicitation__step__challenge__ended_at=None)
    rows = CustodyShare.objects.filter(alive, holder_id=person, key__retired_at=None)
    return rows.values_list("key__municipality__code", flat=True)


@asked
def _reviews(person: int) -> QuerySet[Disclosure, str]:
    rows = Disclosure.objects.filter(reviewer_id=person, step__challenge__ended_at=None)
    return rows.values_list("municipality__code", flat=True)


def unmet_to_be(person: Person, role: Role | Part, cities: Iterable[str] = ()) -> tuple[Unmet, ...]:
    """List why a person may not become something, or act as what they are: `Role.VENDOR` is to act for a vendor.

    `cities` (codes) are those that it is of: the city of a duty, all cities of the challenge for what is done in one.
    """
    broken = broken_by(Held(role, frozenset(cities)), gather_held(person))
    return tuple(Unmet(code, {"name": person.name}) for code in broken)
