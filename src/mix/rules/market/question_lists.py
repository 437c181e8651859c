"""The questions of a call as a list: brought in whole, read from the rows of a table, and how it changes a form.

A list holds what may stand under headings: no price and no mandatory item. What is not in it stays as it is, behind
what stood before it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mix.rules.core.fields import FieldSpec, FieldType, Wording
from mix.rules.core.unmet import Unmet, require
from mix.rules.core.versioned import Form
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin
from mix.rules.market.lists import Cells, every_name, in_order, part_found, rows_in
from mix.rules.market.price_lines import NO, YES, Grid

MOST_WORDS = 5_000
# What a city may ask beside what the method asks: options and columns are the method's to define.
TYPES = (FieldType.TEXT, FieldType.LINE, FieldType.NUMBER, FieldType.DATE, FieldType.YES_NO)
WORDED = (FieldType.TEXT, FieldType.LINE)
COLUMNS = (
    "id",
    "heading",
    "heading_fr",
    "question",
    "question_fr",
    "help",
    "help_fr",
    "kind",
    "words",
    "must",
    "scored",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuestion(Form):
    """One question of a list: its key, or none where it is new. `max_words` bounds a text."""

    question: str = ""
    title: Wording
    hint: Wording | None = None
    group: Wording | None = None
    type: FieldType = FieldType.TEXT
    required: bool = False
    max_words: int | None = None
    scored_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BringQuestions(Form):
    """Ask as a list says: in its order and words, with what is new; a question that is there keeps its kind."""

    change: Literal["bring_questions"] = "bring_questions"
    questions: tuple[ListedQuestion, ...]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form as the list has it."""
        listed: list[AskedQuestion] = []
        made = form
        for row in self.questions:
            if row.question:
                listed.append(_asked_anew(form, form.question(row.question), row))
            else:
                asked = _added(made, row)
                made = made.adding(asked)
                listed.append(asked)
        require(len({q.field.key for q in listed}) == len(listed), "question_twice")
        return form.asking([_under_one(q, self._headings(form)) for q in in_order(form.questions, listed)])

    def _headings(self, form: CallForm) -> dict[str, Wording]:
        """Return each heading by its English, in the words of most languages that are written, the list's first."""
        found: dict[str, Wording] = {}
        for group in (*(row.group for row in self.questions), *form.groups):
            if group and len(group.texts) > len(found[group.en].texts if group.en in found else ()):
                found[group.en] = group
        return found


def _under_one(q: AskedQuestion, headings: Mapping[str, Wording]) -> AskedQuestion:
    return replace(q, field=q.field.model_copy(update={"group": headings[q.heading]})) if q.heading else q


def _asked_anew(form: CallForm, before: AskedQuestion, row: ListedQuestion) -> AskedQuestion:
    field = before.field
    require(before.may_stand_in_group and not before.dropped, "question_unknown")
    require(field.type is row.type, "question_keeps_kind")
    require(row.required or not field.required or before.may_go, "question_stays")
    require(before.is_read or not row.scored_by, "panel_reads_it_not")
    changed = field.model_copy(
        update={
            "title": row.title,
            "hint": row.hint,
            "group": row.group,
            "required": row.required and field.type is not FieldType.YES_NO,
            "max_words": _words(row),
        }
    )
    same = changed.model_copy(update={"group": field.group}) == field
    origin = before.origin if same or before.origin is Origin.ADDED else Origin.REWORDED
    return replace(before, field=changed, origin=origin, scored_by=form.known(row.scored_by))


def _added(form: CallForm, row: ListedQuestion) -> AskedQuestion:
    require(row.type in TYPES, "question_type_unknown")
    field = FieldSpec(
        key=form.new_key("q"),
        type=row.type,
        title=row.title,
        hint=row.hint,
        group=row.group,
        required=row.required and row.type is not FieldType.YES_NO,
        max_words=_words(row),
    )
    return AskedQuestion(field, Origin.ADDED, form.known(row.scored_by))


def _words(row: ListedQuestion) -> int | None:
    most = row.max_words
    require(most is None or 0 < most <= MOST_WORDS, "words_out_of_bounds", most=str(MOST_WORDS))
    return most if row.type in WORDED else None


# A list as rows.


def listed_in(form: CallForm) -> tuple[AskedQuestion, ...]:
    """Return the questions that a list holds, in order."""
    return tuple(q for q in form.asked if q.may_stand_in_group)


