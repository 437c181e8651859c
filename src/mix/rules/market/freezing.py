"""What of an evaluation is fixed when its call is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from mix.rules.city.methods import Criterion, EvaluationSpec, ScoringStage, stage_position
from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule, Weighted
from mix.rules.core.unmet import Unmet
from mix.rules.core.versioned import Form, Versioned


@dataclass(frozen=True, slots=True)
class FrozenPrice(Form):
    """How price counts, in cents. Two bounds are there under a linear formula, the amount under a fixed price."""

    formula: PriceFormula
    full_at: int | None
    none_at: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class FrozenRules(Versioned):
    """The rules of one evaluation as they are kept with its call: it chooses at most `most`, where that is limited.

    `prizes` are what the chosen get, by rank, in cents; none where it gives none.
    """

    criteria: tuple[Criterion, ...]
    price_weight: int
    price: FrozenPrice
    stages: tuple[ScoringStage, ...]
    quality_minimum: int
    most: int | None
    tie: TieRule
    prizes: tuple[int, ...]

    @property
    def scheme(self) -> Scheme:
        """What bids are ranked by. Amounts become dollars."""
        keys = [stage.key for stage in self.stages]
        return Scheme(
            tuple(
                Weighted(c.key, Fraction(c.weight), Fraction(c.minimum), stage=stage_position(keys, c))
                for c in self.criteria
            ),
            PriceRule(
                self.price.formula,
                Fraction(self.price_weight),
                _dollars(self.price.full_at),
                _dollars(self.price.none_at),
                _dollars(self.price.amount),
            ),
            self.tie,
            Fraction(self.quality_minimum),
            places=tuple(stage.most for stage in self.stages) or (None,),
        )


def _dollars(cents: int | None) -> Fraction | None:
    return None if cents is None else Fraction(cents, 100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What whoever hands a call over says of ties and of how a price earns points, in cents."""

    tie: TieRule = TieRule.HEAVIEST_CRITERION
    full_at_cents: int | None = None
    none_at_cents: int | None = None
    fixed_cents: int | None = None

    @property
    def is_linear(self) -> bool:
        """Whether a price earns its points on a line between two bounds."""
        return None not in (self.full_at_cents, self.none_at_cents)


def unmet_terms(terms: Terms, scoring: Iterable[EvaluationSpec]) -> tuple[Unmet, ...]:
    """List what is wrong with terms: one bound without the other, or turned round; a fixed price that is missing."""
    found = []
    line = (terms.full_at_cents, terms.none_at_cents)
    if line != (None, None) and not (terms.is_linear and 0 <= (line[0] or 0) < (line[1] or 0)):
        found.append(Unmet("price_bounds_wrong", field="none_at_cents"))
    if terms.fixed_cents is None and any(part.price_formula is PriceFormula.FIXED for part in scoring):
        found.append(Unmet("fixed_price_missing", field="fixed_cents"))
    return tuple(found)


def unmet_prizes(prizes: Sequence[int]) -> tuple[Unmet, ...]:
    """List what is wrong with the prizes of a call: there are none, or a later rank would get more than one before."""
    if not prizes:
        return (Unmet("prizes_missing"),)
    return (Unmet("prizes_rise"),) if any(later > earlier for earlier, later in pairwise(prizes)) else ()


def freeze(part: EvaluationSpec, *, terms: Terms, places: int | None, prizes: tuple[int, ...] = ()) -> FrozenRules:
    """Return the rules to keep with the call. Two bounds make the formula linear.

    `places` is how many vendors go on, where the challenge says so; `prizes` what it gives.
    """
    given = prizes if part.gives_prizes else ()
    fills = part.fills_places or bool(part.places)
    most = (part.most, places if fills else None, len(given) if part.gives_prizes else None)
    limits = [n for n in most if n is not None]
    formula = PriceFormula.LINEAR if part.price_weight and terms.is_linear else part.price_formula
    return FrozenRules(
        criteria=part.criteria,
        price_weight=part.price_weight,
        price=FrozenPrice(formula, terms.full_at_cents, terms.none_at_cents, terms.fixed_cents),
        stages=part.stages,
        quality_minimum=part.quality_minimum,
        most=min(limits, default=None),
        tie=terms.tie,
        prizes=given,
    )
