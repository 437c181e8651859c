"""Questions about keys and their holders. Nobody here ever sees a share."""

from __future__ import annotations

from datetime import datetime

from mix.data.models import CustodyKey, CustodyShare, Municipality, Opening, Person, Solicitation
from mix.readers.case.challenges import list_cities
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.rules.core.unmet import Unmet
from mix.rules.market.closing import Phase
from mix.rules.market.shares import HELD_FOR, NEEDED
from mix.rules.market.states import CustodyMode, SubmissionState


def find_key(call: Solicitation) -> CustodyKey | None:
    """Return the split key of a call, if it was made."""
    return CustodyKey.objects.filter(solicitation=call, retired_at=None).select_related("recovery").first()


def find_recovery_key(city: Municipality) -> CustodyKey | None:
    """Return a municipality's recovery key, if it was made."""
    return CustodyKey.objects.filter(municipality=city, solicitation=None, retired_at=None).first()


def _opening_keys(call: Solicitation) -> list[CustodyKey]:
    """List the keys that can open a call: its own, and the recovery key to which that is sealed."""
    key = find_key(call)
    return [one for one in (key, key.recovery if key else None) if one]


def list_shares(key: CustodyKey | None) -> list[CustodyShare]:
    """List the shares of a key with their holders."""
    return list(key.shares.select_related("holder").order_by("number")) if key else []


def find_own_share(key: CustodyKey | None, *, actor: Actor) -> CustodyShare | None:
    """Return the actor's share of a key, if it holds one."""
    return key.shares.filter(holder=actor.person).first() if key else None


def get_own_share(key: CustodyKey | None, *, actor: Actor) -> CustodyShare:
    """Return the actor's share of a key. Raises Unknown."""
    found = find_own_share(key, actor=actor)
    if found is None:
        raise Unknown
    return found


def holds_share(actor: Actor, call: Solicitation) -> bool:
    """Say whether the actor holds a share of the call's key, or of its recovery key."""
    return CustodyShare.objects.filter(key__in=_opening_keys(call), holder=actor.person).exists()


def find_offered(call: Solicitation, print_: str) -> CustodyShare | None:
    """Return the share with a fingerprint, among those that can open the call."""
    shares = CustodyShare.objects.filter(key__in=_opening_keys(call), fingerprint=print_)
    return shares.select_related("key", "holder").first()


def list_offered(key: CustodyKey | None, *, now: datetime) -> list[CustodyShare]:
    """List the shares of a key that were typed within the time for which the sealer holds them."""
    return [share for share in list_shares(key) if share.offered_at and now - share.offered_at < HELD_FOR]


def opening_key(call: Solicitation, *, now: datetime) -> CustodyKey | None:
    """Return the key of which enough shares were typed: the call's own, else its recovery key."""
    return next((key for key in _opening_keys(call) if len(list_offered(key, now=now)) >= NEEDED), None)


def list_possible_holders(call: Solicitation) -> list[Person]:
    """List the staff of the cities that take part, by name."""
    return _staff_of(list_cities(call.step.challenge))


def list_staff(city: Municipality) -> list[Person]:
    """List the staff of a city, by name."""
    return _staff_of([city])


def _staff_of(cities: list[Municipality]) -> list[Person]:
    return list(
        Person.objects.filter(staff_roles__municipality__in=cities, staff_roles__ended_at=None, is_active=True)
        .distinct()
        .order_by("name", "id")
    )


def unmet_of(key: CustodyKey | None) -> tuple[Unmet, ...]:
    """List what a split key lacks before anything may be sealed to it: shares taken, rehearsed."""
    if key is None:
        return (Unmet("custody_key_missing", place="custody"),)
    found = []
    waiting = [share.holder.name for share in list_shares(key) if share.taken_at is None]
    if waiting:
        found.append(Unmet("shares_not_taken", {"names": ", ".join(waiting)}, place="custody"))
    if key.rehearsed_at is None:
        found.append(Unmet("custody_not_rehearsed", place="custody"))
    return tuple(found)


def unmet_custody(call: Solicitation) -> tuple[Unmet, ...]:
    """List what keeps a call in split custody from being published."""
    if call.custody_mode != CustodyMode.SPLIT:
        return ()
    recovery, key = find_recovery_key(call.step.challenge.municipality), find_key(call)
    if recovery is None or recovery.rehearsed_at is None:
        return (Unmet("recovery_key_missing", place="custody"), *unmet_of(key))
    if key and key.recovery != recovery:
        return (Unmet("recovery_key_changed", place="custody"),)
    return unmet_of(key)


def list_openings(call: Solicitation) -> list[Opening]:
    """List the acts of opening of a call, in order."""
    return list(call.openings.order_by("opened_at", "id"))


def get_opening(call: Solicitation, code: str) -> Opening:
    """Return one act of opening of a call. Raises Unknown."""
    found = Opening.objects.filter(solicitation=call, code=code).first()
    if found is None:
        raise Unknown
    return found


def count_sealed(call: Solicitation, *, phase: Phase) -> int | None:
    """Return how many submissions wait to be opened; None until they may be."""
    return call.submissions.filter(state=SubmissionState.FINALISED).count() if phase is Phase.OPENABLE else None
