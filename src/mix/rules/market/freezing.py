"""What of an evaluation is fixed when its call is published, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mix.rules.city.methods import Criterion, EvaluationPart, ScoringStage, stage_position
from mix.rules.city.schemes import PriceFormula, PriceRule, Scheme, TieRule, Weighted


def frozen_rules(
    part: EvaluationPart, *, tie: TieRule, bounds: Mapping[str, int | None], places: int | None
) -> dict[str, Any]:
    """Return the rules as they are kept with the call. Amounts are cents; two bounds make the formula linear.

    `places` is how many vendors the challenge's sprint has room for, where that is known.
    """
    limits = [n for n in (part.most, places if part.fills_places else None) if n is not None]
    is_linear = part.price_weight and None not in (bounds["full_at"], bounds["none_at"])
    formula = PriceFormula.LINEAR if is_linear else part.price_formula
    return {
        "criteria": [c.model_dump(mode="json") for c in part.criteria],
        "price_weight": part.price_weight,
        "price": {"formula": formula.value, **{key: cents for key, cents in bounds.items() if cents is not None}},
        "stages": [s.model_dump(mode="json") for s in part.stages],
        "quality_minimum": part.quality_minimum,
        "most": min(limits, default=None),
        "tie": tie.value,
    }


def frozen_criteria(frozen: Mapping[str, Any]) -> tuple[Criterion, ...]:
    """Read the criteria."""
    return tuple(Criterion.model_validate(c) for c in frozen.get("criteria", ()))


def frozen_stages(frozen: Mapping[str, Any]) -> tuple[ScoringStage, ...]:
    """Read the stages of the scoring; none where everything is scored at once."""
    return tuple(ScoringStage.model_validate(s) for s in frozen.get("stages", ()))


def read_scheme(frozen: Mapping[str, Any]) -> Scheme:
    """Read what bids are ranked by. Amounts become dollars."""
    price = frozen.get("price", {})
    bounds = {key: Fraction(price[key], 100) for key in ("full_at", "none_at", "amount") if key in price}
    stages = frozen_stages(frozen)
    keys = [stage.key for stage in stages]
    return Scheme(
        tuple(
            Weighted(c.key, Fraction(c.weight), Fraction(c.minimum), stage=stage_position(keys, c))
            for c in frozen_criteria(frozen)
        ),
        PriceRule(
            PriceFormula(price.get("formula", PriceFormula.LOWEST_OVER_PRICE)),
            Fraction(frozen.get("price_weight", 0)),
            **bounds,
        ),
        TieRule(frozen.get("tie", TieRule.HEAVIEST_CRITERION)),
        Fraction(frozen.get("quality_minimum", 0)),
        places=tuple(stage.most for stage in stages) or (None,),
    )
