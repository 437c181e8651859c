"""What happened in a challenge, as its city may know it: nothing of sealed submissions, nor of a scoring under way."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Event, Submission
from mix.readers.case.challenges import list_steps
from mix.readers.choice.evaluations import list_evaluations, list_seats
from mix.readers.core.events import SCORING
from mix.readers.core.paging import Page, page_of
from mix.rules.core.kinds import EvaluationPhase, StepKind, StepState


def list_events(challenge: Challenge, *, most: int | None = None) -> list[Event]:
    """List a challenge's events that the city may know of, latest first."""
    withheld = _withheld(challenge)
    return _told.part(most)(*withheld) if most else _told(*withheld)


def page_events(challenge: Challenge, page: int) -> Page[Event]:
    """Return a page of a challenge's events that the city may know of, latest first."""
    return page_of(_events(*_withheld(challenge)), page, size=50)


@asked
def _told(challenge: Challenge, code: str, scored: tuple[str, ...], since: tuple[datetime, ...]) -> QuerySet[Event]:
    return _events(challenge, code, scored, since)


def _events(challenge: Challenge, code: str, scored: tuple[str, ...], since: tuple[datetime, ...]) -> QuerySet[Event]:
    """Return a challenge's events, latest first, but for those that `core.events.withheld` keeps back, and sealed ones.

    The chain itself keeps every entry. A scoring under way is told under two of `scored`, since one instant.
    """
    sealed = Submission.objects.filter(solicitation__step__challenge=challenge, solicitation__technical_opened_at=None)
    rows = Event.objects.filter(challenge=code).exclude(subject__in=sealed.values_list("code", flat=True))
    for n, instant in enumerate(since):
        rows = rows.exclude(verb__in=SCORING, subject__in=scored[2 * n : 2 * n + 2], happened_at__gte=instant)
    return rows.order_by("-happened_at", "-id")


def _withheld(challenge: Challenge) -> tuple[Challenge, str, tuple[str, ...], tuple[datetime, ...]]:
    """Return what tells the events apart that are kept back."""
    scorings = _scorings(challenge)
    subjects = tuple(subject for pair, _ in scorings for subject in pair)
    return challenge, challenge.code, subjects, tuple(since for _, since in scorings)


def _scorings(challenge: Challenge) -> list[tuple[tuple[str, str], datetime]]:
    """Return what the scorings under way are told under, and since when a panel was there.

    A step of an evaluation is done with a result that is final; one after it counts for the rounds before.
    """
    steps = [s for s in list_steps(challenge) if s.kind == StepKind.EVALUATION and s.begun_at]
    if all(s.state == StepState.DONE for s in steps):
        return []
    every = list_evaluations(challenge)
    final = [(e.step_id, e.round) for e in every if e.phase == EvaluationPhase.FINAL]
    under_way = [
        e
        for e in every
        if e.phase != EvaluationPhase.FINAL and not any(s == e.step_id and r > e.round for s, r in final)
    ]
    return [
        ((f"{challenge.code}/{e.step.key}", e.solicitation.reference), min(m.appointed_at for m in seats))
        for e in under_way
        if (seats := list_seats(e))
    ]
