"""The mandatory items of a call: demanded one by one, or by a list; each change is a value that makes the next form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from mix.rules.core.access import OWNERS, Role
from mix.rules.core.fields import FieldSpec, FieldType, Wording
from mix.rules.core.unmet import Unmet, require
from mix.rules.core.versioned import Form
from mix.rules.market.call_forms import AskedQuestion, CallForm, Origin
from mix.rules.market.lists import Cells, every_name, in_order, rows_in
from mix.rules.market.price_lines import Grid

PROOF_WORDS = 250  # in which a vendor says how it meets a mandatory item
COLUMNS = ("id", "item", "item_fr", "looks_at", "looks_at_fr", "checked_by")


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
        key = form.new_key("m")
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
        return form.asking((*form.questions[:last], made, *form.questions[last:]))


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
        return form.with_question(replace(before, field=before.field.model_copy(update=update), proof=proof))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedItem(Form):
    """One item of a list: its key, or none where it is new."""

    question: str = ""
    title: Wording
    looks_at: Wording
    checked_by: Role
    proof: Wording

    def alone(self) -> AddItem | ChangeItem:
        """Return the same as a change of its own."""
        title, looks_at, checked_by, proof = self.title, self.looks_at, self.checked_by, self.proof
        if not self.question:
            return AddItem(title=title, looks_at=looks_at, checked_by=checked_by, proof=proof)
        return ChangeItem(question=self.question, title=title, looks_at=looks_at, checked_by=checked_by, proof=proof)


@dataclass(frozen=True, slots=True, kw_only=True)
class BringItems(Form):
    """Demand as a list says: in its order and words, with what is new. What it does not hold stays."""

    change: Literal["bring_items"] = "bring_items"
    items: tuple[ListedItem, ...]

    def apply(self, form: CallForm) -> CallForm:
        """Return the form as the list has it; one change, however many items."""
        made, keys = form, []
        for row in self.items:
            keys.append(row.question or made.new_key("m"))
            require(not row.question or not form.question(row.question).dropped, "question_unknown")
            made = row.alone().apply(made)
        require(len(set(keys)) == len(keys), "question_twice")
        items = in_order([q for q in form.questions if q.is_item], [made.question(key) for key in keys])
        return form.asking((*items, *(q for q in made.questions if not q.is_item)))


def read_items(
    form: CallForm,
    grids: Sequence[Grid],
    *,
    headings: Collection[str],
    duties: Mapping[Role, Wording],
    proof: Callable[[Wording], Wording],
) -> tuple[BringItems, tuple[Unmet, ...]]:
    """Read a list of items, its columns as `COLUMNS` has them; or say all that is wrong, cell by cell.

    `duties` says what each duty that may check is called, by language, and `proof` how a vendor is asked to show an
    item.
    """
    rows: list[ListedItem] = []
    wrong: list[Unmet] = []
    for row in rows_in(grids, COLUMNS, headings=headings):
        faults = list(_faults(form, row, {r.question for r in rows}, duties))
        wrong += faults
        if not faults:
            title = row.in_two("item") or Wording(en=row.at("item"))
            rows.append(
                ListedItem(
                    question=row.at("id"),
                    title=title,
                    looks_at=row.in_two("looks_at") or Wording(en=row.at("looks_at")),
                    checked_by=_duty(row, duties) or Role.STAFF,
                    proof=proof(title),
                )
            )
    if not rows and not wrong:
        wrong.append(Unmet("no_row_found"))
    return BringItems(items=tuple(rows)), tuple(wrong)


def _faults(form: CallForm, row: Cells, taken: Collection[str], duties: Mapping[Role, Wording]) -> Iterator[Unmet]:
    yield from row.beside()
    if row.at("id") and row.at("id") not in {q.field.key for q in form.items}:
        yield row.fault("cell_no_item", "id")
    elif row.at("id") in set(taken) - {""}:
        yield row.fault("cell_line_twice", "id")
    yield from row.untold(("item", "looks_at"), ("item", "looks_at"))
    if _duty(row, duties) is None:
        yield row.fault("cell_no_duty", "checked_by", **every_name(duties.values(), "duties", ", "))


def _duty(row: Cells, duties: Mapping[Role, Wording]) -> Role | None:
    said = row.at("checked_by").casefold()
    return next((duty for duty, name in duties.items() if said in {t.casefold() for t in name.texts.values()}), None)
