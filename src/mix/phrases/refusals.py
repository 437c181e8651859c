"""What stands in the way: one sentence for each code, with its parameters; each stands in the lowest wing that says it."""

from mix.phrases import case, choice, city, core, delivery, flow, market
from mix.phrases.speaking import in_language, told
from mix.rules.core.unmet import Unmet

REFUSALS: dict[str, str] = {
    **core.REFUSALS,
    **city.REFUSALS,
    **case.REFUSALS,
    **market.REFUSALS,
    **choice.REFUSALS,
    **delivery.REFUSALS,
    **flow.REFUSALS,
}


def sentence(unmet: Unmet, language: str) -> str:
    """Return the sentence of one unmet thing. Raises KeyError for a code without a sentence."""
    said = told(f"refusal {unmet.code}", REFUSALS[unmet.code], language)
    return said.format(**in_language(unmet.params, language))
