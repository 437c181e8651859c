"""Sample words for what is tried: an answer of each kind, so that whoever tries goes on to what comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from mix.rules.core.fields import Column, FieldSpec, FieldType, read_answers

PRICE_CENTS = 40_000_00
LINE_CENTS = 120_00


def with_samples(specs: Sequence[FieldSpec], typed: Mapping[str, Any], *, language: str, on: date) -> dict[str, Any]:
    """Return what was typed, with a sample answer where nothing was, but no file; `on` stands in for any day."""
    read, wrong = read_answers(specs, typed)
    empty = {key for key, value in read.items() if value in (None, "", False, [], {})} - set(wrong)
    samples = {spec.key: _of_field(spec, language, on) for spec in specs if spec.key in empty}
    return {**typed, **samples}


def _of_field(spec: FieldSpec, language: str, on: date) -> Any:  # noqa: ANN401 - JSON out
    if spec.type is FieldType.LINES:
        return {line.key: LINE_CENTS for line in spec.lines}
    if spec.type is FieldType.ROWS:
        row = {column.key: _of_column(column, language, on) for column in spec.columns}
        return [row] * max(spec.min_rows, 1)
    return _of_column(spec, language, on)


def _of_column(spec: FieldSpec | Column, language: str, on: date) -> Any:  # noqa: ANN401 - JSON out
    match spec.type:
        case FieldType.MONEY:
            return PRICE_CENTS
        case FieldType.NUMBER:
            return "12"
        case FieldType.DATE:
            return on.isoformat()
        case FieldType.YES_NO:
            return True
        case FieldType.CHOICE:
            return spec.options[0].key
        case _:
            most = getattr(spec, "max_words", None)
            return " ".join(spec.title.in_(language).split()[:most])
