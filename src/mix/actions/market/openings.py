"""The verb that opens envelopes, in two phases: what is slow first and without a row changed, then all rows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from mix.actions.case.locking import lock_challenge
from mix.actions.core.checkpoints import make_checkpoint
from mix.actions.core.deeds import Deed
from mix.actions.core.run import prepared_by
from mix.actions.core.signing import sign
from mix.actions.market.custody import end_ceremony, too_early
from mix.actions.market.keys import release_prices
from mix.actions.market.sealing import Unsealed, keep_unsealed, unseal
from mix.actions.market.solicitations import lock_call
from mix.data.models import Chain, OpenedEnvelope, Opening, Solicitation, Submission, SubmissionVersion
from mix.readers.case.challenges import check, list_cities
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.events import sealed_chain
from mix.readers.market.co_applicants import beside_of, list_answering
from mix.readers.market.custody import list_offered, opening_key
from mix.readers.market.solicitations import closing_of, phase_of, unmet_to_open
from mix.readers.market.submissions import list_counting, open_addenda
from mix.rules.core.access import TABLE, Permission
from mix.rules.core.chain import GENESIS
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require
from mix.rules.market.closing import Phase
from mix.rules.market.openings import ChainHead, FoundEnvelope, OpeningStatement
from mix.rules.market.states import CustodyMode


def _check(deed: Deed, call: Solicitation, *, envelope: Envelope) -> None:
    """Refuse what may not be opened now: before its time, twice, a price before quality is frozen; and who may not."""
    now, challenge = deed.now, call.step.challenge
    cities = [city.code for city in list_cities(challenge)]
    duties = deed.actor.roles_at(challenge.municipality.code) & TABLE[Permission.ENVELOPE_OPEN]
    refuse_if(unmet for role in sorted(duties) for unmet in unmet_to_be(deed.actor.someone, role, cities))
    require(call.published_at is not None, "solicitation_not_published")
    if phase_of(call, now=now) is not Phase.OPENABLE:
        raise too_early(call)
    refuse_if(unmet_to_open(call, envelope, now=now))


def unseal_all(deed: Deed, call: Solicitation, *, envelope: Envelope) -> dict[str, Unsealed]:
    """Have the sealer open one envelope of every version that counts; return what was found by receipt.

    Prices are released first, where they were not. In split custody the shares must have been typed. Changes no row,
    and may be done again.
    """
    check(call.step.challenge, actor=deed.actor, needs=Permission.ENVELOPE_OPEN)
    call.refresh_from_db(fields=["closes_at", "published_at", "technical_opened_at", "price_opened_at"])
    _check(deed, call, envelope=envelope)
    if envelope is Envelope.PRICE:
        release_prices(call.key_id, now=deed.now)
    if call.custody_mode == CustodyMode.SPLIT and opening_key(call, now=deed.now) is None:
        raise Refused(Unmet("shares_lacking", field="words"))
    return {
        version.reference: unseal(
            submission, version=version.number, said=version.statement.line(envelope), now=deed.now
        )
        for submission, version in list_counting(call)
    }


@prepared_by(unseal_all)
def open_envelopes(
    deed: Deed, prepared: Mapping[str, Unsealed], call: Solicitation, *, envelope: Envelope
) -> Solicitation:
    """Open one envelope of every submission that counts, after closing and embargo, in the order of the method.

    The price envelope opens when the panel has frozen quality (`evaluations.freeze_quality` says so). What does not
    match its receipt, or does not open, is left sealed and named in the act of opening and to its vendor.
    """
    _, role = lock_challenge(call.step.challenge, actor=deed.actor, needs=Permission.ENVELOPE_OPEN)
    call = lock_call(call)
    _check(deed, call, envelope=envelope)
    current = list_counting(call)
    require({version.reference for _, version in current} == set(prepared), "opening_changed")
    setattr(call, f"{envelope.value}_opened_at", deed.now)
    call.save(update_fields=["technical_opened_at", "price_opened_at"])
    found = {
        version.reference: _compared(submission, prepared[version.reference], envelope)
        for submission, version in current
    }
    for submission, version in current:
        _open_one(deed, submission, version, envelope, found[version.reference])
    act = _act_of_opening(deed, call, envelope, current, found)
    Opening.objects.create(
        municipality_id=call.municipality_id,
        solicitation=call,
        envelope=envelope.value,
        opened_at=deed.now,
        act=sign(act.write()),
    )
    deed.record(
        "sealing.open_envelopes",
        call,
        role=role.value,
        payload={
            "envelope": envelope.value,
            "count": len(current),
            "closed_at": closing_of(call).at.isoformat(),
            "submissions": asdict(act.submissions_chain),
            "problems": list(act.problems),
        },
    )
    key = opening_key(call, now=deed.now) if call.custody_mode == CustodyMode.SPLIT else None
    if key:
        end_ceremony(key, now=deed.now)
    for code in (sealed_chain(call), call.step.challenge.municipality.code):
        make_checkpoint(code, now=deed.now)
    return call


def _compared(submission: Submission, found: Unsealed, envelope: Envelope) -> Unsealed:
    """Hold who answers together, as it was sealed, against who joined; the envelope stays shut where they differ."""
    joined = beside_of(submission) if envelope is Envelope.TECHNICAL else []
    if found.problem or envelope is not Envelope.TECHNICAL or list(found.beside) == joined:
        return found
    return Unsealed(found.ciphertext_sha256, {}, {}, "co_applicants_changed")


def _open_one(
    deed: Deed, submission: Submission, version: SubmissionVersion, envelope: Envelope, found: Unsealed
) -> None:
    """Keep what one envelope held, and tell its vendors; or tell them what is wrong."""
    if found.beside and not found.problem:
        submission.beside = list(found.beside)
        submission.save(update_fields=["beside"])
    if not found.problem:
        OpenedEnvelope.objects.create(
            submission=submission,
            envelope=envelope.value,
            answers=found.answers,
            opened_by=deed.actor.someone,
            opened_at=deed.now,
        )
        keep_unsealed(found)
    deed.tell(
        list_answering(submission),
        "not_opened" if found.problem else "opened",
        challenge=submission.solicitation.step.challenge,
        path=f"vendor/receipts/{version.reference}/",
        vendor=submission.names,
        reference=version.reference,
    )


def _act_of_opening(
    deed: Deed,
    call: Solicitation,
    envelope: Envelope,
    current: list[tuple[Submission, SubmissionVersion]],
    found: Mapping[str, Unsealed],
) -> OpeningStatement:
    """Return what is written down about an opening: who, when, with which key, and every envelope as it was found."""
    key = opening_key(call, now=deed.now) if call.custody_mode == CustodyMode.SPLIT else None
    chain = Chain.objects.filter(code=sealed_chain(call)).first()
    return OpeningStatement(
        call=call.reference,
        city=call.step.challenge.municipality.code,
        envelope=envelope,
        closed_at=call.closes_at,
        zone=call.zone,
        opened_at=deed.now,
        opened_by=deed.actor.code,
        custody=CustodyMode(call.custody_mode),
        key_id=key.key_id if key else call.key_id,
        attended=tuple(share.holder.code for share in list_offered(key, now=deed.now)),
        envelopes=tuple(
            FoundEnvelope(
                reference=version.reference,
                vendor=submission.vendor.code,
                ciphertext_sha256=found[version.reference].ciphertext_sha256,
                problem=found[version.reference].problem,
                unconfirmed=tuple(addendum.number for addendum in open_addenda(submission)),
            )
            for submission, version in current
        ),
        submissions_chain=ChainHead(sealed_chain(call), chain.seq if chain else 0, chain.hash if chain else GENESIS),
    )


def note_export(deed: Deed, call: Solicitation) -> None:
    """Record that the sealed envelopes were taken out, for an opening without this site."""
    _, role = lock_challenge(call.step.challenge, actor=deed.actor, needs=Permission.ENVELOPE_OPEN)
    deed.record("sealing.export_envelopes", call, role=role.value)
