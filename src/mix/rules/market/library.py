"""A vendor's own earlier answers beside a question: which of them fit it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mix.rules.core.fields import FieldSpec, FieldType, Wording

TEXTS = (FieldType.TEXT, FieldType.LINE)


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """What a vendor answered once: the question as it was, the text, to which call (its reference) and challenge."""

    spec: FieldSpec
    text: str
    call: str
    challenge: Wording
    closed_at: datetime

    @property
    def key(self) -> str:
        """Name it among all of its vendor."""
        return f"{self.call}/{self.spec.key}"


def takes_earlier(spec: FieldSpec) -> bool:
    """Say whether an earlier answer can be offered: texts, and no amounts, days or words that bind."""
    return spec.type in TEXTS


def is_like(spec: FieldSpec, other: FieldSpec) -> bool:
    """Say whether two questions ask the same: by the key of the method, or in the same words."""
    return spec.key == other.key or bool(set(spec.title.texts.values()) & set(other.title.texts.values()))


def fitting(spec: FieldSpec, earlier: Iterable[EarlierAnswer]) -> tuple[list[EarlierAnswer], list[EarlierAnswer]]:
    """Part earlier answers into those to a question like this one and the others, the latest first, each text once."""
    ordered = sorted(earlier, key=lambda a: a.closed_at, reverse=True)
    once = {a.text: a for a in reversed(ordered) if takes_earlier(a.spec)}
    rows = sorted(once.values(), key=lambda a: a.closed_at, reverse=True)
    return [a for a in rows if is_like(spec, a.spec)], [a for a in rows if not is_like(spec, a.spec)]
