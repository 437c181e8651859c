"""Verbs on a vendor's standing."""

from datetime import datetime

from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import Challenge, Participation, StandingReached, Vendor
from mix.readers.city.people import list_members
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import Standing
from mix.rules.core.unmet import require


def raise_standing(challenge: Challenge, vendor: Vendor, *, to: Standing, now: datetime) -> Participation:
    """Bring a vendor to a standing, never down. Called inside other verbs."""
    row, made = Participation.objects.get_or_create(
        challenge=challenge,
        vendor=vendor,
        defaults={"municipality_id": challenge.municipality_id, "standing": to.value, "since": now},
    )
    is_higher = not made and not Standing(row.standing).reaches(to)
    if is_higher:
        row.standing, row.since = to.value, now
        row.save(update_fields=["standing", "since"])
    if made or is_higher:
        StandingReached.objects.create(participation=row, standing=to.value, since=now)
    return row


def mark_disqualified(deed: Deed, challenge: Challenge, vendor: Vendor, *, reason: str) -> tuple[Participation, Role]:
    """Disqualify a vendor with a reason; it is told. `moves.disqualify` recomputes what follows, and records it."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.RESULT_FINALISE)
    require(bool(reason.strip()), "reason_missing", field="reason")
    row = Participation.objects.get(challenge=challenge, vendor=vendor)
    row.challenge = challenge
    require(row.disqualified_at is None, "already_disqualified")
    row.disqualified_at, row.disqualified_reason = deed.now, reason
    row.save(update_fields=["disqualified_at", "disqualified_reason"])
    deed.tell(
        list_members(vendor.id),
        "disqualified",
        challenge=challenge,
        path=f"challenges/{challenge.code}/",
        vendor=vendor.name,
        reason=reason,
    )
    return row, role
