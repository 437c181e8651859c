"""From an English text to the reader's language, through the one gettext catalogue, by the context it stands in.

The catalogue is read without Django: commands that check and verify offline speak too.
"""

import gettext
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mix.rules.core.typography import spaced, written

_MARK = "\ue000"  # behind what ends in a full stop already, such as “Ltd.”
_DOTS = re.compile(f"{_MARK}\\.?")
LOCALE = Path(__file__).resolve().parents[1] / "locale"


class Counted(NamedTuple):
    """A text that differs by a number: in English for one and for many, and by which of its parameters."""

    one: str
    many: str
    by: str = "count"


@cache
def _catalogue(language: str, folder: Path) -> gettext.NullTranslations:
    return gettext.translation("django", folder, languages=[language.replace("-", "_")], fallback=True)


def told(context: str, english: str, language: str) -> str:
    """Return a text in a language such as "fr" or "fr-ca", or in English where the catalogue lacks it."""
    return _catalogue(language, LOCALE).pgettext(context, english)


def filled(context: str, english: str | Counted, language: str, params: Mapping[str, str]) -> str:
    """Return a text in a language with its parameters; one named `step_fr` stands in for its twin `step` in French.

    Days and times among them, and spaces, are as the language writes them.
    """
    ending = f"_{language[:2]}"
    given = {**params, **{k.removesuffix(ending): v for k, v in params.items() if k.endswith(ending)}}
    if isinstance(english, Counted):
        text = _catalogue(language, LOCALE).npgettext(context, english.one, english.many, int(given[english.by]))
    else:
        text = told(context, english, language)
    told_as = {k: written(v, language) if isinstance(v, str) else v for k, v in given.items()}
    ending_once = {k: f"{v}{_MARK}" if isinstance(v, str) and v.endswith(".") else v for k, v in told_as.items()}
    return spaced(_DOTS.sub("", text.format(**ending_once)), language)
