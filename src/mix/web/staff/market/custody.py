"""Keys in split custody: who holds them, the rehearsal, the days before closing, and the opening by two officers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mix.actions.market import custody, openings
from mix.data.models import Challenge, CustodyKey, CustodyShare, Municipality, Opening, Solicitation
from mix.readers.case.challenges import check, roles_in, spec_of
from mix.readers.city.municipalities import get_municipality
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.custody import (
    count_sealed,
    find_key,
    find_own_share,
    find_recovery_key,
    get_opening,
    get_own_share,
    holds_share,
    list_offered,
    list_openings,
    list_possible_holders,
    list_shares,
    list_staff,
    opening_key,
    unmet_custody,
)
from mix.readers.market.sealing import list_envelopes
from mix.readers.market.solicitations import get_call, next_envelope, phase_of, unmet_to_open
from mix.readers.market.submissions import list_counting
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, grants
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.closing import Phase
from mix.rules.market.states import CustodyMode
from mix.web.drawing.packing import Content, zip_of
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms.acts import Acts, Listed, Taken, do, granted, refused, show, take
from mix.web.frame.streams import archive
from mix.web.staff.market.custody_acts import (
    Keyless,
    MakeKey,
    MakeRecoveryKey,
    OfferShare,
    OpenEnvelopes,
    OpenPrices,
    Rehearse,
    ShowPossession,
    TakeShare,
)


def _get(reference: str, *, actor: Actor) -> Solicitation:
    """Return a call to somebody who works on it or holds a share. Raises Unknown, Forbidden."""
    call = get_call(reference)
    if not holds_share(actor, call):
        check(call.step.challenge, actor=actor, needs=Permission.SOLICITATION_EDIT)
    return call


@dataclass(frozen=True)
class KeyContext:
    """What a page of a key draws; `words` are a holder's, in the one answer that shows them."""

    key: CustodyKey | None
    shares: list[CustodyShare]
    own: CustodyShare | None
    typed: list[CustodyShare]
    words: tuple[str, ...]
    zone: str


@dataclass(frozen=True)
class CallKeyContext:
    """What the page of the key of a call draws."""

    call: Solicitation
    challenge: Challenge
    title: Bilingual
    step_key: str
    phase: str
    unmet_custody: tuple[Unmet, ...]
    offered: list[CustodyShare]
    may_open: bool
    opener: bool
    next_envelope: str
    waits: tuple[Unmet, ...]
    openings: list[Opening]
    count: int | None
    recovery: CustodyKey | None


def call_custody(request: HttpRequest, reference: str) -> HttpResponse:
    """The key of one call, from its making to the opening."""
    actor = signed_in(request)
    call = _get(reference, actor=actor)
    use_clock(call.zone)
    acts = {**_holding(find_key(call), actor), **_opening(call, actor)}
    if call.published_at is None and call.custody_mode == CustodyMode.SPLIT:
        acts["make"] = Listed(MakeKey, Keyless(call, tuple(list_possible_holders(call))))
    taken, words = _take(request, granted(roles_in(call.step.challenge, actor), acts), find_key(call))
    if isinstance(taken, HttpResponse):
        return taken
    key = _shown_key(request, find_key(call), zone=call.zone, words=words)
    return show(request, "staff/market/custody.html", taken, key, _shown_call(request, call))


def _shown_call(request: HttpRequest, call: Solicitation) -> CallKeyContext:
    now, challenge = now_of(request), call.step.challenge
    phase = phase_of(call, now=now) if call.published_at else None
    live = opening_key(call, now=now)
    envelope = next_envelope(call) if challenge.status == ChallengeStatus.RUNNING else ""
    waits = unmet_to_open(call, Envelope(envelope), now=now) if envelope else ()
    return CallKeyContext(
        call=call,
        challenge=challenge,
        title=spec_of(call.step).title,
        step_key=call.step.key,
        phase=phase.value if phase else "",
        unmet_custody=unmet_custody(call) if call.published_at is None else (),
        offered=list_offered(live or find_key(call), now=now),
        may_open=live is not None or call.custody_mode == CustodyMode.MANAGED,
        opener=grants(roles_in(challenge, signed_in(request)), Permission.ENVELOPE_OPEN),
        next_envelope=envelope if not waits else "",
        waits=waits if phase is Phase.OPENABLE else (),
        openings=list_openings(call),
        count=count_sealed(call, phase=phase) if phase else None,
        recovery=find_recovery_key(challenge.municipality),
    )


@dataclass(frozen=True)
class RecoveryContext:
    """What the page of a recovery key draws."""

    city: Municipality


