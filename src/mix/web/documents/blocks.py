"""What is read of a file of paragraphs and tables, without what reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, with the name of its style."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Table:
    """The texts of a table's cells, row by row."""

    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Paragraph | Table


def as_block(told: Mapping[str, Any]) -> Block:
    """Return what was told as JSON."""
    return Table(tuple(map(tuple, told["rows"]))) if "rows" in told else Paragraph(**told)


@dataclass(frozen=True, slots=True)
class Left:
    """Something in a file that is no text of it: what kind (a code of "word_part"), and what it says."""

    kind: str
    text: str
