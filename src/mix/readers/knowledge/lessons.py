"""Lessons, hours and facts from before; and the measures by which methods are compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from mix.data.asked import asked
from mix.data.models import (
    Award,
    Challenge,
    HistoryFact,
    HoursEntry,
    Lesson,
    Solicitation,
    Step,
    Submission,
)
from mix.data.wall import lifted
from mix.readers.case.challenges import method_for
from mix.rules.choice.states import AwardState
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope, StepState
from mix.rules.market.states import SubmissionState


@asked
def list_facts(challenge: Challenge) -> QuerySet[HistoryFact]:
    """List the facts of a case from before, in the order of their entry."""
    return challenge.facts.order_by("id")


@asked
def list_lessons(challenge: Challenge) -> QuerySet[Lesson]:
    """List the lessons, by step."""
    rows = Lesson.objects.filter(step__challenge=challenge).select_related("step", "person")
    return rows.order_by("step__position", "id")


@asked
def list_lessons_of(step: Step) -> QuerySet[Lesson]:
    """List the lessons that one step taught."""
    return step.lessons.select_related("person").order_by("id")


def hours_by_role(challenge: Challenge) -> list[tuple[str, Decimal]]:
    """Add up the hours of each role."""
    return _hours(challenge)


@asked
def _hours(challenge: Challenge) -> QuerySet[HoursEntry, tuple[str, Decimal]]:
    rows = HoursEntry.objects.filter(step__challenge=challenge).values_list("role")
    return rows.annotate(Sum("hours")).order_by("role")


@dataclass(frozen=True, slots=True)
class Phase:
    """How long a stage of the method took: whole days from its first start to its last end, None while it runs."""

    title: Bilingual
    days: int | None


@dataclass(frozen=True, slots=True)
class Measures:
    """The computed figures of one case; None where there is nothing to compute from."""

    challenge: Challenge
    days_total: int | None
    phases: list[Phase]
    submissions: int
    questions: int
    addenda: int
    hours: Decimal
    days_close_to_award: int | None
    cost_to_bid_cents: list[int]


def measure(challenges: Sequence[Challenge]) -> list[Measures]:
    """Compute the figures of some cases. Counts cover opened calls only, so that nothing sealed is counted.

    Everybody gets the same figures: they are sums over rows of which few people may see one.
    """
    with lifted():
        return _measure(challenges)


def _measure(challenges: Sequence[Challenge]) -> list[Measures]:
    keys = tuple(c.pk for c in challenges)
    calls, costs, steps = _grouped(_calls(keys)), _grouped(_costs(keys)), _grouped(_steps(keys))
    awarded, hours, bids = dict(_awarded(keys)), dict(_all_hours(keys)), dict(_bids(keys))
    return [
        Measures(
            challenge=c,
            days_total=(c.ended_at - c.commissioned_at).days if c.ended_at else None,
            phases=_phases(c, steps[c.pk]),
            submissions=bids.get(c.pk, 0),
            questions=sum(questions for _, questions, _ in calls[c.pk]),
            addenda=sum(addenda for _, _, addenda in calls[c.pk]),
            hours=hours.get(c.pk) or Decimal(0),
            days_close_to_award=(
                (awarded[c.pk] - max(closes_at for closes_at, _, _ in calls[c.pk])).days
                if c.pk in awarded and calls[c.pk]
                else None
            ),
            cost_to_bid_cents=sorted(cost for (cost,) in costs[c.pk] if isinstance(cost, int)),
        )
        for c in challenges
    ]


def _grouped(rows: Iterable[tuple[Any, ...]]) -> defaultdict[int, list[tuple[Any, ...]]]:
    """Return the rest of each row by its first, which is a challenge."""
    found: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for challenge, *rest in rows:
        found[challenge].append(tuple(rest))
    return found


@asked
def _calls(challenges: tuple[int, ...]) -> QuerySet[Any, tuple[Any, ...]]:
    """Ask when each opened call closed, how many questions it had, and how many addenda."""
    calls = Solicitation.objects.filter(step__challenge__in=challenges, technical_opened_at__isnull=False)
    counted = (Count("questions", distinct=True), Count("addenda", distinct=True))
    return calls.values_list("step__challenge", "closes_at").annotate(*counted).order_by("id")


@asked
def _bids(challenges: tuple[int, ...]) -> QuerySet[Any, tuple[Any, Any]]:
    """Ask how many submissions of opened calls were finalised."""
    return _finalised(challenges).values_list("solicitation__step__challenge").annotate(Count("id")).order_by()


@asked
def _costs(challenges: tuple[int, ...]) -> QuerySet[Any, tuple[Any, ...]]:
    """Ask what each of these said that bidding cost."""
    technical = _finalised(challenges).filter(opened__envelope=Envelope.TECHNICAL.value)
    return technical.values_list("solicitation__step__challenge", "opened__answers__cost_to_bid")


def _finalised(challenges: tuple[int, ...]) -> QuerySet[Submission]:
    return Submission.objects.filter(
        solicitation__step__challenge__in=challenges,
        solicitation__technical_opened_at__isnull=False,
        state=SubmissionState.FINALISED,
    )


@asked
def _steps(challenges: tuple[int, ...]) -> QuerySet[Any, tuple[Any, ...]]:
    rows = Step.objects.filter(challenge__in=challenges).order_by("id")
    return rows.values_list("challenge_id", "key", "begun_at", "done_at", "state")


@asked
def _awarded(challenges: tuple[int, ...]) -> QuerySet[Any, tuple[Any, Any]]:
    rows = Award.objects.filter(step__challenge__in=challenges, state=AwardState.APPROVED)
    return rows.values_list("step__challenge", "approved_at")


@asked
def _all_hours(challenges: tuple[int, ...]) -> QuerySet[Any, tuple[Any, Any]]:
    rows = HoursEntry.objects.filter(step__challenge__in=challenges)
    return rows.values_list("step__challenge").annotate(Sum("hours")).order_by("step__challenge")


def _phases(challenge: Challenge, steps: Sequence[tuple[Any, ...]]) -> list[Phase]:
    phases = []
    for stage in method_for(challenge).stages:
        keys = {s.key for s in stage.steps}
        rows = [row for row in steps if row[0] in keys]
        starts = [begun_at for _, begun_at, _, _ in rows if begun_at]
        ends = [done_at for _, _, done_at, _ in rows if done_at]
        over = bool(starts and ends) and all(state in (StepState.DONE, StepState.SKIPPED) for *_, state in rows)
        phases.append(Phase(stage.title, (max(ends) - min(starts)).days if over else None))
    return phases
