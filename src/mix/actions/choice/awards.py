"""Verbs of an award: recommend, negotiate, fail over to the next, approve, debriefs."""

from __future__ import annotations

from datetime import datetime, timedelta

from mix.actions.case.locking import lock_challenge, lock_step
from mix.actions.case.publishing import publish
from mix.actions.choice.letters import send_letters
from mix.actions.core.checkpoints import make_checkpoint
from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import tell
from mix.actions.market.participations import raise_standing
from mix.data.models import Award, Debrief, Dispute, Letter, PanelMember, Step, Vendor
from mix.phrases.mails import local_text
from mix.readers.case.challenges import method_for
from mix.readers.choice.awards import dispute_until, find_live, list_next_results, notice_details
from mix.readers.city.people import list_members, list_on_duty, list_with_role
from mix.readers.market.co_applicants import list_answering
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import opened_answers, price_total
from mix.readers.market.vendors import get_own_vendor
from mix.rules.case.states import NoticeKind
from mix.rules.choice.states import AwardState
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import Said
from mix.rules.core.kinds import Envelope, Standing
from mix.rules.core.unmet import Refused, Unmet, require

NOTICE_DAYS = 72  # CFTA art. 516(2) and CETA: award notice within 72 days (shared rule facts, verified)
DEBRIEF_DAYS = 30
ANSWER_DAYS = 15


def recommend(deed: Deed, step: Step) -> Award:
    """Recommend the best-ranked vendor of the last evaluation that was not tried yet, at the price it sealed."""
    step, role = lock_step(step, actor=deed.actor, needs=Permission.AWARD_PREPARE, editing=True)
    require(find_live(step) is None, "award_live")
    found = list_next_results(step)
    if not found:
        raise Refused(Unmet("nobody_left_to_recommend"))
    if len(found) > 1:
        names = ", ".join(r.submission.names for r in found)
        raise Refused(Unmet("tie_before_award", {"names": names}))
    result = found[0]
    specs = spec_of_call(result.ranking.evaluation.solicitation).answers
    price = price_total(specs, opened_answers(result.submission, Envelope.PRICE))
    award = Award.objects.create(
        municipality_id=step.municipality_id,
        step=step,
        result=result,
        vendor=result.submission.vendor,
        beside=result.submission.beside,
        value_cents=price or 0,
        recommended_at=deed.now,
    )
    raise_standing(step.challenge, award.vendor, to=Standing.RECOMMENDED, now=deed.now)
    deed.record("awards.recommend", award.vendor, challenge=step.challenge, role=role.value)
    return award


def record_negotiation(deed: Deed, award: Award, *, text: str, value_cents: int) -> Award:
    """Put on record what was negotiated, and the value that came of it (cents, all options)."""
    step, role = lock_step(award.step, actor=deed.actor, needs=Permission.AWARD_PREPARE, editing=True)
    require(award.state == AwardState.RECOMMENDED, "award_over")
    require(bool(text.strip()), "answer_missing", field="text")
    require(value_cents >= 0, "not_an_amount", field="value", given=str(value_cents))
    award.negotiation, award.value_cents = text, value_cents
    award.save(update_fields=["negotiation", "value_cents"])
    deed.record("awards.record_negotiation", award.vendor, challenge=step.challenge, role=role.value)
    return award


def fail_negotiation(deed: Deed, award: Award, *, reason: str) -> Award:
    """End a negotiation that failed, with a reason, and recommend the next-ranked."""
    step, role = lock_step(award.step, actor=deed.actor, needs=Permission.AWARD_PREPARE, editing=True)
    require(award.state == AwardState.RECOMMENDED, "award_over")
    require(bool(reason.strip()), "reason_missing", field="reason")
    award.state, award.ended_reason = AwardState.FAILED, reason
    award.save(update_fields=["state", "ended_reason"])
    deed.tell(
        list_answering(award.result.submission),
        "negotiation_failed",
        challenge=step.challenge,
        path=f"challenges/{step.challenge.code}/",
        reason=reason,
    )
    deed.record("awards.fail_negotiation", award.vendor, challenge=step.challenge, role=role.value, reason=reason)
    return recommend(deed, step)


def approve(deed: Deed, award: Award, *, summary: Said) -> Award:
    """Make the award: public notice, and letters to all whom the panel ranked. Called when its gate has passed."""
    challenge = award.step.challenge
    award.state, award.approved_at = AwardState.APPROVED, deed.now
    award.notice_due_on = day_in(award.step.challenge.municipality.zone, deed.now + timedelta(days=NOTICE_DAYS))
    award.save(update_fields=["state", "approved_at", "notice_due_on"])
    raise_standing(challenge, award.vendor, to=Standing.AWARDED, now=deed.now)
    details = notice_details(award)
    award.notice = publish(
        challenge, kind=NoticeKind.AWARD, title=award.names, text=summary, now=deed.now, details=details
    )
    award.save(update_fields=["notice"])
    evaluation = award.result.ranking.evaluation
    if method_for(challenge).is_only_recommended(evaluation.step.key):
        evaluation.step.challenge = challenge
        send_letters(deed, evaluation, award=award)
    else:  # its letters left when the evaluation chose for the steps before the award
        deed.tell(
            list_answering(award.result.submission),
            "awarded",
            challenge=challenge,
            path=f"challenges/{challenge.code}/",
            vendor=award.names,
        )
    deed.record(
        "awards.approve",
        award.vendor,
        challenge=challenge,
        role="",
        reason=award.notice.text,
    )
    make_checkpoint(challenge.municipality.code, now=deed.now)
    return award


