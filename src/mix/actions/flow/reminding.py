"""Reminders before and after for those who answer a call and those who score; once for each instant."""

from __future__ import annotations

from datetime import datetime, timedelta

from mix.actions.core.outbox import tell
from mix.data.models import PanelMember, Submission
from mix.phrases.mails import local_text
from mix.readers.market.co_applicants import list_answering
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.flow.states import Reminder
from mix.rules.market.states import SubmissionState

AHEAD = timedelta(days=2)
BEHIND = timedelta(days=2)  # what is longer past is not told any more


def _stage(at: datetime, now: datetime) -> Reminder:
    return Reminder.SOON if now < at else Reminder.LATE


def remind_of_drafts(*, now: datetime) -> int:
    """Remind the teams of drafts that a call closes, within two days, and that it has closed. Returns how many.

    The log and every page of a city stay silent about it: they would tell who answers.
    """
    near = {"solicitation__closes_at__gt": now - BEHIND, "solicitation__closes_at__lte": now + AHEAD}
    rows = Submission.objects.filter(state=SubmissionState.DRAFT, withdrawn_at=None, **near)
    told = 0
    for draft in rows.select_related("vendor", "solicitation__step__challenge__municipality"):
        call = draft.solicitation
        stage = _stage(call.closes_at, now)
        mark = f"{stage} {call.closes_at.isoformat()}"
        if draft.reminded == mark:
            continue
        draft.reminded = mark
        draft.save(update_fields=["reminded"])
        tell(
            list_answering(draft),
            f"draft_{stage}",
            now=now,
            challenge=call.step.challenge,
            path=f"vendor/submissions/{draft.code}/",
            vendor=draft.vendor.name,
            closes=local_text(call.closes_at, call.zone),
        )
        told += 1
    return told


def remind_of_scores(*, now: datetime) -> int:
    """Remind who sits on a panel that scores are due within two days, and that they are late. Returns how many."""
    rows = PanelMember.objects.filter(
        left_at=None,
        handed_in_at=None,
        evaluation__phase=EvaluationPhase.SCORING,
        evaluation__due_at__isnull=False,
        evaluation__due_at__lte=now + AHEAD,
    )
    told = 0
    for member in rows.select_related("person", "evaluation__step__challenge__municipality"):
        due_at, step = member.evaluation.due_at, member.evaluation.step
        if due_at is None:
            continue
        stage = _stage(due_at, now)
        mark = f"{stage} {due_at.isoformat()}"
        if member.reminded == mark:
            continue
        member.reminded = mark
        member.save(update_fields=["reminded"])
        tell(
            [member.person],
            f"scores_{stage}",
            now=now,
            challenge=step.challenge,
            path=f"evaluation/{step.challenge.code}/{step.key}/",
            due=local_text(due_at, step.challenge.municipality.zone),
        )
        told += 1
    return told
