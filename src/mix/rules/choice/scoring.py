"""Scores to points to ranks, in exact arithmetic (fractions), by rules that are fixed at publication.

The same function ranks a panel's consensus in the product and a file given to `mix evaluate`. It divides only by
prices that it has found to be above zero, and it never rounds: figures are rounded for the eye alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule, Weighted

SPREAD_ALERT = 2
PRICE = "price"  # the key of the points that price earns; no criterion may have it
NOT_INVITED = "not_invited"  # why a bid is out that did not reach a later stage of the scoring
PER = 1000  # quality per price is told in points per thousand dollars


@dataclass(frozen=True, slots=True)
class Bid:
    """Agreed scores by criterion, the evaluated price in dollars where one was given, and why it is out, if it is.

    `reached` is the last stage in which it was scored, None for the last of all. Later criteria need no score.
    """

    key: str
    scores: Mapping[str, Fraction]
    price: Fraction | None = None
    disqualified: str = ""
    reached: int | None = None

    def was_scored(self, criterion: Weighted) -> bool:
        """Say whether the bid reached the stage of a criterion."""
        return self.reached is None or criterion.stage <= self.reached


@dataclass(frozen=True, slots=True)
class Outcome:
    """One bid's points by criterion ("price" included), total, rank (None when eliminated) and why.

    Reasons for elimination are keys of criteria, or "disqualified", "not_invited" (to a later stage), "price_missing",
    "price_not_positive", "price_above_fixed", "quality_minimum", "price", "total_minimum".
    """

    key: str
    points: Mapping[str, Fraction]
    quality: Fraction
    total: Fraction
    rank: int | None
    eliminated_by: tuple[str, ...] = ()
    tied: bool = False


def evaluate(bids: Sequence[Bid], scheme: Scheme, tie_breaks: Sequence[Sequence[str]] = ()) -> tuple[Outcome, ...]:
    """Rank bids: eliminate, weigh the scores, add what the price earns, order ties by rule.

    First go the disqualified, bids without a price that counts, and those below a minimum of quality. The lowest price
    is taken among those that still stand. Then minimums of price points and of the total are applied. Bids that the
    tie rule cannot part share a rank, unless they were parted by a recorded decision: `tie_breaks` are orders of keys,
    the latest last, and the latest that names all of the equal ones counts. The result is ordered by rank, eliminated
    bids last, then by key.
    """
    quality = {b.key: _quality_points(b, scheme) for b in bids}
    sums = {key: sum(points.values(), Fraction(0)) for key, points in quality.items()}
    fallen = {b.key: _fallen_before_price(b, scheme, quality=sums[b.key]) for b in bids}
    prices = [b.price for b in bids if not fallen[b.key] and b.price is not None]
    lowest = min(prices, default=None)
    points, totals = {}, {}
    for bid in bids:
        earned = _price_points(bid, scheme.price, lowest=lowest)
        points[bid.key] = quality[bid.key] | ({PRICE: earned} if scheme.price.weight else {})
        totals[bid.key] = _total(bid, scheme, quality=sums[bid.key], earned=earned)
        if not fallen[bid.key]:
            fallen[bid.key] = _fallen_after_price(scheme, earned=earned, total=totals[bid.key])
    orders = {
        b.key: _order(b, scheme, points=quality[b.key], quality=sums[b.key], total=totals[b.key])
        for b in bids
        if not fallen[b.key]
    }
    places = _places(orders, tie_breaks)
    return tuple(
        sorted(
            (
                Outcome(
                    b.key,
                    points[b.key],
                    sums[b.key],
                    totals[b.key],
                    places[b.key][0] if b.key in places else None,
                    fallen[b.key],
                    b.key in places and places[b.key][1],
                )
                for b in bids
            ),
            key=lambda o: (o.rank is None, o.rank or 0, o.key),
        )
    )


def _places(
    orders: Mapping[str, tuple[Fraction, ...]], tie_breaks: Sequence[Sequence[str]]
) -> dict[str, tuple[int, bool]]:
    """Return each bid's rank, and whether it shares it."""
    equals: dict[tuple[Fraction, ...], list[str]] = {}
    for key, order in orders.items():
        equals.setdefault(order, []).append(key)
    found, rank = {}, 1
    for order in sorted(equals):
        alike = equals[order]
        drawn = next((t for t in reversed(tie_breaks) if set(alike) <= set(t)), None) if len(alike) > 1 else None
        for n, key in enumerate(sorted(alike, key=drawn.index) if drawn else alike):
            found[key] = (rank + n, False) if drawn else (rank, len(alike) > 1)
        rank += len(alike)
    return found


def selected(outcomes: Sequence[Outcome], most: int | None) -> frozenset[str]:
    """Return who is selected: the best, `most` at most. Of equals for whom there are too few places, nobody is."""
    ranks = [o.rank for o in outcomes]
    return frozenset(o.key for o in outcomes if o.rank and (most is None or o.rank - 1 + ranks.count(o.rank) <= most))


def tied_for_a_place(outcomes: Sequence[Outcome], most: int | None) -> tuple[str, ...]:
    """Return the equals for whom there are places, but too few: nobody is selected before they are parted."""
    chosen = selected(outcomes, most)
    return tuple(o.key for o in outcomes if o.rank and most is not None and o.rank <= most and o.key not in chosen)