def revoke(award: Award, *, reason: str, now: datetime) -> Award:
    """Take an award back, and tell all to whom it was told. Called inside other verbs."""
    was_made = award.state == AwardState.APPROVED
    award.state, award.ended_reason = AwardState.REVOKED, reason
    award.save(update_fields=["state", "ended_reason"])
    challenge = award.step.challenge
    told = {letter.vendor_id for letter in award.letters.all()} | {award.vendor_id} if was_made else set()
    for vendor_id in sorted(told):
        tell(
            list_members(vendor_id),
            "award_revoked",
            now=now,
            challenge=challenge,
            path=f"challenges/{challenge.code}/",
            winner=award.names,
        )
    return award


def ask_debrief(deed: Deed, step: Step, vendor: Vendor) -> Debrief:
    """Ask, as a vendor that got a letter, to hear more; it is due within 30 days."""
    get_own_vendor(vendor.code, actor=deed.actor)
    require(vendor.letters.filter(evaluation__step__challenge=step.challenge).exists(), "no_letter_yet")
    debrief, made = Debrief.objects.get_or_create(
        step=step,
        vendor=vendor,
        defaults={
            "municipality_id": step.municipality_id,
            "asked_by": deed.actor.someone,
            "asked_at": deed.now,
            "due_on": day_in(step.challenge.municipality.zone, deed.now + timedelta(days=DEBRIEF_DAYS)),
        },
    )
    if made:
        deed.tell(
            list_on_duty(step.municipality_id, Role.PROCUREMENT_OFFICER),
            "debrief_asked",
            challenge=step.challenge,
            path=f"city/challenges/{step.challenge.code}/{step.key}/",
            vendor=vendor.name,
            day=debrief.due_on.isoformat(),
        )
        deed.record("awards.ask_debrief", vendor, challenge=step.challenge, role=Role.VENDOR)
    return debrief


def plan_debrief(deed: Deed, debrief: Debrief, *, meets_at: datetime) -> Debrief:
    """Set the time of a debrief."""
    challenge, role = lock_challenge(
        debrief.step.challenge, actor=deed.actor, needs=Permission.AWARD_PREPARE, running=False
    )
    require(meets_at > deed.now, "time_is_past", field="meets_at")
    debrief.meets_at = meets_at
    debrief.save(update_fields=["meets_at"])
    deed.tell(
        list_members(debrief.vendor_id),
        "debrief_planned",
        challenge=challenge,
        path="vendor/",
        at=local_text(meets_at, challenge.municipality.zone),
    )
    deed.record("awards.plan_debrief", debrief.vendor, challenge=challenge, role=role.value)
    return debrief


def hold_debrief(deed: Deed, debrief: Debrief, *, notes: str) -> Debrief:
    """Note what was said at a debrief."""
    challenge, role = lock_challenge(
        debrief.step.challenge, actor=deed.actor, needs=Permission.AWARD_PREPARE, running=False
    )
    require(bool(notes.strip()), "answer_missing", field="notes")
    debrief.held_at, debrief.notes = deed.now, notes
    debrief.save(update_fields=["held_at", "notes"])
    deed.record("awards.hold_debrief", debrief.vendor, challenge=challenge, role=role.value)
    return debrief


def file_dispute(deed: Deed, letter: Letter, *, text: str) -> Dispute:
    """Object to a result, as a vendor that got a letter: within ten days of it, or of the debrief held later."""
    get_own_vendor(letter.vendor.code, actor=deed.actor)
    step = letter.evaluation.step
    require(bool(text.strip()), "answer_missing", field="text")
    require(deed.now < dispute_until(letter), "dispute_late")
    require(not step.disputes.filter(vendor=letter.vendor, answered_at=None).exists(), "dispute_open")
    zone = step.challenge.municipality.zone
    dispute = Dispute.objects.create(
        municipality_id=step.municipality_id,
        step=step,
        vendor=letter.vendor,
        text=text,
        filed_by=deed.actor.someone,
        filed_at=deed.now,
        due_on=day_in(zone, deed.now + timedelta(days=ANSWER_DAYS)),
    )
    officers = list_with_role([step.municipality_id], Role.PROCUREMENT_MANAGER)
    path = f"city/challenges/{step.challenge.code}/{step.key}/"
    deed.tell(officers, "dispute_filed", challenge=step.challenge, path=path, vendor=letter.vendor.name)
    deed.record("awards.file_dispute", letter.vendor, challenge=step.challenge, role=Role.VENDOR)
    return dispute


def answer_dispute(deed: Deed, dispute: Dispute, *, outcome: str, answer: Said) -> Dispute:
    """Answer an objection with reasons. Whoever sat on the panel does not answer it."""
    challenge, role = lock_challenge(
        dispute.step.challenge, actor=deed.actor, needs=Permission.AWARD_PREPARE, running=False
    )
    fresh = Dispute.objects.select_for_update(of=("self",)).select_related("vendor").get(pk=dispute.pk)
    require(fresh.answered_at is None, "dispute_answered")
    seats = PanelMember.objects.filter(evaluation__step__challenge=challenge, person=deed.actor.someone)
    require(not seats.exists(), "panel_does_not_answer")
    words = deed.written(answer, field="answer")
    fresh.reword(answer=words).outcome = outcome
    fresh.answered_by, fresh.answered_at = deed.actor.someone, deed.now
    fresh.save(update_fields=["outcome", "answer", "translations", "answered_by", "answered_at"])
    people = list_members(fresh.vendor_id)
    deed.tell(people, "dispute_answered", challenge=challenge, path="vendor/", answer=words)
    payload_reason = f"{outcome}: {words.en}"
    deed.record("awards.answer_dispute", fresh.vendor, challenge=challenge, role=role.value, reason=payload_reason)
    return fresh
