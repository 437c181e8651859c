"""What of an evaluation is fixed when its call is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mix.rules.city.methods import Criterion, EvaluationSpec, ScoringStage, stage_position
from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule, Weighted
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
    """The rules of one evaluation as they are kept with its call: it chooses at most `most`, where that is limited."""

    criteria: tuple[Criterion, ...]
    price_weight: int
    price: FrozenPrice
    stages: tuple[ScoringStage, ...]
    quality_minimum: int
    most: int | None
    tie: TieRule

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


def freeze(part: EvaluationSpec, *, tie: TieRule, bounds: Mapping[str, int | None], places: int | None) -> FrozenRules:
    """Return the rules to keep with the call. Two bounds make the formula linear.

    `places` is how many vendors the challenge's sprint has room for, where that is known.
    """
    limits = [n for n in (part.most, places if part.fills_places else None) if n is not None]
    is_linear = part.price_weight and None not in (bounds["full_at"], bounds["none_at"])
    return FrozenRules(
        criteria=part.criteria,
        price_weight=part.price_weight,
        price=FrozenPrice(PriceFormula.LINEAR if is_linear else part.price_formula, **bounds),
        stages=part.stages,
        quality_minimum=part.quality_minimum,
        most=min(limits, default=None),
        tie=tie,
    )
