"""What is read of a Word file, without what reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


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


@dataclass(frozen=True, slots=True)
class Left:
    """Something in a file that is no text of it: what kind (a code of "word_part"), and what it says."""

    kind: str
    text: str
