"""What a notice says beside the officer's own words: fields of documents that stand before it, and requirements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mix.rules.city.sources import in_words
from mix.rules.core.fields import FieldSpec, FieldType, Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.typography import amount
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin

MANDATORY = "mandatory"  # of a requirement; any other is rated
MOST_WORDS = 300  # of the answer to a rated requirement


@dataclass(frozen=True, slots=True)
class Section:
    """A field that is part of a notice: its place ("step.field"), what it asks for, and what was written there."""

    place: str
    spec: FieldSpec
    value: Any


def notice_text(body: str, sections: Iterable[Section], *, language: str = "en") -> str:
    """Return a whole notice as one text, its sections under their titles in a language."""
    parts = [f"{s.spec.title.in_(language)}\n\n{_in_text(s.spec, s.value, language)}" for s in sections]
    return "\n\n".join(filter(None, [body.strip(), *parts]))


def _in_text(spec: FieldSpec, value: object, language: str) -> str:
    if isinstance(value, list):
        return "\n".join(f"- {in_words(spec.columns, row, language=language)}" for row in value)
    if spec.type is FieldType.MONEY and isinstance(value, int):
        return amount(value, language)
    return str(value)


def with_requirements(
    form: CallForm, rows: Sequence[Mapping[str, Any]], *, scored_by: str, dropped: str = "No requirement any more"
) -> CallForm:
    """Return a form that asks about each requirement: to be met where it is mandatory, how where it is rated.

    A question that asks about one already stays as it is; one about what is a requirement no more is dropped.
    `scored_by` names the criterion ("step.criterion") that judges how rated ones are met; "" where nobody scores.
    """
    wanted = {str(row["text"]): row for row in rows if row.get("text")}
    known = {q.field.title.en for q in form.questions if _is_of_requirement(q)}
    kept = [
        replace(q, dropped=dropped) if _is_of_requirement(q) and q.field.title.en not in wanted else q
        for q in form.questions
    ]
    number = sum(map(_is_of_requirement, form.questions))
    made = []
    for text, row in wanted.items():
        if text not in known:
            number += 1
            made.append(_question(f"r{number}", text, row, scored_by=scored_by))
    last = max((n for n, q in enumerate(kept, 1) if q.field.envelope == Envelope.TECHNICAL), default=0)
    questions = (*kept[:last], *made, *kept[last:])
    return form if questions == form.questions else replace(form, number=form.number + 1, questions=questions)


def _is_of_requirement(question: AskedQuestion) -> bool:
    return question.origin is Origin.REQUIREMENT


def _question(key: str, text: str, row: Mapping[str, Any], *, scored_by: str) -> AskedQuestion:
    is_mandatory = row.get("weight") == MANDATORY
    evidence = row.get("evidence") or ""
    hint = Wording.model_validate({"en": f"Evidence: {evidence}", "fr": f"Preuve\u00a0: {evidence}"})
    field = FieldSpec(
        key=key,
        type=FieldType.YES_NO if is_mandatory else FieldType.TEXT,
        title=Wording(en=text),
        hint=hint if evidence else None,
        required=not is_mandatory,
        must_be_yes=is_mandatory,
        max_words=None if is_mandatory else MOST_WORDS,
        kept=True,
    )
    return AskedQuestion(field, Origin.REQUIREMENT, (scored_by,) if scored_by and not is_mandatory else ())
