"""Questions about cities: their tables of authority, their people, their departments."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import (
    AuthorityBand,
    BandsProposal,
    Department,
    DocumentTemplate,
    Municipality,
    RoleProposal,
    StaffInvitation,
    StaffRole,
)
from mix.data.wall import lifted
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.rows import get_row
from mix.rules.city.delegation import Band
from mix.rules.city.reviews import is_due
from mix.rules.core.access import Permission, Role, grants


def get_municipality(code: str) -> Municipality:
    """Return one city. Raises Unknown."""
    found = Municipality.objects.filter(code=code).first()
    if found is None:
        raise Unknown
    return found


def get_own_municipality(code: str, *, actor: Actor, needs: Permission) -> Municipality:
    """Return a city that the actor works for with the permission. Raises Unknown, Forbidden."""
    roles = actor.roles_at(code)
    if not roles:
        raise Unknown
    if not grants(roles, needs):
        raise Forbidden(needs)
    return get_municipality(code)


def list_own_municipalities(actor: Actor) -> list[Municipality]:
    """List the cities that the actor works for, by name."""
    return list(Municipality.objects.filter(code__in=actor.duties).order_by("name", "id"))


def list_municipalities() -> list[Municipality]:
    """List every city, by name."""
    return _municipalities()


def list_live_municipalities() -> list[Municipality]:
    """List the cities that went live, by name: those that the public knows."""
    return [city for city in _municipalities() if not city.is_on_trial]


@asked
def _municipalities() -> QuerySet[Municipality]:
    return Municipality.objects.order_by("name", "id")


def list_other_municipalities(cities: Iterable[Municipality]) -> list[Municipality]:
    """List every city but these that went live, by name: with whom one may buy together."""
    rows = Municipality.objects.exclude(pk__in=[c.pk for c in cities]).exclude(live_at=None)
    return list(rows.order_by("name", "id"))


def list_departments(municipality: Municipality) -> list[Department]:
    """List a city's departments, those that are open first, by name."""
    rows = list(municipality.departments.order_by("name", "id"))
    return sorted(rows, key=lambda d: d.closed_at is not None)


def list_open_departments(codes: Iterable[str]) -> list[Department]:
    """List the departments of these cities to which something new can be given, by city and name."""
    rows = Department.objects.filter(municipality__code__in=list(codes), closed_at=None)
    return list(rows.select_related("municipality").order_by("municipality__name", "name", "id"))


def get_department(municipality: Municipality, number: str) -> Department:
    """Return one department of a city, by what its row says. Raises Unknown."""
    found = next((d for d in list_departments(municipality) if str(d.pk) == number), None)
    if found is None:
        raise Unknown
    return found


def find_template(municipality: Municipality) -> DocumentTemplate | None:
    """Return the city's own Word template, or None while it uses the plain one."""
    return DocumentTemplate.objects.select_related("set_by").filter(municipality=municipality).first()


def gather_bands(municipality_ids: Iterable[int]) -> dict[str, tuple[Band, ...]]:
    """Gather the tables of authority by city code: at a joint gate everybody sees who decides in each city."""
    bands: dict[str, list[Band]] = {}
    rows = AuthorityBand.objects.filter(municipality_id__in=list(municipality_ids)).select_related("municipality")
    with lifted():
        found = list(rows.order_by("id"))
    for row in found:
        bands.setdefault(row.municipality.code, []).append(Band(row.up_to_cents, Role(row.role)))
    return {code: tuple(rows) for code, rows in bands.items()}


def list_bands(municipality: Municipality) -> list[AuthorityBand]:
    """List a city's table of authority, the smallest value first, without limit last."""
    rows = list(municipality.bands.order_by("up_to_cents", "id"))
    return sorted(rows, key=lambda b: (b.up_to_cents is None, b.up_to_cents or 0))


def list_staff(municipality: Municipality) -> list[StaffRole]:
    """List who has which duty now, by name."""
    return list(
        municipality.staff.filter(ended_at=None).select_related("person", "department").order_by("person__name", "id")
    )


def waiting_for_review(rows: Iterable[StaffRole], *, now: datetime) -> list[StaffRole]:
    """Return the duties that nobody has confirmed for a year; those that a group gave are looked at there."""
    return [r for r in rows if not r.provider and is_due(since=r.since, reviewed_at=r.reviewed_at, now=now)]


def get_duty(municipality: Municipality, item: str) -> StaffRole:
    """Return one duty that somebody has in a city now. Raises Unknown."""
    return get_row(municipality.staff.filter(ended_at=None).select_related("person"), item)


def list_role_proposals(municipality: Municipality) -> list[RoleProposal]:
    """List the duties that wait for a second person, the oldest first."""
    rows = municipality.role_proposals.filter(confirmed_at=None, dropped_at=None)
    return list(rows.select_related("person", "proposed_by").order_by("proposed_at", "id"))


def get_role_proposal(municipality: Municipality, item: str) -> RoleProposal:
    """Return one duty that was proposed, also one that was decided meanwhile. Raises Unknown."""
    return get_row(municipality.role_proposals.select_related("municipality"), item)


def find_bands_proposal(municipality: Municipality) -> BandsProposal | None:
    """Return the table of authority that waits for a second person, if one does."""
    rows = municipality.bands_proposals.filter(signed_at=None, dropped_at=None)
    return rows.select_related("municipality", "proposed_by").first()


def bands_of(proposal: BandsProposal) -> tuple[Band, ...]:
    """Return the bands of a proposed table, the smallest value first, without limit last."""
    found = [Band(row["up_to"], Role(row["role"])) for row in proposal.bands]
    return tuple(sorted(found, key=lambda b: (b.up_to_cents is None, b.up_to_cents or 0)))


def list_invitations(municipality: Municipality) -> list[StaffInvitation]:
    """List the invitations that nobody has accepted or taken back, latest first."""
    rows = municipality.invitations.filter(accepted_at=None, withdrawn_at=None)
    return list(rows.order_by("-expires_at", "id"))


def get_invitation_of(municipality: Municipality, item: str) -> StaffInvitation:
    """Return one invitation of a city, also one that was accepted meanwhile. Raises Unknown."""
    return get_row(municipality.invitations.select_related("municipality"), item)


def count_cities() -> int:
    """Return how many cities there are: the smallest question that the database answers."""
    return Municipality.objects.count()
