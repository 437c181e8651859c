"""Verbs on split keys: make, hand out, rehearse, ask for, put together at an opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from mix.actions.case.locking import lock_step
from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import tell
from mix.actions.core.run import RecordedRefusal
from mix.actions.market import keys
from mix.actions.market.solicitations import lock_call
from mix.data.models import CustodyKey, CustodyShare, Municipality, Person, Solicitation
from mix.readers.city.people import list_with_role
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.custody import (
    find_key,
    find_offered,
    find_recovery_key,
    list_possible_holders,
    list_shares,
    list_staff,
)
from mix.readers.market.solicitations import next_envelope, phase_of, unmet_to_open
from mix.rules.core.access import Part, Permission, Role, grants
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Unmet, refuse_if, require
from mix.rules.market.closing import Phase
from mix.rules.market.shares import NEEDED, SHARES, Probe, fingerprint, probe_of, read_share
from mix.rules.market.states import CustodyMode

REMIND = timedelta(hours=30)


def make_key(deed: Deed, call: Solicitation, *, holders: Sequence[Person]) -> CustodyKey:
    """Make the key of a call that is not yet published, for three holders; a key made before is retired.

    It is sealed to the recovery key of the lead city, which is there first.
    """
    step, role = lock_step(call.step, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH)
    call = lock_call(call, step=step)
    require(call.published_at is None, "already_published")
    require(call.custody_mode == CustodyMode.SPLIT, "custody_not_split")
    recovery = find_recovery_key(step.challenge.municipality)
    require(recovery is not None and recovery.rehearsed_at is not None, "recovery_key_missing", place="custody")
    allowed = {person.pk for person in list_possible_holders(call)}
    require({p.pk for p in holders} <= allowed, "holder_unknown", field="first")
    return _make(deed, step.challenge.municipality, call, holders, recovery=recovery, role=role.value)


def make_recovery_key(deed: Deed, city: Municipality, *, holders: Sequence[Person]) -> CustodyKey:
    """Make the key that opens a city's calls when the shares of a call are lost; one made before is retired.

    Calls whose keys were sealed to the one before stay with it: its holders keep their shares.
    """
    _may_keep_keys(city, actor=deed.actor)
    allowed = {person.pk for person in list_staff(city)}
    require({p.pk for p in holders} <= allowed, "holder_unknown", field="first")
    return _make(deed, city, None, holders, recovery=None, role=Role.PROCUREMENT_MANAGER.value)


def _may_keep_keys(city: Municipality, *, actor: Actor) -> None:
    if not grants(actor.roles_at(city.code), Permission.DELEGATION_EDIT):
        raise Forbidden(Permission.DELEGATION_EDIT)


def _make(
    deed: Deed,
    city: Municipality,
    call: Solicitation | None,
    holders: Sequence[Person],
    *,
    recovery: CustodyKey | None,
    role: str,
) -> CustodyKey:
    require(len({p.pk for p in holders}) == SHARES == len(holders), "holders_differ", field="first")
    for person in sorted(holders, key=lambda p: p.pk):
        lock_person(person)
    refuse_if(unmet for p in holders for unmet in unmet_to_be(p, Part.HOLDER, [city.code]))
    present = find_key(call) if call else find_recovery_key(city)
    if present:
        present.retired_at = deed.now
        present.save(update_fields=["retired_at"])
    key_id = keys.new_key_id("split" if call else "recovery")
    made = keys.split_key(key_id, recovery=recovery.key_id if recovery else "", now=deed.now)
    key = CustodyKey.objects.create(
        municipality=city,
        solicitation=call,
        key_id=key_id,
        public_keys=made.public,
        recovery=recovery,
        escrow=made.escrow,
        canary=keys.seal_canary(next(iter(made.public.values()))),
        made_by=deed.actor.someone,
        made_at=deed.now,
    )
    for number, (person, mark) in enumerate(zip(holders, made.fingerprints, strict=True), start=1):
        CustodyShare.objects.create(key=key, number=number, holder=person, fingerprint=mark)
    deed.record(
        "custody.make_key",
        key,
        role=role,
        payload={"public": key.public_keys, "holders": [p.code for p in holders], "needed": NEEDED},
    )
    deed.tell(
        holders,
        "share_waits",
        challenge=call.step.challenge if call else None,
        of=city,
        path=custody_path(key),
        city=city.wording("name"),
    )
    return key


def custody_path(key: CustodyKey) -> str:
    """Return the address, without language, at which the holders of a key do their part."""
    call = key.solicitation
    return f"city/calls/{call.reference}/custody/" if call else f"city/settings/{key.municipality.code}/recovery/"


def _own(share: CustodyShare, *, actor: Actor) -> CustodyShare:
    found = CustodyShare.objects.select_for_update(of=("self",)).select_related("key__municipality", "holder")
    fresh = found.get(pk=share.pk)
    if fresh.holder_id != actor.someone.pk or fresh.key.retired_at is not None:
        raise Unknown
    refuse_if(unmet_to_be(fresh.holder, Part.HOLDER, [fresh.key.municipality.code]))
    return fresh


def look_at_share(deed: Deed, share: CustodyShare) -> str:
    """Show the holder the words of a share, until the holder says that they are written down."""
    share = _own(share, actor=deed.actor)
    require(share.taken_at is None, "share_taken")
    words = keys.show_share(share.key.key_id, number=share.number, now=deed.now)
    if not share.probe:
        share.probe = asdict(probe_of(words))
        share.save(update_fields=["probe"])
        deed.record("custody.look_at_share", share.key, role="holder", payload={"share": share.number})
    return words


def probe_in(share: CustodyShare) -> Probe:
    """Return the two words that a holder is asked for. Raises Unknown before the share was looked at."""
    if not share.probe:
        raise Unknown
    return Probe(tuple(share.probe["positions"]), share.probe["salt"], share.probe["digest"])


def take_share(deed: Deed, share: CustodyShare, *, first: str, second: str) -> CustodyShare:
    """Confirm that a share is written down; from then on nobody can see it here."""
    share = _own(share, actor=deed.actor)
    require(share.taken_at is None, "share_taken")
    require(probe_in(share).holds([first, second]), "probe_wrong", field="first")
    share.taken_at = deed.now
    share.save(update_fields=["taken_at"])
    keys.hand_out_share(share.key.key_id, number=share.number, now=deed.now)
    deed.record("custody.take_share", share.key, role="holder", payload={"share": share.number})
    return share


def rehearse(deed: Deed, share: CustodyShare, *, words: str) -> int:
    """Type a share to try the key; the second one opens the rehearsal's envelope. Returns how many were typed."""
    share = _own(share, actor=deed.actor)
    key = share.key
    require(key.rehearsed_at is None, "already_rehearsed")
    require(share.taken_at is not None, "share_not_taken")
    typed = read_share(words)
    require(fingerprint(typed) == share.fingerprint, "share_of_another", field="words")
    count = keys.offer_share(key.key_id, share=typed, now=deed.now)
    share.rehearsed_at = share.offered_at = deed.now
    share.save(update_fields=["rehearsed_at", "offered_at"])
    if count >= NEEDED:
        keys.open_canary(key.key_id, bytes(key.canary), now=deed.now)
        key.rehearsed_at = deed.now
        key.save(update_fields=["rehearsed_at"])
        key.shares.update(offered_at=None)
        keys.forget_shares(key.key_id, now=deed.now)
    deed.record("custody.rehearse", key, role="holder", payload={"share": share.number, "typed": count})
    return count


