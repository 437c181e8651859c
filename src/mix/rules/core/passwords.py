"""What no password may be made of: words that whoever knows the site guesses first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LEAST = 6  # characters that must be left
_SHORTEST = 3  # a shorter word is part of too many others
_YEAR = re.compile(r"(?:19|20)\d\d")


def words_of(*texts: str) -> set[str]:
    """Return the words of names and addresses, as they are compared."""
    return {word for text in texts for word in re.split(r"[^a-z]+", _plain(text)) if len(word) >= _SHORTEST}


def is_made_of(password: str, words: Iterable[str]) -> bool:
    """Say whether too little is left of a password without these words, those of the trade, years, and runs as 1234."""
    left = _plain(password)
    for word in sorted({*words, *TRADE}, key=len, reverse=True):
        left = left.replace(word, " ")
    left = "".join(_YEAR.sub(" ", left).split())
    return sum(not _goes_on(left[:n]) for n in range(1, len(left) + 1)) < LEAST


def _goes_on(text: str) -> bool:
    """Say whether the last character follows from the one before: the same, the next or the one before it."""
    return len(text) > 1 and abs(ord(text[-1]) - ord(text[-2])) <= 1


def _plain(text: str) -> str:
    """Return a text in lower case and without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


# What the site does, in its languages.
TRADE = words_of(
    "mix sprint procurement challenge vendor bidder evaluator council city municipality tender contract",
    "approvisionnement défi fournisseur soumissionnaire évaluateur conseil ville municipalité appel contrat",
    "password welcome spring summer autumn winter bienvenue printemps été automne hiver",
)
