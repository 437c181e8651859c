"""Requirements that keep new firms out, found by their words, in English and French.

A hit is a hint for a person, who rewrites the requirement or leaves it: the words are shown, nothing is judged by them
alone but a warning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mix.rules.core.chain import digest


class Excludes(StrEnum):
    """In which way a requirement keeps firms out; the value is the fact that it makes true."""

    LOCAL = "prefers_local"
    PREVIOUS = "asks_previous_contract"
    BRAND = "names_brand"
    SIZE = "asks_size"


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found, where, and in which words."""

    excludes: Excludes
    place: str
    words: str

    @property
    def mark(self) -> str:
        """What identifies the way and the words, wherever they stand."""
        return digest({"excludes": self.excludes.value, "words": self.words.casefold()})[:32]


_WHO = r"(?:firms?|compan(?:y|ies)|vendors?|suppliers?|business(?:es)?|entreprises?|fournisseurs?|soumissionnaires?)"
_MUST = r"\b(?:must|shall|doit|doivent) (?:be|use|run on|integrate with|être|utiliser|fonctionner sous) "
_MAKER = r"(?:Microsoft|Oracle|SAP|Esri|ArcGIS|Salesforce|Cisco|Amazon|AWS|Azure|Google|Apple|IBM)\b"
_BUYER = r"(?:the |this |our )?(?:city|municipalit|region|town)"
_ACHETEUR = r"(?:la |une |notre )?(?:ville|municipalité)"
_MANY = r"(?:\d+|two|three|four|five|ten|deux|trois|quatre|cinq|dix)"
_PATTERNS: dict[Excludes, tuple[str, ...]] = {
    Excludes.LOCAL: (
        rf"\blocal(?:ly)?[- ](?:owned |based )?{_WHO}",
        rf"\b{_WHO} (?:locale?s?|de la région|de la ville)\b",
        r"\b(?:office|presence|headquarters) (?:located )?(?:in|within) (?:the )?(?:city|town|region|county)\b",
        r"\b(?:bureau|siège|présence) (?:situé )?(?:dans|à l’intérieur de) la (?:ville|région)\b",
        r"\blocal (?:jobs?|content|employment|presence|office)\b",
        r"\b(?:emplois?|contenu|présence) loca(?:l|le|ux)\b",
        r"\b(?:Ontario|Canadian)[- ](?:owned|made|based|content)\b",
    ),
    Excludes.PREVIOUS: (
        rf"\b(?:previous|prior|past|existing) (?:contracts?|work|projects?|experience) with {_BUYER}",
        rf"\b(?:must|shall) have (?:worked|contracted) (?:with|for) {_BUYER}",
        rf"\bcontrats? (?:antérieurs?|précédents?) avec {_ACHETEUR}",
        rf"\b(?:avoir|ayant) (?:déjà )?travaillé (?:pour|avec) {_ACHETEUR}",
    ),
    Excludes.BRAND: (rf"{_MUST}{_MAKER}",),
    Excludes.SIZE: (
        rf"\b(?:at least|minimum(?: of)?|no less than) {_MANY} years?’? (?:of )?(?:experience|in business|operation)",
        r"\b(?:annual|yearly) (?:revenues?|sales|turnover)\b",
        rf"\b(?:au moins|minimum de) {_MANY} (?:ans?|années?) (?:d’expérience|d’existence|d’activité)",
        r"\bchiffre d’affaires\b",
    ),
}
_COMPILED = {kind: tuple(re.compile(p, re.IGNORECASE) for p in patterns) for kind, patterns in _PATTERNS.items()}
_SOFTENED = re.compile(r"or (?:an? )?equivalent|or equal|ou (?:l’)?équivalent", re.IGNORECASE)


def lint(texts: Mapping[str, str]) -> tuple[Hit, ...]:
    """Find what keeps firms out in texts by place. A brand with “or equivalent” in its sentence is left alone."""
    found = []
    for place, text in texts.items():
        for sentence in re.split(r"(?<=[.!?;\n])\s*", text.replace("'", "’")):
            for kind, patterns in _COMPILED.items():
                hit = next((m for p in patterns if (m := p.search(sentence))), None)
                if hit and not (kind is Excludes.BRAND and _SOFTENED.search(sentence)):
                    found.append(Hit(kind, place, hit.group(0)))
    return tuple(found)
