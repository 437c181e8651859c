"""Lessons, hours and facts from before; and the measures by which methods are compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from mix.data.models import Award, Challenge, HistoryFact, HoursEntry, Lesson, Solicitation, Submission


def list_facts(challenge: Challenge) -> list[HistoryFact]:
    """List the facts of a case from before, in the order of their entry."""
    return list(challenge.facts.order_by("id"))


def list_lessons(challenge: Challenge) -> list[Lesson]:
    """List the lessons, by step."""
    return list(
        Lesson.objects.filter(step__challenge=challenge)
        .select_related("step", "person")
        .order_by("step__position", "id")
    )


def hours_by_role(challenge: Challenge) -> list[tuple[str, Decimal]]:
    """Add up the hours of each role."""
    rows = HoursEntry.objects.filter(step__challenge=challenge).values("role").annotate(total=Sum("hours"))
    return [(row["role"], row["total"]) for row in rows.order_by("role")]


@dataclass(frozen=True, slots=True)
class Measures:
    """The computed figures of one case; None where there is nothing to compute from."""

    challenge: Challenge
    days_total: int | None
    submissions: int
    questions: int
    addenda: int
    hours: Decimal
    days_close_to_award: int | None
    cost_to_bid_cents: list[int]
    lessons: int


def measure(challenge: Challenge) -> Measures:
    """Compute the figures of one case. Counts cover opened calls only, so that nothing sealed is counted."""
    opened = Solicitation.objects.filter(step__challenge=challenge, technical_opened_at__isnull=False)
    submissions = Submission.objects.filter(solicitation__in=opened, state="finalised")
    award = Award.objects.filter(step__challenge=challenge, state="approved").first()
    last = opened.order_by("-closes_at").first()
    costs = [
        cost
        for answers in submissions.filter(opened__envelope="technical").values_list("opened__answers", flat=True)
        if isinstance(cost := answers.get("cost_to_bid"), int)
    ]
    hours = HoursEntry.objects.filter(step__challenge=challenge).aggregate(total=Sum("hours"))["total"]
    return Measures(
        challenge=challenge,
        days_total=(challenge.ended_at - challenge.commissioned_at).days if challenge.ended_at else None,
        submissions=submissions.count(),
        questions=sum(s.questions.count() for s in opened),
        addenda=sum(s.addenda.count() for s in opened),
        hours=hours or Decimal(0),
        days_close_to_award=(award.approved_at - last.closes_at).days if award and award.approved_at and last else None,
        cost_to_bid_cents=sorted(costs),
        lessons=Lesson.objects.filter(step__challenge=challenge).count(),
    )
