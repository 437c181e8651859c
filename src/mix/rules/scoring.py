"""Scores to points to ranks, in exact arithmetic (fractions), with ties by a rule fixed at publication."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

MAX_SCORE = 5
SPREAD_ALERT = 2


class TieRule(StrEnum):
    """How equal totals are ordered: by the lower price, or by the points of the heaviest criterion."""

    LOWER_PRICE = "lower_price"
    HEAVIEST_CRITERION = "heaviest_criterion"


@dataclass(frozen=True, slots=True)
class Weighted:
    """A criterion as frozen at publication: weight in percent, least score that is not eliminated."""

    key: str
    weight: Fraction
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Bid:
    """Agreed scores by criterion and, where price counts, the evaluated price in cents."""

    key: str
    scores: Mapping[str, Fraction]
    price_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One bid's points by criterion ("price" included), total, rank (None when eliminated) and why."""

    key: str
    points: Mapping[str, Fraction]
    total: Fraction
    rank: int | None
    eliminated_by: tuple[str, ...] = ()
    tied: bool = False


def evaluate(
    bids: Sequence[Bid], *, criteria: Sequence[Weighted], price_weight: Fraction, tie: TieRule
) -> tuple[Outcome, ...]:
    """Rank bids: eliminate by minimum, weigh scores of 0 to 5, add lowest ÷ price x weight, order ties by rule.

    The lowest price is taken among bids that are not eliminated. A price of 0 earns the full weight. Bids that the
    tie rule cannot part share a rank. The order of the result is by rank, eliminated bids last, then by key.
    """
    fallen = {bid.key: _below_minimum(bid, criteria) for bid in bids}
    standing = [bid for bid in bids if not fallen[bid.key]]
    lowest = min((b.price_cents for b in standing if b.price_cents is not None), default=None)
    points = {b.key: _points(b, criteria=criteria, price_weight=price_weight, lowest=lowest) for b in bids}
    totals = {key: sum(p.values(), Fraction(0)) for key, p in points.items()}
    heaviest = max(criteria, key=lambda c: c.weight).key
    orders = {
        b.key: (-totals[b.key], _tie_order(b, tie=tie, heaviest=heaviest, points=points[b.key])) for b in standing
    }
    outcomes = []
    for bid in bids:
        rank = None if fallen[bid.key] else 1 + sum(o < orders[bid.key] for o in orders.values())
        tied = rank is not None and sum(o == orders[bid.key] for o in orders.values()) > 1
        outcomes.append(Outcome(bid.key, points[bid.key], totals[bid.key], rank, fallen[bid.key], tied))
    return tuple(sorted(outcomes, key=lambda o: (o.rank is None, o.rank or 0, o.key)))


def _below_minimum(bid: Bid, criteria: Sequence[Weighted]) -> tuple[str, ...]:
    return tuple(c.key for c in criteria if bid.scores[c.key] < c.minimum)


def _points(
    bid: Bid, *, criteria: Sequence[Weighted], price_weight: Fraction, lowest: int | None
) -> dict[str, Fraction]:
    found = {c.key: bid.scores[c.key] * c.weight / MAX_SCORE for c in criteria}
    if price_weight:
        found["price"] = price_weight * price_share(bid.price_cents, lowest=lowest)
    return found


def price_share(price_cents: int | None, *, lowest: int | None) -> Fraction:
    """Return lowest ÷ price, between 0 and 1; 1 for a price of 0, 0 where no price was given."""
    if price_cents is None or lowest is None:
        return Fraction(0)
    if price_cents <= lowest or price_cents == 0:
        return Fraction(1)
    return Fraction(lowest, price_cents)


def _tie_order(bid: Bid, *, tie: TieRule, heaviest: str, points: Mapping[str, Fraction]) -> Fraction:
    if tie is TieRule.LOWER_PRICE:
        return Fraction(bid.price_cents or 0)
    return -points[heaviest]


def spread(scores: Sequence[int]) -> int:
    """Return the distance between the highest and the lowest score, 0 for fewer than two."""
    return max(scores) - min(scores) if len(scores) > 1 else 0


def shown(points: Fraction) -> Decimal:
    """Round points for display to two decimals, half up; ranks never use rounded figures."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
