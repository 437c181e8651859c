"""What stands in the way: one sentence for each code, with its parameters; each stands in the lowest wing that says it."""

from mix.phrases import beginning, case, choice, city, core, delivery, fitting, flow, market, together
from mix.phrases.speaking import Counted, filled
from mix.rules.core.unmet import Unmet

REFUSALS: dict[str, str | Counted] = {
    **core.REFUSALS,
    **city.REFUSALS,
    **beginning.REFUSALS,
    **case.REFUSALS,
    **market.REFUSALS,
    **together.REFUSALS,
    **fitting.REFUSALS,
    **choice.REFUSALS,
    **delivery.REFUSALS,
    **flow.REFUSALS,
}


def sentence(unmet: Unmet, language: str) -> str:
    """Return the sentence of one unmet thing. Raises KeyError for a code without a sentence."""
    return filled(f"refusal {unmet.code}", REFUSALS[unmet.code], language, unmet.params)
