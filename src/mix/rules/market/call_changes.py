"""What a city changes of the form of a call: each change is a value that makes the next form, or refuses."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from mix.rules.core.fields import MAX_ROWS, Column, FieldSpec, FieldType, PriceLine, Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import require
from mix.rules.core.versioned import Form
from mix.rules.market.call_criteria import AddCriterion, Describe, DropCriterion, Weigh
from mix.rules.market.call_files import AskFile
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin
from mix.rules.market.call_groups import GroupQuestions, MoveGroup, RenameGroup
from mix.rules.market.call_items import AddItem, BringItems, ChangeItem
from mix.rules.market.question_lists import MOST_WORDS, TYPES, BringQuestions


@dataclass(frozen=True, slots=True, kw_only=True)
class AddQuestion(Form):
    """Ask something more, after what the panel reads; its key is new for good. `max_words` bounds a text.

    It stands last under `group`, a heading that is there (its English), or under none.
    """

    change: Literal["add_question"] = "add_question"
    title: Wording
    type: FieldType = FieldType.TEXT
    required: bool = True
    max_words: int | None = None
    scored_by: tuple[str, ...] = ()
    group: str = ""

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the question."""
        require(self.type in TYPES, "question_type_unknown", field="type")
        field = FieldSpec(
            key=form.new_key("q"),
            type=self.type,
            title=self.title,
            group=form.group(self.group) if self.group else None,
            required=self.required and self.type is not FieldType.YES_NO,
            max_words=_words(self.type, self.max_words),
        )
        return form.adding(AskedQuestion(field, Origin.ADDED, form.known(self.scored_by)))


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
        require(before.field.type is not FieldType.FILE or before.origin is not Origin.ADDED, "file_changed_as_such")
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
        return form.with_question(replace(before, field=changed, origin=origin, scored_by=form.known(self.scored_by)))


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
        return form.with_question(replace(before, dropped=self.reason.strip()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack(Form):
    """Ask a dropped question again, where it stood."""

    change: Literal["put_back"] = "put_back"
    question: str

    def apply(self, form: CallForm) -> CallForm:
        """Return the form with the question."""
        return form.with_question(replace(form.question(self.question), dropped=""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(Form):
    """Change places with the question asked before it, or after; of one envelope and heading. At an end nothing moves.

    Mandatory items are asked before all else, and move among themselves.
    """

    change: Literal["move"] = "move"
    question: str
    up: bool

    def apply(self, form: CallForm) -> CallForm:
        """Return the form in the new order."""
        moved = form.question(self.question)
        like = (moved.field.envelope, moved.is_item, moved.heading)
        near = [q for q in form.asked if (q.field.envelope, q.is_item, q.heading) == like]
        require(moved in near, "question_unknown")
        place = near.index(moved) + (-1 if self.up else 1)
        if not 0 <= place < len(near):
            return form
        swap = {moved.field.key: near[place], near[place].field.key: moved}
        return form.asking(tuple(swap.get(q.field.key, q) for q in form.questions))


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
            return form.with_question(replace(before, field=changed))
        field = FieldSpec(
            key=form.new_key("p"),
            type=FieldType.LINES,
            title=self.title,
            required=True,
            envelope=Envelope.PRICE.value,
            lines=self.lines,
        )
        return form.asking((*form.questions, AskedQuestion(field, Origin.ADDED)))


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
        scored_by = form.known(self.scored_by)
        if self.question:
            before = form.question(self.question)
            require(bool(before.field.columns) and before.origin is Origin.ADDED, "question_unknown")
            return form.with_question(
                replace(before, field=before.field.model_copy(update=update), scored_by=scored_by)
            )
        key = form.new_key("t")
        field = FieldSpec.model_validate({"key": key, "type": FieldType.ROWS, **update})
        return form.adding(AskedQuestion(field, Origin.ADDED, scored_by))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTogether(Form):
    """Let a vendor answer together with others, `most` at most; 0: each answers alone."""

    change: Literal["answer_together"] = "answer_together"
    most: int

    def apply(self, form: CallForm) -> CallForm:
        """Return the form as it allows it."""
        require(self.most >= 0, "too_few_allowed", field="most")
        same = self.most == form.co_applicants
        return form if same else replace(form, number=form.number + 1, co_applicants=self.most)


Change: TypeAlias = (
    AddQuestion
    | Reword
    | Drop
    | PutBack
    | Move
    | GroupQuestions
    | RenameGroup
    | MoveGroup
    | AddItem
    | ChangeItem
    | PriceByLines
    | AskTable
    | AskFile
    | BringQuestions
    | BringItems
    | AnswerTogether
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


def write_change(change: Change) -> str:
    """Write a change as JSON, as `read_change` reads it."""
    return _CHANGES.dump_json(change).decode()


def _words(type_: FieldType, most: int | None) -> int | None:
    require(most is None or 0 < most <= MOST_WORDS, "words_out_of_bounds", field="max_words", most=str(MOST_WORDS))
    return most if type_ in (FieldType.TEXT, FieldType.LINE) else None
