"""What differs between two versions of an artifact, ready to read: texts by words, tables by rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mix.rules.case.versions import Piece, compare_text, edits
from mix.rules.core.fields import FieldSpec
from mix.web.documents.specs import Answer, read_only


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that differs: pieces of its text, or its rows with what became of each."""

    title: str
    pieces: tuple[Piece, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def changes(specs: Sequence[FieldSpec], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """List the fields whose answers differ, as they are read on the page."""
    pairs = zip(read_only(specs, before, every=True), read_only(specs, after, every=True), strict=True)
    return [
        Changed(
            old.title,
            () if old.rows or new.rows else compare_text(str(old.value), str(new.value)),
            tuple(title for title, _value in (old.rows or new.rows)[0]) if old.rows or new.rows else (),
            _rows(old, new),
        )
        for old, new in pairs
        if (old.value, old.rows) != (new.value, new.rows)
    ]


def _rows(old: Answer, new: Answer) -> tuple[tuple[str, tuple[str, ...]], ...]:
    before, after = ([tuple(value for _title, value in row) for row in side.rows] for side in (old, new))
    found: list[tuple[str, tuple[str, ...]]] = []
    place = 0
    for edit in edits(before, after):
        found += [("same", row) for row in before[place : edit.start]]
        found += [("gone", row) for row in before[edit.start : edit.end]]
        found += [("new", row) for row in edit.units]
        place = edit.end
    return (*found, *(("same", row) for row in before[place:]))
