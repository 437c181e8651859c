"""Ranking bids: each ranking is kept beside those before it. Called inside other verbs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from mix.data.models import Challenge, CoApplicant, Evaluation, Ranking, Result, Vendor
from mix.readers.choice.evaluations import by_rank, compute, most_of
from mix.rules.choice.scoring import selected
from mix.rules.choice.states import RankingCause
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.market.states import Joining


def rank(evaluation: Evaluation, *, cause: RankingCause, now: datetime, without: Vendor | None = None) -> Ranking:
    """Compute and keep a ranking beside those before it, which stay as they were decided on. `without` fell away."""
    outcomes = compute(evaluation)
    chosen = selected(outcomes, most_of(evaluation))
    made = Ranking.objects.create(
        evaluation=evaluation,
        number=evaluation.rankings.count() + 1,
        cause=cause.value,
        vendor=without,
        ranked_at=now,
    )
    for outcome in outcomes:
        Result.objects.create(
            ranking=made,
            submission_id=int(outcome.key),
            points={key: str(value) for key, value in outcome.points.items()},
            total=str(outcome.total),
            rank=outcome.rank,
            eliminated_by=list(outcome.eliminated_by),
            is_tied=outcome.tied,
            is_selected=outcome.key in chosen,
        )
    return made


def rank_without(challenge: Challenge, vendor: Vendor, *, now: datetime) -> dict[str, dict[str, int | None]]:
    """Rank anew wherever a vendor that fell away was ranked; return the ranks, as the log tells them."""
    beside = CoApplicant.objects.filter(vendor=vendor, state=Joining.JOINED).values("submission")
    ranked = Result.objects.filter(Q(submission__vendor=vendor) | Q(submission__in=beside)).values(
        "ranking__evaluation"
    )
    ranks: dict[str, dict[str, int | None]] = {}
    for evaluation in (
        Evaluation.objects.filter(step__challenge=challenge, phase=EvaluationPhase.FINAL, pk__in=ranked)
        .select_related("step__challenge__method", "solicitation__step__challenge__method")
        .order_by("step__position", "round")
    ):
        ranks |= ranks_in(rank(evaluation, cause=RankingCause.DISQUALIFICATION, now=now, without=vendor))
    return ranks


def ranks_in(ranking: Ranking) -> dict[str, dict[str, int | None]]:
    """Return what the log tells of a ranking: by the evaluation (step and round), each vendor's rank."""
    evaluation = ranking.evaluation
    rows = by_rank(ranking.results.select_related("submission__vendor"))
    return {f"{evaluation.step.key}-{evaluation.round}": {r.submission.vendor.code: r.rank for r in rows}}
