"""Who wins which prize: by the ranks of a final result and the prizes that were fixed when its call was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mix.data.models import Challenge, Evaluation, Vendor
from mix.readers.choice.evaluations import list_results, rules_of
from mix.rules.case.states import NoticeKind
from mix.rules.choice.prizes import prizes_by_rank
from mix.rules.core.kinds import EvaluationPhase


@dataclass(frozen=True, slots=True)
class Won:
    """A vendor's rank and its prize, in cents."""

    vendor: Vendor
    rank: int
    cents: int


def list_won(evaluation: Evaluation) -> list[Won]:
    """List who wins what in the result in force, by rank; nobody before it is final, or where nothing is given."""
    prizes = rules_of(evaluation).prizes
    if not prizes or evaluation.phase != EvaluationPhase.FINAL:
        return []
    chosen = {r.pk: r for r in list_results(evaluation) if r.is_selected and r.rank is not None}
    won = prizes_by_rank(prizes, {key: row.rank or 0 for key, row in chosen.items()})
    return [Won(row.submission.vendor, row.rank or 0, won[key]) for key, row in chosen.items() if key in won]


def prize_details(evaluation: Evaluation) -> dict[str, Any]:
    """Return what the public notice of a result keeps of the prizes; nothing where none are given."""
    won = list_won(evaluation)
    rows = [{"rank": w.rank, "vendor": w.vendor.name, "code": w.vendor.code, "cents": w.cents} for w in won]
    return {"prizes": rows} if rows else {}


def list_published_prizes(challenge: Challenge) -> Sequence[dict[str, Any]]:
    """List rank, vendor and prize in cents as the latest notice of a result says it; empty where no prize was given."""
    rows = challenge.notices.filter(kind=NoticeKind.RESULT).order_by("-published_at", "-id")
    return next((n.details["prizes"] for n in rows if "prizes" in n.details), ())


def prize_of(challenge: Challenge, vendor: Vendor) -> int:
    """Return what a vendor won as the notice says it, in cents; 0 where it won nothing.

    A vendor reads no other's result, and equals share: what it won is never computed for it anew.
    """
    return next((won["cents"] for won in list_published_prizes(challenge) if won["code"] == vendor.code), 0)
