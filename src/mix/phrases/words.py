"""Names of stable codes: roles, states, kinds, verbs of the log."""

from django.conf import settings

from mix.phrases import beginning, case, choice, city, core, delivery, fitting, flow, knowledge, market, together
from mix.phrases.speaking import told
from mix.rules.core.fields import Bilingual

WORDS: dict[str, dict[str, str]] = {
    **core.WORDS,
    **city.WORDS,
    **beginning.WORDS,
    **case.WORDS,
    **market.WORDS,
    **together.WORDS,
    **fitting.WORDS,
    **choice.WORDS,
    **delivery.WORDS,
    **flow.WORDS,
    **knowledge.WORDS,
    "verb": {
        **city.VERBS,
        **beginning.VERBS,
        **case.VERBS,
        **market.VERBS,
        **together.VERBS,
        **choice.VERBS,
        **delivery.VERBS,
        **flow.VERBS,
        **knowledge.VERBS,
    },
}


def wording(group: str, code: str) -> Bilingual:
    """Return the name of a code in every language of the catalogue and the settings. Raises KeyError without one."""
    languages = {*Bilingual.model_fields, *dict(settings.LANGUAGES)}
    return Bilingual.model_validate({language: word(group, code, language) for language in languages})


def word(group: str, code: str, language: str) -> str:
    """Return the name of a code. Raises KeyError for a code without a name."""
    return told(f"word {group}", WORDS[group][code], language)
