"""What somebody follows: calls that say some words, of one city, or both; and which calls those are."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

MOST = 20  # of one person: whoever wants more reads the feed of all calls
WORDS = 8  # in one subject
LENGTH = 120  # characters of one subject


def folded(text: str) -> str:
    """Return a text without case and accents, as words are looked for in it."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in bare if unicodedata.category(c) != "Mn")


@dataclass(frozen=True, slots=True)
class Subject:
    """Words that a call says, all of them, and the code of a city that takes part in it; "" is every one."""

    words: str
    city: str = ""

    def fits(self, said: str, cities: Collection[str]) -> bool:
        """Say whether a call is of this subject, given what it says (`folded`) and which cities take part."""
        return (not self.city or self.city in cities) and all(word in said for word in folded(self.words).split())


def told(subjects: Iterable[tuple[int, Subject]], said: Iterable[str], cities: Collection[str]) -> frozenset[int]:
    """Return who follows what a call is of: the numbers of people, given what each follows."""
    text = folded(" ".join(said))
    return frozenset(person for person, subject in subjects if subject.fits(text, cities))
