"""Which lists a call has that go out as a table and come in from one: questions, mandatory items, lines of a price."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mix.phrases.words import wording as said_in_each
from mix.rules.core.access import OWNERS, Role
from mix.rules.core.fields import FieldType, PriceLine, Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Unmet
from mix.rules.market import call_items, question_lists
from mix.rules.market.call_changes import Change, PriceByLines
from mix.rules.market.call_forms import AskedQuestion, CallForm
from mix.rules.market.lists import Listed
from mix.rules.market.price_lines import Grid, read_lines
from mix.web.drawing.showing import language

YES = {True: "yes", False: ""}
NEW_PRICE = "prices"


@dataclass(frozen=True)
class CallList(ABC):
    """A list of a call: its columns, how its rows go out, and how rows that came in are read as a change.

    `what` names it in addresses, `group` the words that its columns are called by. With `titled` whoever brings it in
    says what it is called.
    """

    what: ClassVar[str] = ""
    columns: ClassVar[tuple[str, ...]] = ()
    group: ClassVar[str] = ""
    title: ClassVar[str | Promise] = ""
    hint: ClassVar[str | Promise] = ""
    notes: ClassVar[tuple[str | Promise, ...]] = ()
    change: ClassVar[type[Any]] = object
    titled: ClassVar[bool] = False

    @property
    def place(self) -> str:
        """Return what stands for it in an address."""
        return self.what

    @property
    def headings(self) -> set[str]:
        """Return what a heading of each column is called, in any language."""
        return {text for column in self.columns for text in said_in_each(self.group, column).texts.values()}

    def heads(self) -> list[str | float]:
        """Return the headings in the page's language."""
        return [said_in_each(self.group, column).in_(language()) for column in self.columns]

    @abstractmethod
    def rows(self, form: CallForm) -> list[Listed]:
        """Return what a form holds of it, as it is handed out."""

    @abstractmethod
    def read(self, form: CallForm, grids: Sequence[Grid], *, title: Wording | None) -> tuple[Change, tuple[Unmet, ...]]:
        """Read rows that came in: the change that they say, and all that is wrong with them."""

    def may_say(self, change: Change) -> bool:
        """Say whether a change may come of this list."""
        return isinstance(change, self.change)

    def then(self, before: CallForm, after: CallForm) -> CallList:  # noqa: ARG002 - of lists that begin something
        """Return the same list once a change was made."""
        return self

    def first_title(self, form: CallForm) -> Wording | None:  # noqa: ARG002 - of lists that have one
        """Return what it is called so far."""
        return None


class QuestionList(CallList):
    """The questions that may stand under headings."""

    what = "questions"
    columns = question_lists.COLUMNS
    group = "question_column"
    title = _("Questions as a list")
    hint = _("One question a row, in the columns of the file above. What is not in the list stays as it is.")
    notes = (
        _("A row with an id changes that question, whose kind of answer stays. A row without one is new."),
        _("The rows are the order in which vendors are asked. Nothing is dropped by a list."),
        _("Prices and mandatory items are not in it; files and tables keep what they ask for."),
    )
    change = question_lists.BringQuestions

    def rows(self, form: CallForm) -> list[Listed]:
        """Return the questions."""
        return [
            Listed(q.field.key, q.field.title, dict(zip(self.columns, self._row(form, q), strict=True)))
            for q in question_lists.listed_in(form)
        ]

    def _row(self, form: CallForm, asked: AskedQuestion) -> list[str | float]:
        of = asked.field
        texts = [text for one in (of.group, of.title, of.hint) for text in _in_two(one)]
        kind = said_in_each("answer_type", of.type.value).in_(language())
        scored = "; ".join(form.titles[name].in_(language()) for name in asked.scored_by)
        return [of.key, *texts, kind, of.max_words or "", YES[of.required or of.must_be_yes], scored]

    def read(
        self,
        form: CallForm,
        grids: Sequence[Grid],
        *,
        title: Wording | None,  # noqa: ARG002 - of other lists
    ) -> tuple[Change, tuple[Unmet, ...]]:
        """Read questions."""
        kinds = {kind: said_in_each("answer_type", kind.value) for kind in FieldType}
        return question_lists.read_questions(form, grids, headings=self.headings, kinds=kinds)


