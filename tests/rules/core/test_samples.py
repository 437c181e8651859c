"""Sample words for what is tried: every kind of answer is filled in, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mix.rules.city.method_files import parse
from mix.rules.core.fields import FieldSpec, FieldType, missing_answers, read_answers
from mix.rules.core.samples import with_samples

METHODS = Path(__file__).resolve().parents[3] / "catalogue" / "methods"
ON = date(2027, 1, 4)


def specs() -> list[tuple[FieldSpec, ...]]:
    """Return the fields of every document and call of every method."""
    found: list[tuple[FieldSpec, ...]] = []
    for path in sorted(METHODS.glob("*.yaml")):
        for step in parse(path.read_text(encoding="utf-8")).steps:
            found += [step.fields, step.answers]
    return [part for part in found if part]


def test_samples_answer_whatever_a_method_asks() -> None:
    asked = specs()
    assert {s.type for part in asked for s in part} >= {
        FieldType.TEXT,
        FieldType.MONEY,
        FieldType.ROWS,
        FieldType.YES_NO,
    }
    for part in asked:
        filled = with_samples(part, {}, language="fr", on=ON)
        good, bad = read_answers(part, filled)
        assert bad == {}
        assert [u for u in missing_answers(part, good) if u.code != "file_missing"] == [], part


@pytest.mark.parametrize("typed", [{"a": "Mine"}, {"a": "Mine", "n": "many"}])
def test_what_was_typed_stays(typed: dict[str, Any]) -> None:
    part = (
        FieldSpec.model_validate({"key": "a", "type": "text", "title": {"en": "A", "fr": "A"}}),
        FieldSpec.model_validate({"key": "n", "type": "number", "title": {"en": "N", "fr": "N"}}),
    )
    assert with_samples(part, typed, language="en", on=ON) == {"a": "Mine", "n": typed.get("n", "12")}
