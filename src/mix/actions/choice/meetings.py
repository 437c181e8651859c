"""Verbs between the stages of a scoring: invite those who reach the next, agree on a time, record the meeting."""

from __future__ import annotations

from datetime import datetime

from mix.actions.case.locking import lock_challenge, lock_step
from mix.actions.choice.panels import lock_evaluation
from mix.actions.core.deeds import Deed
from mix.data.models import Evaluation, StageInvitation, Step
from mix.phrases.mails import local_text
from mix.readers.choice.evaluations import earned_invitations, find_evaluation, panel_of, stages_of
from mix.readers.market.co_applicants import list_answering
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import require


def invite(deed: Deed, step: Step) -> list[StageInvitation]:
    """Begin the next stage of the scoring with those who reach it by the rules of the notice.

    Scores of the stages before stay as they are agreed. Where nobody reaches it, quality is final.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    evaluation = find_evaluation(step)
    require(evaluation is not None, "panel_missing", place="panel")
    evaluation = lock_evaluation(evaluation or Evaluation(), EvaluationPhase.BETWEEN)
    submissions = earned_invitations(evaluation)
    evaluation.stage += 1
    evaluation.phase = EvaluationPhase.SCORING if submissions else EvaluationPhase.QUALITY_FROZEN
    evaluation.save(update_fields=["stage", "phase"])
    for member in panel_of(evaluation):
        member.handed_in_at = None
        member.save(update_fields=["handed_in_at"])
    invitations = [
        StageInvitation.objects.create(evaluation=evaluation, submission=s, stage=evaluation.stage, invited_at=deed.now)
        for s in submissions
    ]
    stage = stages_of(evaluation)[evaluation.stage]
    for submission in submissions:
        deed.tell(
            list_answering(submission),
            "stage_reached",
            challenge=step.challenge,
            path="vendor/",
            vendor=submission.names,
            stage=stage.title,
        )
    if submissions:
        deed.tell(
            [m.person for m in panel_of(evaluation)],
            "scoring_open",
            challenge=step.challenge,
            path="evaluation/",
        )
    deed.record(
        "evaluations.invite",
        evaluation,
        role=role.value,
        payload={"stage": stage.key, "vendors": [s.vendor.code for s in submissions]},
    )
    return invitations


def _meeting(invitation: StageInvitation) -> tuple[StageInvitation, Evaluation]:
    """Lock the evaluation; the invitation is to its present stage, which rests on a meeting that is not recorded."""
    evaluation = lock_evaluation(invitation.evaluation, EvaluationPhase.SCORING)
    fresh = StageInvitation.objects.select_related("submission__vendor").get(pk=invitation.pk)
    stage = stages_of(evaluation)[fresh.stage]
    require(fresh.stage == evaluation.stage and stage.basis.is_met, "meeting_of_no_stage")
    require(fresh.recorded_at is None, "meeting_recorded")
    return fresh, evaluation


def set_meeting(deed: Deed, invitation: StageInvitation, *, meets_at: datetime, place: str) -> StageInvitation:
    """Agree on when and where a vendor is met, and tell it."""
    _, role = lock_challenge(invitation.evaluation.step.challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    invitation, evaluation = _meeting(invitation)
    require(meets_at > deed.now, "meeting_in_the_past", field="meets_at")
    require(bool(place.strip()), "meeting_incomplete", field="place")
    invitation.meets_at, invitation.place = meets_at, place.strip()
    invitation.save(update_fields=["meets_at", "place"])
    stage = stages_of(evaluation)[invitation.stage]
    deed.tell(
        list_answering(invitation.submission),
        "meeting_set",
        challenge=evaluation.step.challenge,
        path="vendor/",
        stage=stage.title,
        at=local_text(meets_at, evaluation.step.challenge.municipality.zone),
        place=invitation.place,
    )
    payload = {"vendor": invitation.submission.vendor.code, "at": meets_at.isoformat()}
    deed.record("evaluations.set_meeting", evaluation, role=role.value, payload=payload)
    return invitation


def record_meeting(
    deed: Deed, invitation: StageInvitation, *, minutes: int, present: str, notes: str
) -> StageInvitation:
    """Record that a vendor was met: for how long, who was there, what was asked and answered. Final."""
    _, role = lock_challenge(invitation.evaluation.step.challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    invitation, evaluation = _meeting(invitation)
    require(invitation.meets_at is not None and invitation.meets_at <= deed.now, "meeting_not_held")
    require(minutes > 0, "meeting_incomplete", field="minutes")
    require(bool(present.strip()), "meeting_incomplete", field="present")
    require(bool(notes.strip()), "meeting_incomplete", field="notes")
    invitation.minutes, invitation.present, invitation.notes = minutes, present.strip(), notes.strip()
    invitation.recorded_at, invitation.recorded_by = deed.now, deed.actor.someone
    invitation.save(update_fields=["minutes", "present", "notes", "recorded_at", "recorded_by"])
    payload = {"vendor": invitation.submission.vendor.code, "minutes": minutes}
    deed.record("evaluations.record_meeting", evaluation, role=role.value, payload=payload)
    return invitation