class ItemList(CallList):
    """The mandatory items."""

    what = "items"
    columns = call_items.COLUMNS
    group = "item_column"
    title = _("Mandatory items as a list")
    hint = _("One item a row, in the columns of the file above. What is not in the list stays as it is.")
    notes = (
        _("A row with an id changes that item. A row without one is new."),
        _("The rows are the order in which they stand. Nothing is dropped by a list."),
    )
    change = call_items.BringItems

    def rows(self, form: CallForm) -> list[Listed]:
        """Return the items."""
        return [
            Listed(q.field.key, q.field.title, dict(zip(self.columns, self._row(q), strict=True))) for q in form.items
        ]

    def _row(self, asked: AskedQuestion) -> list[str | float]:
        of = asked.field
        duty = said_in_each("role", of.checked_by.value).in_(language()) if of.checked_by else ""
        return [of.key, *_in_two(of.title), *_in_two(of.hint), duty]

    def read(
        self,
        form: CallForm,
        grids: Sequence[Grid],
        *,
        title: Wording | None,  # noqa: ARG002 - of other lists
    ) -> tuple[Change, tuple[Unmet, ...]]:
        """Read items."""
        duties = {role: said_in_each("role", role.value) for role in CHECKERS}
        return call_items.read_items(form, grids, headings=self.headings, duties=duties, proof=proof_of)


@dataclass(frozen=True)
class LineList(CallList):
    """The lines of a price: of a question that is asked, or of a new one."""

    question: str = ""

    columns = ("line", "unit", "quantity", "option", "line_fr", "unit_fr")
    group = "price_column"
    title = _("Lines of a price as a list")
    hint = _("One line a row: what, unit, quantity, yes if it is an option; in French what and unit, if you like.")
    notes = (
        _("The list takes the place of all lines: a line that is not in it goes."),
        _("Vendors give a price for each unit. Scored is the sum of all lines that are no options."),
    )
    change = PriceByLines
    titled = True

    @property
    def place(self) -> str:
        """Return the key of its question, or what stands for a new one."""
        return self.question or NEW_PRICE

    def rows(self, form: CallForm) -> list[Listed]:
        """Return the lines, each known by what it is called; of a new price there are none."""
        found = next((q.field.lines for q in form.questions if q.field.key == self.question), ())
        called = [line.title.en.casefold() for line in found]
        return [
            Listed(
                f"{name} {called[:place].count(name)}",
                line.title,
                dict(zip(self.columns, self._row(line), strict=True)),
            )
            for place, (name, line) in enumerate(zip(called, found, strict=True))
        ]

    def then(self, before: CallForm, after: CallForm) -> CallList:
        """Return the list of the question that came, where it is a new price."""
        known = {q.field.key for q in before.questions}
        return (
            self if self.question else LineList(next(q.field.key for q in after.questions if q.field.key not in known))
        )

    def _row(self, line: PriceLine) -> list[str | float]:
        quantity = float(line.quantity) if "." in line.quantity else int(line.quantity)
        french = (text.texts.get("fr", "") for text in (line.title, line.unit))
        return [line.title.en, line.unit.en, quantity, YES[line.is_option], *french]

    def read(self, form: CallForm, grids: Sequence[Grid], *, title: Wording | None) -> tuple[Change, tuple[Unmet, ...]]:
        """Read lines."""
        lines, wrong = read_lines(grids, headings=self.headings)
        said = title or self.first_title(form) or Wording(en="–")
        return PriceByLines(question=self.question, title=said, lines=lines), wrong

    def may_say(self, change: Change) -> bool:
        """Say whether a change is of the lines of this question."""
        return isinstance(change, PriceByLines) and change.question == self.question

    def first_title(self, form: CallForm) -> Wording | None:
        """Return what is priced so far."""
        return form.question(self.question).field.title if self.question else None


def _in_two(words: Wording | None) -> tuple[str, str]:
    return (words.en, words.texts.get("fr", "")) if words else ("", "")


CHECKERS = tuple(role for role in Role if role in OWNERS)


def proof_of(title: Wording) -> Wording:
    """Return what a vendor is asked to show for an item, in each language of the site."""
    texts: Mapping[str, str] = said_in_each("item", "proof").texts
    return Wording.model_validate({code: text.format(item=title.in_(code)) for code, text in texts.items()})


def find_list(what: str, form: CallForm) -> CallList | None:
    """Return a list by what an address says of it, if the call has it."""
    if what == QuestionList.what:
        return QuestionList()
    if what == ItemList.what:
        return ItemList() if form.evaluations else None
    if what == NEW_PRICE:
        return LineList() if any(q.field.envelope == Envelope.PRICE for q in form.questions) else None
    return LineList(what) if any(q.field.lines and q.field.key == what for q in form.asked) else None
