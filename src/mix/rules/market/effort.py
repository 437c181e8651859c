"""An honest guess of how long an answer to a call takes, computed from what it asks and from nothing else.

It is a range, in whole hours of one person's work. The notice, its documents and the agreement are read; texts are
written at a hundred to two hundred words an hour, with thought, drafts and a second reader; what is short, a table and
an amount take a while each. What it cannot know are the files that a vendor adds, and how well it knows the subject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mix.rules.core.fields import FieldSpec, FieldType

UNLIMITED = 300  # words that a text without a limit is taken to have
# Words an hour and minutes each: the quickest and the slowest that is still usual.
WORDS_AN_HOUR = (200, 100)
READING, SHORT, TABLE, AMOUNT = (30, 90), (3, 10), (20, 60), (15, 60)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long an answer takes, in whole hours, and what was counted: texts and their words, and the rest."""

    least: int
    most: int
    texts: int
    words: int
    unlimited: int
    short: int
    tables: int
    amounts: int


def effort_of(asked: Sequence[FieldSpec]) -> Effort:
    """Estimate how long it takes to answer what is asked; never less than an hour."""
    texts = [spec for spec in asked if spec.type is FieldType.TEXT]
    tables = sum(spec.type is FieldType.ROWS for spec in asked)
    amounts = sum(spec.type is FieldType.MONEY for spec in asked)
    words = sum(spec.max_words or UNLIMITED for spec in texts)
    short = len(asked) - len(texts) - tables - amounts
    counts = ((short, SHORT), (tables, TABLE), (amounts, AMOUNT), (1, READING))
    least, most = (
        -(-(words * 60 // WORDS_AN_HOUR[end] + sum(count * minutes[end] for count, minutes in counts)) // 60)
        for end in (0, 1)
    )
    unlimited = sum(spec.max_words is None for spec in texts)
    return Effort(max(least, 1), max(most, 1), len(texts), words, unlimited, short, tables, amounts)