def read_questions(
    form: CallForm, grids: Sequence[Grid], *, headings: Collection[str], kinds: Mapping[FieldType, Wording]
) -> tuple[BringQuestions, tuple[Unmet, ...]]:
    """Read a list, its columns as `COLUMNS` has them; or say all that is wrong, cell by cell.

    A row of headings is passed over. `kinds` says what each kind of answer is called, by language.
    """
    rows: list[ListedQuestion] = []
    wrong: list[Unmet] = []
    reader = _Reader(form, kinds)
    for row in rows_in(grids, COLUMNS, headings=headings):
        faults = list(reader.faults(row, {r.question for r in rows}))
        wrong += faults
        if not faults:
            rows.append(reader.read(row))
    if not rows and not wrong:
        wrong.append(Unmet("no_row_found"))
    return BringQuestions(questions=tuple(rows)), tuple(wrong)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What the cells of a list are read by: the form that it changes, and what kinds of answers are called."""

    form: CallForm
    kinds: Mapping[FieldType, Wording]

    def known(self, row: Cells) -> AskedQuestion | None:
        return next((q for q in listed_in(self.form) if q.field.key == row.at("id")), None)

    def kind(self, row: Cells) -> FieldType | None:
        said = row.at("kind").casefold()
        if not said:
            known = self.known(row)
            return known.field.type if known else FieldType.TEXT
        return next((k for k, name in self.kinds.items() if said in {t.casefold() for t in name.texts.values()}), None)

    def criteria(self, row: Cells) -> dict[str, str | None]:
        """Return which criterion each name in the cell stands for, if one and only one is called so."""
        found: dict[str, str | None] = {}
        for name in filter(None, (part.strip() for part in row.at("scored").split(";"))):
            called = [key for key, title in self.form.titles.items() if name.casefold() in _names(key, title)]
            found[name] = called[0] if len(called) == 1 else None
        return found

    def faults(self, row: Cells, taken: Collection[str]) -> Iterator[Unmet]:
        yield from row.beside()
        if row.at("id") and self.known(row) is None:
            yield row.fault("cell_no_question", "id")
        elif row.at("id") in set(taken) - {""}:
            yield row.fault("cell_line_twice", "id")
        yield from row.untold(("question",), ("heading", "question", "help"))
        yield from self._faults_of_kind(row)
        if row.at("words") and not _is_words(row.at("words")):
            yield row.fault("cell_no_words", "words", most=str(MOST_WORDS))
        yield from self._faults_of_answer(row)

    def _faults_of_kind(self, row: Cells) -> Iterator[Unmet]:
        known, kind = self.known(row), self.kind(row)
        if known and kind is not known.field.type:
            yield row.fault("cell_kind_stays", "kind", **self.kinds[known.field.type].params("kind"))
        elif not known and kind not in TYPES:
            yield row.fault(
                "cell_no_question_kind", "kind", **every_name([self.kinds[t] for t in TYPES], "kinds", ", ")
            )

    def _faults_of_answer(self, row: Cells) -> Iterator[Unmet]:
        known, must = self.known(row), row.at("must").casefold()
        if must not in YES | NO:
            yield row.fault("cell_no_yes_no", "must")
        elif known and known.field.required and not known.may_go and must in NO:
            yield row.fault("cell_must_stays", "must")
        named = self.criteria(row)
        if named and known and not known.is_read:
            yield row.fault("cell_not_scored", "scored")
        elif unknown := [name for name, key in named.items() if key is None]:
            every = every_name(self.form.titles.values(), "criteria", "; ")
            yield part_found(row.fault("cell_no_criterion", "scored", **every), unknown[0])

    def read(self, row: Cells) -> ListedQuestion:
        kind = self.kind(row) or FieldType.TEXT
        return ListedQuestion(
            question=row.at("id"),
            title=row.in_two("question") or Wording(en=row.at("question")),
            hint=row.in_two("help"),
            group=row.in_two("heading"),
            type=kind,
            required=row.at("must").casefold() in YES and kind is not FieldType.YES_NO,
            max_words=int(row.at("words")) if row.at("words") and kind in WORDED else None,
            scored_by=tuple(key for key in self.criteria(row).values() if key),
        )


def _names(key: str, title: Wording) -> set[str]:
    return {key.casefold(), *(text.casefold() for text in title.texts.values())}


def _is_words(text: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,3}", text)) and int(text) <= MOST_WORDS
