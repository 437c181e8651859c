"""What the form of a call takes from that of another challenge: questions, headings, criteria, weights, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from mix.rules.city.methods import Criterion, EvaluationSpec
from mix.rules.core.fields import FieldType
from mix.rules.core.kinds import Envelope
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin, ScoredBy

WORDED = ("title", "hint", "group", "max_words")  # what of a question of the method a city puts otherwise


def begun_from(theirs: CallForm, own: CallForm, scoring: Mapping[str, EvaluationSpec]) -> CallForm:
    """Return the form with which a call begins: its method's `own`, fitted as that of another challenge was.

    What the method asks stays asked, in the words that it had there, and is left out where it may be and was. What was
    added there is added here; declarations, and questions about requirements, come of the method and documents here.
    `scoring` are the evaluations of the method, by their steps. Where nothing differs it is the method's own.
    """
    evaluations = tuple(_scored(e, theirs.criteria_of(e.step), scoring[e.step]) for e in own.evaluations)
    names = {f"{e.step}.{c.key}" for e in evaluations for c in e.criteria}
    mine = {q.field.key: q for q in own.questions}
    added = [q for q in theirs.asked if q.field.key not in mine and _may_be_added(q, own)]
    by_lines = any(q.field.lines for q in added)
    kept = {
        q.field.key: _in_their_words(mine[q.field.key], q, by_lines=by_lines)
        for q in theirs.questions
        if q.field.key in mine
    }
    order = [*theirs.questions, *(q for q in own.questions if q.field.key not in kept)]
    new = {q.field.key: replace(q, origin=Origin.ADDED) for q in added}
    found = [{**mine, **new, **kept}.get(q.field.key) for q in order]
    asked = _in_places([_scored_here(q, names) for q in found if q is not None])
    begun = replace(own, evaluations=evaluations).asking(asked)
    same = (begun.questions, begun.evaluations) == (own.questions, own.evaluations)
    return own if same else replace(begun, number=1)


def _may_be_added(question: AskedQuestion, own: CallForm) -> bool:
    """Say whether a question of another call may be asked in one whose method does not have it."""
    field = question.field
    if question.origin is Origin.REQUIREMENT or field.kept or field.must_be_yes:
        return False
    if field.envelope == Envelope.PRICE:
        return any(q.field.envelope == Envelope.PRICE for q in own.questions)
    return bool(own.evaluations) or not question.is_item


def _in_their_words(mine: AskedQuestion, their: AskedQuestion, *, by_lines: bool) -> AskedQuestion:
    """Return a question of the method as another call put it, or left it out; `by_lines` says that a price is."""
    if mine.field.type is not their.field.type or mine.field.envelope != their.field.envelope:
        return mine
    words = {name: getattr(their.field, name) for name in WORDED}
    required = their.field.required if mine.may_go else mine.field.required
    field = mine.field.model_copy(update={**words, "required": required})
    is_amount = field.envelope == Envelope.PRICE and field.type is FieldType.MONEY
    may_go = mine.may_go or (is_amount and by_lines)
    return replace(
        mine,
        field=field,
        origin=mine.origin if field == mine.field else Origin.REWORDED,
        dropped=their.dropped if may_go else "",
        scored_by=their.scored_by,
    )


def _scored_here(question: AskedQuestion, names: set[str]) -> AskedQuestion:
    """Return a question that is scored by criteria that there are, where the panel reads its answer."""
    return replace(question, scored_by=tuple(n for n in question.scored_by if n in names) if question.is_read else ())


def _in_places(questions: Sequence[AskedQuestion]) -> tuple[AskedQuestion, ...]:
    """Put items first, then what the envelope of answers holds, then prices; else in the order given."""
    return tuple(sorted(questions, key=lambda q: (not q.is_item, q.field.envelope == Envelope.PRICE)))


def _scored(mine: ScoredBy, theirs: tuple[Criterion, ...], spec: EvaluationSpec) -> ScoredBy:
    """Return the criteria of one evaluation: theirs, each in a stage that there is here."""
    if not theirs:
        return mine
    stages = {stage.key for stage in spec.stages}
    default = {c.key: c for c in mine.criteria}
    return replace(
        mine,
        criteria=tuple(
            c.model_copy(
                update={
                    "stage": c.stage if c.stage in stages else None,
                    "between": default[c.key].between if c.key in default else None,
                }
            )
            for c in theirs
        ),
    )