def check_possession(deed: Deed, share: CustodyShare, *, first: str, second: str) -> CustodyShare:
    """Show with two words, in the days before closing, that the share is still at hand."""
    share = _own(share, actor=deed.actor)
    require(probe_in(share).holds([first, second]), "probe_wrong", field="first")
    share.checked_at = deed.now
    share.save(update_fields=["checked_at"])
    deed.record("custody.check_possession", share.key, role="holder", payload={"share": share.number})
    return share


def offer_share(deed: Deed, call: Solicitation, *, words: str) -> int:
    """Type a share at an opening, of the call's key or of the recovery key; returns how many of that key were typed.

    Refused before the time, and then that it was tried is recorded and told to the holders and to procurement. Before
    the first share for the prices these are released: nothing typed earlier counts for them.
    """
    if phase_of(call, now=deed.now) is not Phase.OPENABLE:
        raise too_early(call)
    envelope = next_envelope(call)
    require(bool(envelope), "already_opened")
    refuse_if(unmet_to_open(call, Envelope(envelope), now=deed.now))
    if envelope == Envelope.PRICE:
        keys.release_prices(call.key_id, now=deed.now)
    typed = read_share(words)
    share = find_offered(call, fingerprint(typed))
    require(share is not None and share.holder_id == deed.actor.someone.pk, "share_of_another", field="words")
    assert share is not None  # noqa: S101 - required above; tells mypy so
    refuse_if(unmet_to_be(share.holder, Part.HOLDER, [share.key.municipality.code]))
    share.offered_at = deed.now
    share.save(update_fields=["offered_at"])
    count = keys.offer_share(share.key.key_id, share=typed, now=deed.now)
    deed.record(
        "custody.offer_share",
        call,
        role="holder",
        payload={"share": share.number, "key": share.key.key_id, "typed": count},
    )
    return count


def too_early(call: Solicitation) -> RecordedRefusal:
    """Return the refusal of an opening before its time, which records and tells that it was tried."""

    def note(deed: Deed) -> None:
        deed.record("custody.tried_too_early", call, payload={"closes_at": call.closes_at.isoformat()})
        city = call.step.challenge.municipality
        people = [share.holder for share in list_shares(find_key(call))]
        people += list_with_role([city.pk], Role.PROCUREMENT_MANAGER) + list_with_role([city.pk], Role.AUDITOR)
        deed.tell(
            people,
            "tried_too_early",
            challenge=call.step.challenge,
            path=f"city/challenges/{call.step.challenge.code}/log/",
            who=deed.actor.someone.name,
        )

    return RecordedRefusal(Unmet("not_openable_yet"), note)


def end_ceremony(key: CustodyKey, *, now: datetime) -> None:
    """Drop what was typed."""
    key.shares.update(offered_at=None)
    keys.forget_shares(key.key_id, now=now)


def remind_holders(*, now: datetime) -> int:
    """Ask the holders of calls that close within thirty hours for their two words; once each. Returns how many."""
    waiting = CustodyShare.objects.filter(
        key__retired_at=None,
        key__solicitation__published_at__isnull=False,
        key__solicitation__closes_at__gt=now,
        key__solicitation__closes_at__lte=now + REMIND,
        checked_at=None,
        reminded_at=None,
    ).select_related("key__solicitation__step__challenge__municipality", "key__municipality", "holder")
    for share in waiting:
        call = share.key.solicitation
        tell(
            [share.holder],
            "share_asked_for",
            now=now,
            challenge=call.step.challenge if call else None,
            path=custody_path(share.key),
        )
        share.reminded_at = now
        share.save(update_fields=["reminded_at"])
    return len(waiting)
