"""The firewall between a sprint and the open call after it: which requirement rests on which evidence, and whose.

A sprint vendor's results may make a requirement better. They may not make it fit one vendor alone (CFTA 509,
CETA 19.9: specifications neither create obstacles nor copy what one supplier advised).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Doubt(StrEnum):
    """Why a requirement may keep other vendors out, or cannot be defended."""

    UNTRACED = "untraced"
    ONE_VENDOR = "one_vendor"
    NAMES_VENDOR = "names_vendor"


@dataclass(frozen=True, slots=True)
class Traced:
    """A requirement, the hypotheses that its evidence names, the vendors that met all of them, and its doubts."""

    text: str
    evidence: str
    rests_on: tuple[str, ...]
    met_by: tuple[str, ...]
    doubts: tuple[Doubt, ...]


LEGAL_FORMS = frozenset({"inc", "ltd", "ltée", "ltee", "llc", "corp", "co", "limited", "limitée", "and", "the", "les"})


def cited(text: str, keys: Iterable[str]) -> tuple[str, ...]:
    """List which of the hypotheses a text names, in their order, as whole words: "H1" is not in "H12"."""
    return tuple(k for k in keys if re.search(rf"(?<!\w){re.escape(k)}(?!\w)", text, re.IGNORECASE))


def names_of(vendor: str) -> tuple[str, ...]:
    """Return the words by which a text would give a vendor away: its name, and its first telling word."""
    telling = [w for w in re.findall(r"[\w’'-]+", vendor) if w.lower() not in LEGAL_FORMS and len(w) > 3]
    return tuple(dict.fromkeys([vendor, *telling[:1]]))


def trace(
    requirements: Sequence[Mapping[str, str]],
    *,
    hypotheses: Sequence[str],
    met: Mapping[str, frozenset[str]],
    vendors: Sequence[str],
) -> tuple[Traced, ...]:
    """Judge each requirement: what it rests on, who met that, and what speaks against it.

    `met` gives, for each hypothesis, the vendors whose latest evidence met its threshold. With one vendor in the
    sprint every requirement that rests on its evidence rests on one vendor.
    """
    found = []
    for row in requirements:
        text, evidence = str(row.get("text") or ""), str(row.get("evidence") or "")
        keys = cited(evidence, hypotheses)
        by = [v for v in vendors if all(v in met.get(k, frozenset()) for k in keys)] if keys else []
        doubts = []
        if not keys:
            doubts.append(Doubt.UNTRACED)
        elif len(by) == 1:
            doubts.append(Doubt.ONE_VENDOR)
        if any(cited(text, [name]) for vendor in vendors for name in names_of(vendor)):
            doubts.append(Doubt.NAMES_VENDOR)
        found.append(Traced(text, evidence, keys, tuple(by), tuple(doubts)))
    return tuple(found)
