"""How bids are to be ranked: the scheme that a method draws and a notice freezes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

MAX_SCORE = 5


class TieRule(StrEnum):
    """How equal totals are ordered: by the lower price, the points of the heaviest criterion, or all of quality."""

    LOWER_PRICE = "lower_price"
    HEAVIEST_CRITERION = "heaviest_criterion"
    HIGHER_QUALITY = "higher_quality"


class PriceFormula(StrEnum):
    """What a price earns.

    LOWEST_OVER_PRICE: its weight x lowest ÷ price. LINEAR: all of its weight up to one bound, nothing from another
    on, a straight line between. FIXED: nothing, the city has set the price; who asks for more is out.
    QUALITY_PER_PRICE: the total is quality points per thousand dollars. LOWEST_ACCEPTABLE: among those that reach the
    minimums the lowest price is first.
    """

    LOWEST_OVER_PRICE = "lowest_over_price"
    LINEAR = "linear"
    FIXED = "fixed"
    QUALITY_PER_PRICE = "quality_per_price"
    LOWEST_ACCEPTABLE = "lowest_acceptable"


WEIGHED = frozenset({PriceFormula.LOWEST_OVER_PRICE, PriceFormula.LINEAR})


@dataclass(frozen=True, slots=True)
class Weighted:
    """A criterion as frozen at publication: weight in percent, the scale's top, least score that is not eliminated.

    `stage` is the position of the scoring stage in which it is scored; the first is 0.
    """

    key: str
    weight: Fraction
    minimum: Fraction = Fraction(0)
    most: Fraction = Fraction(MAX_SCORE)
    stage: int = 0


@dataclass(frozen=True, slots=True)
class PriceRule:
    """How price counts: formula, weight in percent, and what the formula needs, in dollars.

    `full_at` and `none_at` bound a line; `amount` is the fixed price; `minimum` the least points that price must earn.
    """

    formula: PriceFormula = PriceFormula.LOWEST_OVER_PRICE
    weight: Fraction = Fraction(0)
    full_at: Fraction | None = None
    none_at: Fraction | None = None
    amount: Fraction | None = None
    minimum: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        """Refuse what no bid could be ranked by. Raises ValueError with the name of the setting."""
        if self.formula not in WEIGHED and self.weight:
            raise ValueError("weight")
        if self.formula is PriceFormula.LINEAR and (
            self.full_at is None or self.none_at is None or not 0 <= self.full_at < self.none_at
        ):
            raise ValueError("full_at")

    @property
    def counts(self) -> bool:
        """Say whether a bid without a price cannot be ranked."""
        return bool(self.weight) or self.formula not in WEIGHED


@dataclass(frozen=True, slots=True)
class Scheme:
    """Everything by which bids are ranked, as frozen at publication.

    `places` tells, by stage of the scoring, how many bids reach it at most; None sets no limit.
    """

    criteria: tuple[Weighted, ...]
    price: PriceRule = field(default_factory=PriceRule)
    tie: TieRule = TieRule.HEAVIEST_CRITERION
    quality_minimum: Fraction = Fraction(0)
    total_minimum: Fraction = Fraction(0)
    places: tuple[int | None, ...] = (None,)
