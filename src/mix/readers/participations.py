"""Which vendors take part, and how far they have come."""

from mix.data.models import Challenge, Participation, Vendor
from mix.rules.kinds import Standing


def list_standing(challenge: Challenge, least: Standing) -> list[Vendor]:
    """List the vendors that have reached a standing and are not disqualified, by name."""
    rows = challenge.participations.filter(disqualified_at=None).select_related("vendor").order_by("vendor__name", "id")
    return [row.vendor for row in rows if Standing(row.standing).reaches(least)]


def find_participation(challenge: Challenge, vendor_id: int) -> Participation | None:
    """Return a vendor's participation, if it has one."""
    return challenge.participations.filter(vendor_id=vendor_id).select_related("vendor").first()


def may_answer(challenge: Challenge, vendor_id: int, open_to: Standing | None) -> bool:
    """Say whether a vendor may answer a call: any may when it is open, else those that reached the standing."""
    found = find_participation(challenge, vendor_id)
    if found and found.disqualified_at:
        return False
    return open_to is None or (found is not None and Standing(found.standing).reaches(open_to))


def list_participations(challenge: Challenge) -> list[Participation]:
    """List every participation, disqualified ones included, by vendor."""
    return list(challenge.participations.select_related("vendor").order_by("vendor__name", "id"))
