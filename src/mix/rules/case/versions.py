"""What differs between two versions of an artifact, word by word, and how two people's edits come together."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Literal, NamedTuple, TypeVar

from mix.rules.core.fields import FieldSpec, FieldType

MOST_PAIRS = 1_000_000  # beyond this many pairs to compare a passage counts as changed whole
REWRITTEN = 0.4  # a passage of which less than this share stays reads better whole, old then new
Unit = TypeVar("Unit", bound=Hashable)


class Piece(NamedTuple):
    """A run of text that both versions have, that went, or that is new."""

    kind: Literal["same", "gone", "new"]
    text: str


class Edit(NamedTuple):
    """The units from `start` to `end` of the base are replaced by `units`."""

    start: int
    end: int
    units: tuple[Any, ...]


def sentences(text: str) -> list[str]:
    """Cut a text after each sentence and each line; joined again it is the same text."""
    return [s for s in re.split(r"(?<=[.!?…][ \t])|(?<=\n)", text) if s]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def edits(before: Sequence[Unit], after: Sequence[Unit]) -> list[Edit]:
    """Return what to replace in one sequence to get the other."""
    if len(before) * len(after) > MOST_PAIRS:
        return [Edit(0, len(before), tuple(after))] if list(before) != list(after) else []
    codes = SequenceMatcher(None, before, after).get_opcodes()
    return [Edit(i1, i2, tuple(after[j1:j2])) for tag, i1, i2, j1, j2 in codes if tag != "equal"]


def compare_text(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two texts: first by sentences, and the sentences that differ by words."""
    return _joined(_compare(before, after, sentences, _compare_words))


def _compare_words(before: str, after: str) -> list[Piece]:
    pieces = _compare(before, after, _words, lambda gone, new: [Piece("gone", gone), Piece("new", new)])
    kept = sum(len(p.text.strip()) for p in pieces if p.kind == "same")
    rewritten = kept < REWRITTEN * max(len(before), len(after))
    return [Piece("gone", before), Piece("new", after)] if rewritten else pieces


def _compare(
    before: str, after: str, cut: Callable[[str], list[str]], inner: Callable[[str, str], list[Piece]]
) -> list[Piece]:
    old, place, found = cut(before), 0, list[Piece]()
    for edit in edits(old, cut(after)):
        found.append(Piece("same", "".join(old[place : edit.start])))
        found.extend(inner("".join(old[edit.start : edit.end]), "".join(edit.units)))
        place = edit.end
    return [*found, Piece("same", "".join(old[place:]))]


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Join neighbours of one kind, and drop what is empty."""
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].kind == piece.kind:
            found[-1] = Piece(piece.kind, found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)
    return tuple(found)


def merge_units(base: Sequence[Unit], mine: Sequence[Unit], theirs: Sequence[Unit]) -> list[Unit] | None:
    """Carry out both people's edits of one base; None where they meet in one place, unless both did the same."""
    both = sorted({*edits(base, mine), *edits(base, theirs)}, key=lambda e: (e.start, e.end))
    for one, other in pairwise(both):
        inserts = one.start == one.end or other.start == other.end
        if other.start < one.end or (other.start == one.end and inserts):
            return None
    merged, place = list[Unit](), 0
    for edit in both:
        merged += [*base[place : edit.start], *edit.units]
        place = edit.end
    return [*merged, *base[place:]]


@dataclass(frozen=True, slots=True)
class Merged:
    """Two people's answers put together: `taken` are the fields with something of theirs, `clashes` stay as mine."""

    answers: dict[str, Any]
    taken: tuple[str, ...]
    clashes: tuple[str, ...]


def merge_answers(
    specs: Sequence[FieldSpec], base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> Merged:
    """Put together what two people made of one version, all in stored form.

    A field that one of them changed is that one's; in texts this holds by sentences, in rows by rows. Where both
    changed the same place the field stays as mine and is named among the clashes.
    """
    answers, taken, clashes = dict(mine), list[str](), list[str]()
    for spec in specs:
        old, own, other = (side.get(spec.key) or None for side in (base, mine, theirs))
        if other in (old, own):
            continue
        merged = other if own == old else _merge_value(spec, old, own, other)
        if merged is None and own != old:
            clashes.append(spec.key)
        else:
            answers[spec.key] = merged
            taken.append(spec.key)
    return Merged(answers, tuple(taken), tuple(clashes))


def merge_fields(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merged:
    """Put together what two people made of one draft, field by field, as far as mine goes.

    A field that one of them changed is that one's, whole. What both changed to something else stays as mine and is
    named among the clashes.
    """
    answers, taken, clashes = dict(mine), list[str](), list[str]()
    for key in mine:
        old, own, other = (side.get(key) or None for side in (base, mine, theirs))
        if other in (old, own):
            continue
        if own == old:
            answers[key] = theirs.get(key)
            taken.append(key)
        else:
            clashes.append(key)
    return Merged(answers, tuple(taken), tuple(clashes))


def _merge_value(spec: FieldSpec, base: Any, mine: Any, theirs: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if spec.type is FieldType.TEXT and all(isinstance(side, str) for side in (mine, theirs)):
        merged = merge_units(sentences(base or ""), sentences(mine), sentences(theirs))
        return None if merged is None else "".join(merged)
    if spec.type is FieldType.ROWS and all(isinstance(side, list) for side in (mine, theirs)):
        rows = merge_units(*([tuple(row.items()) for row in side or []] for side in (base, mine, theirs)))
        return None if rows is None else [dict(row) for row in rows]
    return None