def _quality_points(bid: Bid, scheme: Scheme) -> dict[str, Fraction]:
    return {c.key: bid.scores[c.key] * c.weight / c.most if bid.was_scored(c) else Fraction(0) for c in scheme.criteria}


def invited(bids: Sequence[Bid], scheme: Scheme, *, stage: int) -> tuple[str, ...]:
    """Return who reaches a stage: of those scored in all before it, not disqualified and below no minimum, the best.

    Where the last place is shared, all who share it are invited. Ordered by points so far, then by key.
    """
    before = replace(scheme, criteria=tuple(c for c in scheme.criteria if c.stage < stage))
    points = {
        b.key: sum(_quality_points(b, before).values(), Fraction(0))
        for b in bids
        if not b.disqualified
        and (b.reached is None or b.reached >= stage - 1)
        and all(b.scores[c.key] >= c.minimum for c in before.criteria)
    }
    ordered = sorted(points, key=lambda key: (-points[key], key))
    most = scheme.places[stage]
    if most is None or len(ordered) <= most:
        return tuple(ordered)
    return tuple(key for key in ordered if points[key] >= points[ordered[most - 1]])


def _fallen_before_price(bid: Bid, scheme: Scheme, *, quality: Fraction) -> tuple[str, ...]:
    rule = scheme.price
    is_whole = all(bid.was_scored(c) for c in scheme.criteria)
    return tuple(
        reason
        for reason, holds in (
            ("disqualified", bool(bid.disqualified)),
            ("price_missing", rule.counts and bid.price is None),
            ("price_not_positive", _must_be_positive(rule) and bid.price is not None and bid.price <= 0),
            ("price_above_fixed", rule.amount is not None and bid.price is not None and bid.price > rule.amount),
            *((c.key, bid.was_scored(c) and bid.scores[c.key] < c.minimum) for c in scheme.criteria),
            (NOT_INVITED, not is_whole),
            ("quality_minimum", is_whole and quality < scheme.quality_minimum),
        )
        if holds
    )


def _must_be_positive(rule: PriceRule) -> bool:
    return rule.formula is PriceFormula.QUALITY_PER_PRICE


def _fallen_after_price(scheme: Scheme, *, earned: Fraction, total: Fraction) -> tuple[str, ...]:
    below = ((PRICE, earned < scheme.price.minimum), ("total_minimum", total < scheme.total_minimum))
    return tuple(reason for reason, holds in below if holds)


def _price_points(bid: Bid, rule: PriceRule, *, lowest: Fraction | None) -> Fraction:
    if bid.price is None or lowest is None:
        return Fraction(0)
    if rule.formula is PriceFormula.LINEAR:
        return rule.weight * line_share(bid.price, full_at=rule.full_at or Fraction(0), none_at=rule.none_at or 1)
    return rule.weight * price_share(bid.price, lowest=lowest)


def price_share(price: Fraction, *, lowest: Fraction) -> Fraction:
    """Return lowest ÷ price, between 0 and 1; 1 for a price of 0 and for one below the lowest that stands."""
    return lowest / price if price > lowest and price > 0 else Fraction(1)


def line_share(price: Fraction, *, full_at: Fraction, none_at: Fraction | int) -> Fraction:
    """Return 1 up to one bound, 0 from the other on, and the straight line between them."""
    return min(Fraction(1), max(Fraction(0), (none_at - price) / (none_at - full_at)))


def _total(bid: Bid, scheme: Scheme, *, quality: Fraction, earned: Fraction) -> Fraction:
    if scheme.price.formula is PriceFormula.QUALITY_PER_PRICE:
        return quality * PER / bid.price if bid.price is not None and bid.price > 0 else Fraction(0)
    return quality + earned


def _order(
    bid: Bid, scheme: Scheme, *, points: Mapping[str, Fraction], quality: Fraction, total: Fraction
) -> tuple[Fraction, ...]:
    """Return what bids are sorted by, smallest first. A bid without a price comes after those with one."""
    price = (Fraction(bid.price is None), bid.price or Fraction(0))
    heaviest = max(scheme.criteria, key=lambda c: c.weight).key if scheme.criteria else ""
    by_tie: dict[TieRule, Callable[[], tuple[Fraction, ...]]] = {
        TieRule.LOWER_PRICE: lambda: price,
        TieRule.HEAVIEST_CRITERION: lambda: (-points.get(heaviest, Fraction(0)),),
        TieRule.HIGHER_QUALITY: lambda: (-quality,),
    }
    first = price if scheme.price.formula is PriceFormula.LOWEST_ACCEPTABLE else (-total,)
    return (*first, *by_tie[scheme.tie]())


def spread(scores: Sequence[int]) -> int:
    """Return the distance between the highest and the lowest score, 0 for fewer than two."""
    return max(scores) - min(scores) if len(scores) > 1 else 0


def digits_apart(values: Iterable[Fraction]) -> int:
    """Return the fewest decimals, two at least and nine at most, with which all values that differ look different."""
    different = set(values)
    return next((n for n in range(2, 9) if len({shown(v, digits=n) for v in different}) == len(different)), 9)


def shown(points: Fraction, *, digits: int = 2) -> Decimal:
    """Round points for display to some decimals, half up; ranks never use rounded figures."""
    units = (abs(points) * 2 * 10**digits + 1) // 2
    return Decimal((int(points < 0), tuple(int(d) for d in str(units)), -digits))