def recovery(request: HttpRequest, city: str) -> HttpResponse:
    """The recovery key of a city."""
    actor = signed_in(request)
    found = get_municipality(city)
    key = find_recovery_key(found)
    roles = actor.roles_at(found.code)
    if not grants(roles, Permission.DELEGATION_EDIT) and not find_own_share(key, actor=actor):
        raise Forbidden(Permission.DELEGATION_EDIT) if roles else Unknown
    use_clock(found.zone)
    acts = {**_holding(key, actor), "make": Listed(MakeRecoveryKey, Keyless(found, tuple(list_staff(found))))}
    taken, words = _take(request, granted(roles, acts), key)
    if isinstance(taken, HttpResponse):
        return taken
    shown = _shown_key(request, find_recovery_key(found), zone=found.zone, words=words)
    return show(request, "staff/market/recovery.html", taken, shown, RecoveryContext(found))


def _take(request: HttpRequest, acts: Acts, key: CustodyKey | None) -> tuple[Taken | HttpResponse, tuple[str, ...]]:
    """Take what was posted; a holder's words stand in the answer to a POST alone, which nothing keeps."""
    if request.method != "POST" or request.POST.get("act") != "look":
        taken, share = take(request, acts), find_own_share(key, actor=signed_in(request))
        if isinstance(taken, Taken) and share is not None and share.taken_at is None:
            taken.own = ("look",)
        return taken, ()
    share = get_own_share(key, actor=signed_in(request))
    try:
        words = do(request, custody.look_at_share, share)
    except Refused as error:
        return refused(acts, *error.unmet), ()
    share.refresh_from_db()
    return Taken({**acts, "take": Listed(TakeShare, share)}, own=("take",)), tuple(words.split())


def _shown_key(request: HttpRequest, key: CustodyKey | None, *, zone: str, words: tuple[str, ...]) -> KeyContext:
    shares, reader = list_shares(key), signed_in(request).someone
    return KeyContext(
        key=key,
        shares=shares,
        own=next((s for s in shares if s.holder_id == reader.pk), None),
        typed=list_offered(key, now=now_of(request)),
        words=words,
        zone=zone,
    )


def _holding(key: CustodyKey | None, actor: Actor) -> dict[str, Listed[Any]]:
    """What a holder does with a share: take it, type it at the rehearsal, show before closing that it is there."""
    share = find_own_share(key, actor=actor)
    if key is None or share is None:
        return {}
    if share.taken_at is None:
        return {"take": Listed(TakeShare, share)} if share.probe else {}
    return (
        {"rehearse": Listed(Rehearse, share)}
        if key.rehearsed_at is None
        else {"possess": Listed(ShowPossession, share)}
    )


def _opening(call: Solicitation, actor: Actor) -> dict[str, Listed[Any]]:
    """Type a share, then open. Tried before its time, both are refused, recorded and told."""
    if call.published_at is None or call.step.challenge.status != ChallengeStatus.RUNNING:
        return {}
    acts: dict[str, Listed[Any]] = {}
    if call.custody_mode == CustodyMode.SPLIT and holds_share(actor, call):
        acts["offer"] = Listed(OfferShare, call)
    if envelope := next_envelope(call):
        acts["open"] = Listed(OpenEnvelopes if envelope == Envelope.TECHNICAL else OpenPrices, call)
    return acts


def act_of_opening(request: HttpRequest, reference: str, code: str) -> HttpResponse:
    """Hand out the signed act of one opening."""
    call = _get(reference, actor=signed_in(request))
    found = get_opening(call, code)
    response = HttpResponse(json.dumps(found.act, indent=2, sort_keys=True), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="opening-{call.reference}-{found.envelope}.json"'
    return response


def _has_its_turn(call: Solicitation, envelope: Envelope, *, now: datetime) -> bool:
    """Say whether an envelope of a call may be opened, or was: prices when quality is frozen."""
    if envelope is Envelope.TECHNICAL or call.price_opened_at is not None:
        return True
    return call.technical_opened_at is not None and not unmet_to_open(call, envelope, now=now)


def envelopes(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Hand out every sealed envelope as it lies on the disk, for an opening without this site (docs/opening.md)."""
    call = get_call(reference)
    check(call.step.challenge, actor=signed_in(request), needs=Permission.ENVELOPE_OPEN)
    if call.published_at is None or phase_of(call, now=now_of(request)) is not Phase.OPENABLE:
        raise Refused(Unmet("not_openable_yet"))
    entries: list[tuple[str, Content]] = []
    turn = {e for e in Envelope if _has_its_turn(call, e, now=now_of(request))}
    key = find_key(call) if call.custody_mode == CustodyMode.SPLIT else None
    entries += [(f"recovery/{e}.age", bytes.fromhex(key.escrow[e])) for e in sorted(turn) if key]
    for submission, version in list_counting(call):
        for name, ciphertext, files in list_envelopes(submission, version=version.number):
            if name not in turn:
                continue
            entries.append((f"{version.reference}/{name}.age", ciphertext))
            for number, path in enumerate(files, start=1):  # their names are inside of the envelope
                entries.append((f"{version.reference}/{name}-{number:02d}.age", path))

    def make() -> Iterator[bytes]:
        do(request, openings.note_export, call)
        return zip_of(entries)

    return archive(request, make, kind="application/zip", name=f"{call.reference}-sealed.zip")
