"""Which vendors take part, and how far they have come."""

from collections.abc import Iterable

from mix.data.models import Challenge, Participation, Vendor
from mix.rules.kinds import Standing


def list_standing(challenge: Challenge, least: Standing) -> list[Vendor]:
    """List the vendors that have reached a standing and are not disqualified, by name."""
    rows = challenge.participations.filter(disqualified_at=None).select_related("vendor").order_by("vendor__name", "id")
    return [row.vendor for row in rows if Standing(row.standing).reaches(least)]


def find_participation(challenge: Challenge, vendor_id: int) -> Participation | None:
    """Return a vendor's participation, if it has one."""
    return challenge.participations.filter(vendor_id=vendor_id).select_related("vendor").first()


def has_reached(found: Participation | None, least: Standing | None) -> bool:
    """Say whether a vendor stands high enough, and is not disqualified; without a least standing anybody does."""
    if found and found.disqualified_at:
        return False
    return least is None or (found is not None and Standing(found.standing).reaches(least))


def list_taking_part(vendor_ids: Iterable[int]) -> dict[tuple[int, int], Participation]:
    """Return the participations of some vendors, by challenge and vendor."""
    rows = Participation.objects.filter(vendor_id__in=list(vendor_ids))
    return {(row.challenge_id, row.vendor_id): row for row in rows}


def list_participations(challenge: Challenge) -> list[Participation]:
    """List every participation, disqualified ones included, by vendor."""
    return list(challenge.participations.select_related("vendor").order_by("vendor__name", "id"))
