"""From an English text to the reader's language, through the one gettext catalogue, by the context it stands in.

The catalogue is read without Django: commands that check and verify offline speak too.
"""

import gettext
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("django", LOCALE, languages=[language.replace("-", "_")], fallback=True)


def told(context: str, english: str, language: str) -> str:
    """Return a text in a language such as "fr" or "fr-ca", or in English where the catalogue lacks it."""
    return _catalogue(language).pgettext(context, english)


def in_language(params: Mapping[str, str], language: str) -> dict[str, str]:
    """Return parameters for a language: one named `step_fr` stands in for its twin `step` in French."""
    ending = f"_{language[:2]}"
    return {**params, **{k.removesuffix(ending): v for k, v in params.items() if k.endswith(ending)}}
