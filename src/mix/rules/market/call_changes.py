"""What a city changes of the form of a call: each change is a value that makes the next form, or refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from mix.rules.city.methods import Criterion
from mix.rules.core.access import OWNERS, Role
from mix.rules.core.fields import MAX_ROWS, Column, FieldSpec, FieldType, PriceLine, Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import require
from mix.rules.core.versioned import Form
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin

MOST_WORDS = 5_000
PROOF_WORDS = 250  # in which a vendor says how it meets a mandatory item
# What a city may ask beside what the method asks: options and columns are the method's to define.
TYPES = (FieldType.TEXT, FieldType.LINE, FieldType.NUMBER, FieldType.DATE, FieldType.YES_NO)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddQuestion(Form):
    """Ask something more, after what the panel reads; its key is new for good. `max_words` bounds a text."""

    change: Literal["add_question"] = "add_question"
    title: Wording
    type: FieldType = FieldType.TEXT
    required: bool = True
    max_words: int | None = None
    scored_by: tuple[str, ...] = ()

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the question."""
        require(self.type in TYPES, "question_type_unknown", field="type")
        field = FieldSpec(
            key=_new_key(form, "q"),
            type=self.type,
            title=self.title,
            required=self.required and self.type is not FieldType.YES_NO,
            max_words=_words(self.type, self.max_words),
        )
        return _among_read(form, AskedQuestion(field, Origin.ADDED, _known(form, self.scored_by)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reword(Form):
    """Ask the same in other words, longer or shorter, scored by other criteria. Its type stays."""

    change: Literal["reword"] = "reword"
    question: str
    title: Wording
    required: bool = True
    max_words: int | None = None
    scored_by: tuple[str, ...] = ()

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the question as it is asked now."""
        before = form.question(self.question)
        require(not before.is_item, "item_changed_as_such")
        require(not before.field.lines, "lines_changed_as_such")
        require(not before.field.columns or before.origin is not Origin.ADDED, "table_changed_as_such")
        field = before.field
        require(self.required or not field.required or before.may_go, "question_stays", field="required")
        require(before.is_read or not self.scored_by, "panel_reads_it_not", field="scored_by")
        changed = field.model_copy(
            update={
                "title": self.title,
                "required": self.required and field.type is not FieldType.YES_NO,
                "max_words": _words(field.type, self.max_words),
            }
        )
        origin = before.origin if changed == field or before.origin is Origin.ADDED else Origin.REWORDED
        return _with(form, replace(before, field=changed, origin=origin, scored_by=_known(form, self.scored_by)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(Form):
    """Leave a question out, for a reason that stays beside it."""

    change: Literal["drop"] = "drop"
    question: str
    reason: str

    def apply(self, form: CallForm) -> CallForm:
        """Return the form without the question."""
        before = form.question(self.question)
        require(form.may_go(before), "question_stays")
        require(bool(self.reason.strip()), "answer_missing", field="reason")
        return _with(form, replace(before, dropped=self.reason.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack(Form):
    """Ask a dropped question again, where it stood."""

    change: Literal["put_back"] = "put_back"
    question: str

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the question."""
        return _with(form, replace(form.question(self.question), dropped=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Form):
    """Change places with the question asked before it, or after; of one envelope. At an end nothing moves.

    Mandatory items are asked before all else, and move among themselves.
    """

    change: Literal["move"] = "move"
    question: str
    up: bool

    def apply(self, form: CallForm) -> CallForm:
        """Return the form in the new order."""
        moved = form.question(self.question)
        near = [q for q in form.asked if q.field.envelope == moved.field.envelope and q.is_item == moved.is_item]
        require(moved in near, "question_unknown")
        place = near.index(moved) + (-1 if self.up else 1)
        if not 0 <= place < len(near):
            return form
        swap = {moved.field.key: near[place], near[place].field.key: moved}
        return _asking(form, tuple(swap.get(q.field.key, q) for q in form.questions))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem(Form):
    """Demand something, pass or fail: what is looked at, by whom (a duty), and how a vendor is asked to show it."""

    change: Literal["add_item"] = "add_item"
    title: Wording
    looks_at: Wording
    checked_by: Role
    proof: Wording

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the item, after those that it has."""
        require(bool(form.evaluations), "items_need_scoring")
        require(self.checked_by in OWNERS, "item_checker_unknown", field="checked_by")
        key = _new_key(form, "m")
        field = FieldSpec(
            key=key,
            type=FieldType.YES_NO,
            title=self.title,
            hint=self.looks_at,
            for_panel=False,
            checked_by=self.checked_by,
        )
        proof = FieldSpec(key=f"{key}_shown", title=self.proof, required=True, max_words=PROOF_WORDS, for_panel=False)
        made = AskedQuestion(field, Origin.ADDED, proof=proof)
        last = max((n for n, q in enumerate(form.questions, 1) if q.is_item), default=0)
        return _asking(form, (*form.questions[:last], made, *form.questions[last:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeItem(Form):
    """Demand the same in other words, looked at otherwise or by somebody else."""

    change: Literal["change_item"] = "change_item"
    question: str
    title: Wording
    looks_at: Wording
    checked_by: Role
    proof: Wording

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the item as it is demanded now."""
        before = form.question(self.question)
        require(before.is_item, "question_unknown")
        require(self.checked_by in OWNERS, "item_checker_unknown", field="checked_by")
        update = {"title": self.title, "hint": self.looks_at, "checked_by": self.checked_by}
        proof = before.proof.model_copy(update={"title": self.proof}) if before.proof else None
        return _with(form, replace(before, field=before.field.model_copy(update=update), proof=proof))


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceByLines(Form):
    """Ask for a price line by line: a new question in the price envelope, or other lines of one that is asked.

    The amounts that the method asks for may be dropped then, so that nothing is counted twice.
    """

    change: Literal["price_by_lines"] = "price_by_lines"
    question: str = ""
    title: Wording
    lines: tuple[PriceLine, ...]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with these lines."""
        require(any(q.field.envelope == Envelope.PRICE for q in form.questions), "call_asks_no_price")
        require(any(not line.is_option for line in self.lines), "no_line_counts", field="lines")
        if self.question:
            before = form.question(self.question)
            require(bool(before.field.lines), "question_unknown")
            changed = before.field.model_copy(update={"title": self.title, "lines": self.lines})
            return _with(form, replace(before, field=changed))
        field = FieldSpec(
            key=_new_key(form, "p"),
            type=FieldType.LINES,
            title=self.title,
            required=True,
            envelope=Envelope.PRICE.value,
            lines=self.lines,
        )
        return _asking(form, (*form.questions, AskedQuestion(field, Origin.ADDED)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskTable(Form):
    """Ask for a table of one's own: a new question after what the panel reads, or one that was added (`question`)."""

    change: Literal["ask_table"] = "ask_table"
    question: str = ""
    title: Wording
    columns: tuple[Column, ...]
    required: bool = True
    min_rows: int = 0
    max_rows: int = MAX_ROWS
    scored_by: tuple[str, ...] = ()

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the table."""
        require(0 <= self.min_rows <= self.max_rows, "rows_turned_round", field="min_rows")
        require(1 <= self.max_rows <= MAX_ROWS, "too_many_rows", field="max_rows", most=str(MAX_ROWS), given="")
        update = {
            "title": self.title,
            "columns": self.columns,
            "required": self.required,
            "min_rows": self.min_rows,
            "max_rows": self.max_rows,
        }
        scored_by = _known(form, self.scored_by)
        if self.question:
            before = form.question(self.question)
            require(bool(before.field.columns) and before.origin is Origin.ADDED, "question_unknown")
            return _with(form, replace(before, field=before.field.model_copy(update=update), scored_by=scored_by))
        key = _new_key(form, "t")
        field = FieldSpec.model_validate({"key": key, "type": FieldType.ROWS, **update})
        return _among_read(form, AskedQuestion(field, Origin.ADDED, scored_by))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh(Form):
    """Set what the criteria of an evaluation weigh, in percent, and the least scores that they ask for (0 to 5)."""

    change: Literal["weigh"] = "weigh"
    evaluation: str
    weights: dict[str, int]
    minimums: dict[str, int]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form as it weighs now."""
        criteria = form.criteria_of(self.evaluation)
        require(bool(criteria), "no_such_criterion")
        require({*self.weights, *self.minimums} <= {c.key for c in criteria}, "no_such_criterion")
        require(all(0 <= w <= 100 for w in self.weights.values()), "weight_is_percent")
        require(all(0 <= m <= 5 for m in self.minimums.values()), "minimum_is_score")
        return _scoring(
            form,
            self.evaluation,
            tuple(
                c.model_copy(
                    update={
                        "weight": self.weights.get(c.key, c.weight),
                        "minimum": self.minimums.get(c.key, c.minimum),
                    }
                )
                for c in criteria
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe(Form):
    """Say what a criterion looks at, and what its scores mean in words, by the score ("0" to "5")."""

    change: Literal["describe"] = "describe"
    evaluation: str
    criterion: str
    title: Wording
    guideline: Wording
    anchors: dict[str, Wording]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form in these words."""
        criteria = form.criteria_of(self.evaluation)
        require(any(c.key == self.criterion for c in criteria), "no_such_criterion")
        require(set(self.anchors) <= set("012345"), "minimum_is_score")
        changed = {"title": self.title, "guideline": self.guideline, "anchors": self.anchors}
        described = tuple(c.model_copy(update=changed) if c.key == self.criterion else c for c in criteria)
        return _scoring(form, self.evaluation, described)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCriterion(Form):
    """Score something more, in the first stage of an evaluation."""

    change: Literal["add_criterion"] = "add_criterion"
    evaluation: str
    title: Wording
    guideline: Wording
    weight: int

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the criterion."""
        criteria = form.criteria_of(self.evaluation)
        require(bool(criteria), "no_such_criterion")
        require(0 <= self.weight <= 100, "weight_is_percent", field="weight")
        taken = {c.key for c in criteria}
        key = next(f"c{n}" for n in count(1) if f"c{n}" not in taken)
        made = Criterion(key=key, title=self.title, guideline=self.guideline, weight=self.weight)
        return _scoring(form, self.evaluation, (*criteria, made))


@dataclass(frozen=True, slots=True, kw_only=True)
class DropCriterion(Form):
    """Score something no more; questions that it alone looked at are scored by nothing."""

    change: Literal["drop_criterion"] = "drop_criterion"
    evaluation: str
    criterion: str

    def apply(self, form: CallForm) -> CallForm:
        """Return the form without the criterion."""
        criteria = form.criteria_of(self.evaluation)
        require(any(c.key == self.criterion for c in criteria), "no_such_criterion")
        gone = f"{self.evaluation}.{self.criterion}"
        left = _scoring(form, self.evaluation, tuple(c for c in criteria if c.key != self.criterion))
        kept = tuple(replace(q, scored_by=tuple(s for s in q.scored_by if s != gone)) for q in form.questions)
        return replace(left, questions=kept)


Change: TypeAlias = (
    AddQuestion
    | Reword
    | Drop
    | PutBack
    | Move
    | AddItem
    | ChangeItem
    | PriceByLines
    | AskTable
    | Weigh
    | Describe
    | AddCriterion
    | DropCriterion
)


_CHANGES: TypeAdapter[Change] = TypeAdapter(Annotated[Change, Field(discriminator="change")])


def read_change(data: object) -> Change:
    """Read a change from plain values. Raises ValueError for what is none."""
    found: Change = _CHANGES.validate_json(json.dumps(data))
    return found


def _words(type_: FieldType, most: int | None) -> int | None:
    require(most is None or 0 < most <= MOST_WORDS, "words_out_of_bounds", field="max_words", most=str(MOST_WORDS))
    return most if type_ in (FieldType.TEXT, FieldType.LINE) else None


def _among_read(form: CallForm, made: AskedQuestion) -> CallForm:
    last = max((n for n, q in enumerate(form.questions, 1) if q.field.envelope == Envelope.TECHNICAL), default=0)
    return _asking(form, (*form.questions[:last], made, *form.questions[last:]))


def _new_key(form: CallForm, letter: str) -> str:
    taken = {q.field.key for q in form.questions}
    return next(f"{letter}{n}" for n in count(1) if f"{letter}{n}" not in taken)


def _known(form: CallForm, scored_by: Sequence[str]) -> tuple[str, ...]:
    known = [f"{e.step}.{c.key}" for e in form.evaluations for c in e.criteria]
    require(set(scored_by) <= set(known), "no_such_criterion", field="scored_by")
    return tuple(key for key in known if key in scored_by)


def _with(form: CallForm, changed: AskedQuestion) -> CallForm:
    return _asking(form, tuple(changed if q.field.key == changed.field.key else q for q in form.questions))


def _asking(form: CallForm, questions: tuple[AskedQuestion, ...]) -> CallForm:
    return form if questions == form.questions else replace(form, number=form.number + 1, questions=questions)


def _scoring(form: CallForm, step: str, criteria: tuple[Criterion, ...]) -> CallForm:
    evaluations = tuple(replace(e, criteria=criteria) if e.step == step else e for e in form.evaluations)
    return form if evaluations == form.evaluations else replace(form, number=form.number + 1, evaluations=evaluations)
