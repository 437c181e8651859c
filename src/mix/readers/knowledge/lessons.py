"""Lessons, hours and facts from before; and the measures by which methods are compared."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from mix.data.asked import asked
from mix.data.models import Award, Challenge, HistoryFact, HoursEntry, Lesson, Solicitation, Step, Submission
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
    calls = Solicitation.objects.filter(step__challenge__in=challenges, technical_opened_at__isnull=False)
    closed = _by_challenge(calls.values_list("step__challenge").annotate(Max("closes_at")))
    questions = _by_challenge(calls.values_list("step__challenge").annotate(Count("questions")))
    addenda = _by_challenge(calls.values_list("step__challenge").annotate(Count("addenda")))
    awarded = _by_challenge(
        Award.objects.filter(step__challenge__in=challenges, state=AwardState.APPROVED).values_list(
            "step__challenge", "approved_at"
        )
    )
    hours = _by_challenge(
        HoursEntry.objects.filter(step__challenge__in=challenges).values_list("step__challenge").annotate(Sum("hours"))
    )
    steps: dict[int, list[Step]] = {}
    for step in Step.objects.filter(challenge__in=challenges):
        steps.setdefault(step.challenge_id, []).append(step)
    counts, costs = _submissions(calls)
    return [
        Measures(
            challenge=c,
            days_total=(c.ended_at - c.commissioned_at).days if c.ended_at else None,
            phases=_phases(c, steps.get(c.pk, [])),
            submissions=counts[c.pk],
            questions=questions.get(c.pk, 0),
            addenda=addenda.get(c.pk, 0),
            hours=hours.get(c.pk) or Decimal(0),
            days_close_to_award=(awarded[c.pk] - closed[c.pk]).days if c.pk in awarded and c.pk in closed else None,
            cost_to_bid_cents=sorted(costs[c.pk]),
        )
        for c in challenges
    ]


def _by_challenge(rows: Iterable[tuple[int, Any]]) -> dict[int, Any]:
    return dict(rows)


def _submissions(calls: QuerySet[Solicitation]) -> tuple[Counter[int], defaultdict[int, list[int]]]:
    """Count the finalised submissions of opened calls, and gather what each said that bidding cost."""
    counts: Counter[int] = Counter()
    costs: defaultdict[int, list[int]] = defaultdict(list)
    rows = Submission.objects.filter(solicitation__in=calls, state=SubmissionState.FINALISED)
    for challenge, count in rows.values_list("solicitation__step__challenge").annotate(Count("id")):
        counts[challenge] = count
    technical = rows.filter(opened__envelope=Envelope.TECHNICAL)
    for challenge, answers in technical.values_list("solicitation__step__challenge", "opened__answers"):
        if isinstance(cost := answers.get("cost_to_bid"), int):
            costs[challenge].append(cost)
    return counts, costs


def _phases(challenge: Challenge, steps: Sequence[Step]) -> list[Phase]:
    phases = []
    for stage in method_for(challenge).stages:
        keys = {s.key for s in stage.steps}
        rows = [s for s in steps if s.key in keys]
        starts = [s.begun_at for s in rows if s.begun_at]
        ends = [s.done_at for s in rows if s.done_at]
        over = bool(starts and ends) and all(s.state in (StepState.DONE, StepState.SKIPPED) for s in rows)
        phases.append(Phase(stage.title, (max(ends) - min(starts)).days if over else None))
    return phases
