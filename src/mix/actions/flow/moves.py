"""Carrying a challenge from step to step: ask for a gate, give a word, complete, skip, return, disqualify."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mix.actions.case.challenges import end, keep_bar, leave, people_of, start_ready_steps
from mix.actions.case.locking import lock_step
from mix.actions.case.publishing import publish
from mix.actions.choice import awards
from mix.actions.choice.rankings import rank_without
from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import tell
from mix.actions.flow.judgements import keep_judgement
from mix.actions.market.participations import mark_disqualified
from mix.data.models import Challenge, GateSignature, Municipality, Participation, Step, Vendor
from mix.data.models.core.wordings import columns_of
from mix.readers.case.challenges import get_step, list_cities, method_for, spec_of
from mix.readers.case.documents import authors_of, total_value
from mix.readers.choice.awards import find_live
from mix.readers.city.people import list_with_role
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.errors import Forbidden
from mix.readers.flow.findings import judge
from mix.readers.flow.moves import gather_gate, list_signatures, unmet_to_ask, unmet_to_proceed
from mix.rules.case.states import ChallengeStatus, NoticeKind
from mix.rules.choice.states import AwardState
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import Said, as_wording, joined
from mix.rules.core.kinds import Decision, StepKind, StepState
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require
from mix.rules.delivery.states import AgreementState
from mix.rules.flow.moves import Duty, is_passed, open_duties, unmet_to_sign


def ask(deed: Deed, step: Step) -> Step:
    """Bring a complete step before its gate and tell the deciders; a step without a gate is done with this.

    Raises Refused with everything that is missing.
    """
    step, role = lock_step(step, actor=deed.actor, needs=kind_of(step.kind).permission, editing=True)
    refuse_if(unmet_to_ask(step, now=deed.now))
    _keep_value(step.challenge)
    gathered = gather_gate(step)
    if gathered is None:
        _complete(deed, step, role=role.value, summary="")
        return step
    step.asked_at = deed.now
    step.save(update_fields=["asked_at"])
    keep_bar(step.challenge)
    title = spec_of(step).title
    for duty in open_duties(*gathered):
        city = Municipality.objects.get(code=duty.municipality)
        deed.tell(
            list_with_role([city.id], duty.role),
            "asked_to_decide",
            challenge=step.challenge,
            path=f"city/challenges/{step.challenge.code}/{step.key}/",
            step=title,
            gate=gathered[0].key,
        )
    deed.record("moves.ask", step, role=role.value)
    return step


def _keep_value(challenge: Challenge) -> None:
    value = total_value(challenge)
    if value is not None and value != challenge.value_cents:
        challenge.value_cents = value
        challenge.save(update_fields=["value_cents"])


def sign(
    deed: Deed,
    step: Step,
    *,
    city: Municipality,
    role: Role,
    decision: Decision,
    reason: Said,
    public_summary: Said = "",
) -> GateSignature:
    """Give a word at a gate. The last *proceed* completes the step; *revise* returns it; *stop* ends it.

    Where each city decides, a partner's *stop* takes that city out and the rest goes on; the lead's ends the
    challenge.
    """
    step, _ = lock_step(step, actor=deed.actor, needs=Permission.CHALLENGE_READ)
    gathered = gather_gate(step)
    if gathered is None or role not in deed.actor.roles_at(city.code):
        raise Forbidden(Permission.CHALLENGE_READ)
    gate, facts = gathered
    require(step.asked_at is not None, "gate_not_asked", gate=gate.key)
    words = _words(reason, public_summary)
    cities = {city.code, *(c.code for c in list_cities(step.challenge))}
    refuse_if(unmet_to_be(deed.actor.someone, role, cities))
    if decision is Decision.PROCEED:
        refuse_if(unmet_to_proceed(step))
    authors = authors_of(step) | kind_of(step.kind).preparers(step)
    duty = Duty(city.code, role)
    refuse_if(unmet_to_sign(gate, facts, duty=duty, person=deed.actor.code, authors=authors, decision=decision))
    judged = judge(step, now=deed.now)
    signature = GateSignature.objects.create(
        municipality_id=step.municipality_id,
        step=step,
        gate=gate.key,
        round=step.round,
        city=city,
        role=role.value,
        person=deed.actor.someone,
        decision=decision.value,
        **words,
        signed_at=deed.now,
    )
    keep_judgement(signature, judged)
    _heed(signature, step, now=deed.now)
    deed.record(
        "moves.sign",
        step,
        role=role.value,
        reason=words["reason"],
        payload={"gate": gate.key, "decision": decision.value, "city": city.code, "round": step.round},
    )
    _follow(deed, step, signature)
    return signature


def _words(reason: Said, public_summary: Said) -> dict[str, Any]:
    """Return what a signature keeps of its texts. Raises Refused without a reason."""
    why, summary = as_wording(reason), as_wording(public_summary)
    if why is None:
        raise Refused(Unmet("reason_missing", field="reason"))
    return {"public_summary": "", **columns_of(reason=why, **({"public_summary": summary} if summary else {}))}


def _heed(signature: GateSignature, step: Step, *, now: datetime) -> None:
    """Do what a word alone does, and the line that records it tells."""
    if signature.decision == Decision.REVISE:
        _return(step, signature, now=now)
    elif signature.decision == Decision.STOP and signature.city_id != step.challenge.municipality_id:
        leave(step.challenge, signature.city, reason=signature.reason)


def _follow(deed: Deed, step: Step, signature: GateSignature) -> None:
    """Do what follows from all words together, with lines of its own."""
    if signature.decision == Decision.REVISE:
        return
    if signature.decision == Decision.STOP and signature.city_id == step.challenge.municipality_id:
        _stop(deed, step, signature)
        return
    gathered = gather_gate(step)
    if gathered and is_passed(*gathered):
        summaries = [s.wording("public_summary") for s in list_signatures(step) if s.public_summary]
        _complete(deed, step, role=signature.role, summary=joined(summaries) or "")


def _return(step: Step, signature: GateSignature, *, now: datetime) -> None:
    """Send a step back, or an earlier one with all that rests on it, and tell its owner."""
    spec = spec_of(step)
    first = get_step(step.challenge, spec.gate.returns_to) if spec.gate and spec.gate.returns_to else step
    reopen_from(first, now=now, reason=signature.reason)
    title = spec_of(first).title
    tell(
        people_of(step.challenge, spec_of(first).owner),
        "returned",
        now=now,
        challenge=step.challenge,
        path=f"city/challenges/{step.challenge.code}/{first.key}/",
        step=title,
        reason=signature.reason,
    )


def reopen_from(step: Step, *, now: datetime, reason: str) -> None:
    """Make a step active once more, and let all that rests on it wait. Called inside other verbs.

    What of it had begun gets a new round, in which every word is given afresh. Awards and agreements that followed
    from a choice which is made again end with the reason.
    """
    method = method_for(step.challenge)
    begun = [StepState.ACTIVE.value, StepState.DONE.value]
    rows = {row.key: row for row in step.challenge.steps.filter(key__in=method.resting_on(step.key), state__in=begun)}
    for row in rows.values():
        row.round += 1
        row.asked_at = row.done_at = None
        row.state, row.started_at = StepState.WAITING.value, None
        if row.pk == step.pk:
            row.state, row.started_at = StepState.ACTIVE.value, now
        row.save(update_fields=["round", "asked_at", "done_at", "state", "started_at"])
    keep_bar(step.challenge)
    choices = [row.key for row in rows.values() if kind_of(row.kind).chooses]
    for key in {key for choice in choices for key in method.resting_on(choice) if key != choice} & rows.keys():
        for award in (
            rows[key].awards.filter(state__in=[AwardState.RECOMMENDED, AwardState.APPROVED]).select_related("vendor")
        ):
            award.step.challenge = step.challenge
            awards.revoke(award, reason=reason, now=now)
        for agreement in rows[key].agreements.exclude(state=AgreementState.ENDED):
            agreement.state, agreement.ended_reason = AgreementState.ENDED, reason
            agreement.save(update_fields=["state", "ended_reason"])


def _stop(deed: Deed, step: Step, signature: GateSignature) -> None:
    challenge = step.challenge
    end(challenge, status=ChallengeStatus.STOPPED, reason=signature.reason, now=deed.now)
    if challenge.route_frozen_at:
        publish(
            challenge,
            kind=NoticeKind.CANCELLATION,
            title=challenge.title,
            text=signature.wording("public_summary" if signature.public_summary else "reason"),
            now=deed.now,
        )
    deed.record(
        "challenges.stop", challenge, role=signature.role, reason=signature.reason, payload={"gate": signature.gate}
    )


def _complete(deed: Deed, step: Step, *, role: str, summary: Said) -> None:
    step.state, step.done_at, step.asked_at = StepState.DONE.value, deed.now, None
    step.save(update_fields=["state", "done_at", "asked_at"])
    kind_of(step.kind).on_done(deed, step, summary)
    started = start_ready_steps(step.challenge, now=deed.now)
    deed.record("moves.complete", step, role=role, payload={"step": step.key})
    _go_on(deed, step, started, role=role)


def _go_on(deed: Deed, step: Step, started: Sequence[Step], *, role: str) -> None:
    """Tell of what begins once a step is done, and end the challenge when nothing is left."""
    for other in started:
        title = spec_of(other).title
        deed.tell(
            people_of(step.challenge, spec_of(other).owner),
            "step_started",
            challenge=step.challenge,
            path=f"city/challenges/{step.challenge.code}/{other.key}/",
            step=title,
        )
    open_states = [StepState.WAITING.value, StepState.ACTIVE.value]
    if not step.challenge.steps.filter(state__in=open_states).exists():
        end(step.challenge, status=ChallengeStatus.COMPLETED, reason="", now=deed.now)
        deed.record("challenges.complete", step.challenge, role=role)


def skip(deed: Deed, step: Step, *, reason: str) -> Step:
    """Leave out an optional step, with a reason."""
    step, role = lock_step(step, actor=deed.actor, needs=kind_of(step.kind).permission, editing=True)
    require(spec_of(step).optional, "step_not_optional")
    require(bool(reason.strip()), "reason_missing", field="reason")
    step.state, step.skipped_reason, step.done_at = StepState.SKIPPED.value, reason, deed.now
    step.save(update_fields=["state", "skipped_reason", "done_at"])
    started = start_ready_steps(step.challenge, now=deed.now)
    deed.record("moves.skip", step, role=role.value, reason=reason)
    _go_on(deed, step, started, role=role.value)
    return step


def disqualify(deed: Deed, challenge: Challenge, vendor: Vendor, *, reason: str) -> Participation:
    """Disqualify a vendor at any time: all are ranked without it; its award is revoked and the sale begins again."""
    row, role = mark_disqualified(deed, challenge, vendor, reason=reason)
    ranks = rank_without(row.challenge, vendor, now=deed.now)
    deed.record(
        "participations.disqualify",
        vendor,
        challenge=row.challenge,
        role=role.value,
        reason=reason,
        payload={"ranks": ranks},
    )
    for step in challenge.steps.filter(kind=StepKind.AWARD.value).select_related("challenge__municipality"):
        award = find_live(step)
        if award and (award.vendor_id == vendor.id or any(one["code"] == vendor.code for one in award.beside)):
            awards.revoke(award, reason=reason, now=deed.now)
            reopen_from(step, now=deed.now, reason=reason)
            deed.record("moves.begin_again", step, reason=reason)
    return row
