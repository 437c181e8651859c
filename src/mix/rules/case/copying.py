"""What a challenge that begins from another takes from its documents: words, and nothing that must be said anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mix.rules.city.methods import Method, Step
from mix.rules.city.sources import BEFORE, WRITTEN, says_the_same, source_of, split
from mix.rules.core.fields import Column, FieldSpec, FieldType
from mix.rules.core.kinds import StepKind

# What of a row is words. Numbers, amounts, dates and yes or no are decided in every challenge anew, and so is a choice
# that is a field of its own; in a row it says what kind of thing the words are about.
CELLS = (*WRITTEN, FieldType.CHOICE)

Contents = Mapping[str, Mapping[str, Any]]  # the answers of each document, by the key of its step


def copied(method: Method, source: Method, contents: Contents, *, public: bool) -> dict[str, dict[str, Any]]:
    """Return what the documents of a challenge begin with, by step and field: what stands in the same box of another.

    `contents` are the documents of `source`; with `public` only what everybody may read of them is taken. Only steps
    that are documents are: scans, sprints, awards and deliveries tell what happened once.
    """
    theirs = {step.key: step for step in source.steps}
    found = {
        step.key: dict(_answers(step, theirs[step.key], contents.get(step.key, {}), public=public))
        for step in method.steps
        if step.key in theirs and step.kind == theirs[step.key].kind == StepKind.DOCUMENT
    }
    return {key: answers for key, answers in found.items() if answers}


def _answers(step: Step, other: Step, content: Mapping[str, Any], *, public: bool) -> Iterator[tuple[str, Any]]:
    theirs = {spec.key: spec for spec in other.fields}
    for spec in step.fields:
        its = theirs.get(spec.key)
        if its is None or (public and not its.public) or not _is_one_box(spec, its):
            continue
        value = content.get(spec.key)
        said = _rows(spec, its, value) if isinstance(value, list) else value
        if said not in (None, "", []):
            yield spec.key, said


def _is_one_box(mine: FieldSpec, its: FieldSpec) -> bool:
    is_words = mine.type in WRITTEN or mine.type is FieldType.ROWS
    return is_words and mine.type is its.type and not any(s.anew or s.why_of for s in (mine, its))


def _rows(mine: FieldSpec, its: FieldSpec, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    known = {column.key: column for column in its.columns}
    found = []
    for row in rows:
        made = {c.key: _cell(c, known.get(c.key), row.get(c.key)) for c in mine.columns}
        if any(made.values()):
            found.append(made)
    return found[: mine.max_rows]


def _cell(mine: Column, its: Column | None, value: object) -> object:
    """Return a cell as it is stored; what is not taken is as if nobody had answered."""
    empty = False if mine.type is FieldType.YES_NO else None
    if its is None or mine.type is not its.type or mine.type not in CELLS or mine.anew or its.anew:
        return empty
    if mine.type is FieldType.CHOICE and value not in {option.key for option in mine.options}:
        return empty
    return value


def begins_with(
    method: Method, specs: Sequence[FieldSpec], copies: Mapping[str, Any], sources: Mapping[str, Any]
) -> dict[str, Any]:
    """Return with which of its copies a document begins, given what the sources of its fields say by now.

    What the need or the challenge itself says goes before; what is one fact with another is copied only if it says the
    same, so that it cannot begin by differing.
    """
    known = {spec.key: spec for spec in specs}
    return {
        key: value
        for key, value in copies.items()
        if key in known and _may_begin(method, known[key], value, sources.get(key))
    }


def _may_begin(method: Method, spec: FieldSpec, value: object, said: object) -> bool:
    if spec.source:
        return said is not None and says_the_same(spec, source_of(method, spec), value, said)
    return said is None or split(spec.place)[0] not in BEFORE


def still_copied(
    before: Mapping[str, Any], marked: Iterable[str], now: Mapping[str, Any], *, confirmed: Iterable[str] = ()
) -> list[str]:
    """Return the fields that still say what was copied and that nobody confirmed, of those that were `marked` so."""
    gone = set(confirmed)
    return [key for key in marked if key not in gone and now.get(key) == before.get(key)]
