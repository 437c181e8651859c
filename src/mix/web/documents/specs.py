"""Fields that a method declares, as form fields: drawn from data, read back from a POST."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

from django.http import QueryDict
from django.utils.translation import ngettext

from mix.phrases.refusals import sentence
from mix.phrases.words import word
from mix.rules.case.carrying import Accord
from mix.rules.core.fields import Column, FieldSpec, FieldType, PriceLine, count_words
from mix.rules.core.unmet import Unmet
from mix.rules.market.price_lines import extended, options_of, total_of
from mix.web.drawing.showing import day, in_english, language, money, plain_amount, quantity, said

BLANK_ROWS = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row, ready to draw."""

    column: Column
    name: str
    value: str
    title: str
    options: list[tuple[str, str]]
    is_checked: bool


@dataclass(frozen=True, slots=True)
class LineCell:
    """One line of a price, ready to draw: the box for its unit price, and what that comes to where it is known."""

    line: PriceLine
    number: int
    name: str
    value: str
    amount: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that answers a question, ready to draw: what it is called here, where it is read, its size in bytes."""

    title: str
    address: str
    size: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, ready to read. One that is files has their `hashes`, and names them where a page says how."""

    spec: FieldSpec
    title: str
    value: Any
    rows: list[list[tuple[str, str]]]
    note: str = ""
    hashes: tuple[str, ...] = ()
    files: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where a field's words come from, ready to draw: its name, its address, and what it says, in lines.

    `is_open` says that the field says something else, and nobody said why since.
    """

    title: str
    address: str
    says: tuple[str, ...]
    standing: Accord
    is_fact: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class CopyView:
    """The challenge from which a field's words were copied, ready to draw; without an address to whoever may not know.

    `city` is by whom it was run.
    """

    title: str
    city: str
    address: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field, ready to draw: texts in the page's language, the value as it is typed, and what is wrong.

    Of a price by lines, `beside` is what its options come to, where there are any.
    """

    spec: FieldSpec
    title: str
    hint: str
    value: str
    is_checked: bool
    words: int
    options: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    lines: list[LineCell] = field(default_factory=list)
    beside: str = ""
    errors: list[str] = field(default_factory=list)
    theirs: Answer | None = None
    source: SourceView | None = None
    copied: CopyView | None = None
    why: str = ""
    why_title: str = ""

    @property
    def described_by(self) -> str:
        """The ids of what stands beside the box: first what is wrong, then the hint."""
        error = f"e-{self.spec.key}" if self.errors else ""
        hint = f"h-{self.spec.key}" if self.hint or self.spec.max_words else ""
        return " ".join(filter(None, (error, hint)))


def typed(spec: FieldSpec | Column, value: object) -> str:
    """Return a stored value as somebody would type it."""
    if value is None or isinstance(value, bool):
        return ""
    if spec.type is FieldType.MONEY and isinstance(value, int):
        return plain_amount(value)
    return str(value)


def draw(
    specs: Sequence[FieldSpec],
    values: Mapping[str, Any],
    unmet: Sequence[Unmet] = (),
    *,
    blanks: int = BLANK_ROWS,
    theirs: Sequence[Answer] = (),
    sources: Mapping[str, SourceView] | None = None,
    copies: Mapping[str, CopyView] | None = None,
) -> list[FieldView]:
    """Make every field ready to draw; `theirs` are answers of others beside which those are to be chosen.

    A field that says why another differs from its source is drawn with that one.
    """
    others = {answer.spec.key: answer for answer in theirs}
    reasons = {spec.why_of: spec for spec in specs if spec.why_of}
    views = []
    for spec in specs:
        if spec.why_of:
            continue
        value = values.get(spec.key)
        rows = value if isinstance(value, list) else []
        views.append(
            FieldView(
                spec=spec,
                title=said(spec.title),
                hint=said(spec.hint) if spec.hint else "",
                value=typed(spec, value) if not isinstance(value, list | Mapping) else "",
                is_checked=value in (True, "yes", "on"),
                words=count_words(value) if isinstance(value, str) else 0,
                options=[(o.key, o.title.in_(language())) for o in spec.options],
                rows=[_row(spec, n, row) for n, row in enumerate([*rows, *({} for _ in range(blanks))])]
                if spec.columns
                else [],
                columns=[said(c.title) for c in spec.columns],
                lines=_lines(spec, value),
                beside=money(amount) if (amount := options_of(spec, value)) else "",
                errors=[sentence(u, language()) for u in unmet if u.field == spec.key],
                theirs=others.get(spec.key),
                source=(sources or {}).get(spec.key),
                copied=(copies or {}).get(spec.key),
                why=str(values.get(why.key) or "") if (why := reasons.get(spec.key)) else "",
                why_title=said(why.title) if why else "",
            )
        )
    return views


def _row(spec: FieldSpec, number: int, row: Mapping[str, Any]) -> list[Cell]:
    return [
        Cell(
            column=column,
            name=f"{spec.key}-{number}-{column.key}",
            value=typed(column, row.get(column.key)),
            title=column.title.in_(language()),
            options=[(o.key, o.title.in_(language())) for o in column.options],
            is_checked=row.get(column.key) in (True, "yes", "on"),
        )
        for column in spec.columns
    ]


def _lines(spec: FieldSpec, value: object) -> list[LineCell]:
    """Draw each line with its unit price, be it cents that were kept or what was typed and refused."""
    priced = value if isinstance(value, Mapping) else {}
    cells = []
    for number, line in enumerate(spec.lines, start=1):
        one = priced.get(line.key)
        typed_one = plain_amount(one) if isinstance(one, int) else str(one or "")
        amount = money(extended(line, one)) if isinstance(one, int) else ""
        cells.append(LineCell(line, number, f"{spec.key}-{line.key}", typed_one, amount))
    return cells


def _read_lines(spec: FieldSpec, value: object) -> list[list[tuple[str, str]]]:
    """Return a price by lines as rows to read, its total last."""
    columns = ("number", "line", "unit", "quantity", "price", "amount")
    heads = [word("price_column", code, language()) for code in columns]
    rows = []
    for cell in _lines(spec, value):
        name = said(cell.line.title)
        if cell.line.is_option:
            name += f" ({word('price_column', 'option', language())})"
        price = money(value[cell.line.key]) if cell.amount and isinstance(value, Mapping) else ""
        row = (str(cell.number), name, said(cell.line.unit), quantity(cell.line.quantity), price, cell.amount)
        rows.append(list(zip(heads, row, strict=True)))
    total, options = total_of(spec, value), options_of(spec, value)
    ends = [("total", "" if total is None else money(total)), *([("options", money(options))] if options else [])]
    for code, amount in ends:
        end = ("", word("price_column", code, language()), "", "", "", amount)
        rows.append(list(zip(heads, end, strict=True)))
    return rows


def read_post(specs: Sequence[FieldSpec], data: QueryDict) -> dict[str, Any]:
    """Read what was posted for the fields, as typed; rows by their numbers, blank ones dropped."""
    raw: dict[str, Any] = {}
    for spec in specs:
        if spec.lines:
            raw[spec.key] = {line.key: data.get(f"{spec.key}-{line.key}", "").strip() for line in spec.lines}
            continue
        if spec.type is FieldType.FILE:
            continue
        if spec.type is not FieldType.ROWS:
            raw[spec.key] = data.get(spec.key, "")
            continue
        rows = []
        for number in count():
            names = {column.key: f"{spec.key}-{number}-{column.key}" for column in spec.columns}
            if not any(name in data for name in names.values()):
                break
            row = {key: data.get(name, "") for key, name in names.items()}
            if any(value.strip() for value in row.values()):
                rows.append(row)
        raw[spec.key] = rows
    return raw


def read_only(
    specs: Sequence[FieldSpec],
    values: Mapping[str, Any],
    *,
    public: bool = False,
    every: bool = False,
    marked: bool = False,
) -> list[Answer]:
    """Make answers ready to read; only those marked public when asked. A reason is there where one was given.

    What a city wrote is `marked`, and so is all that is public: its documents are bare texts, which are English.
    """
    marks = in_english if public or marked else str
    answers = []
    for spec in specs:
        value = values.get(spec.key)
        if (public and not spec.public) or (spec.why_of and not value and not every):
            continue
        rows = [
            [(said(c.title), _value(c, row.get(c.key), marks)) for c in spec.columns]
            for row in (value if isinstance(value, list) and spec.columns else [])
        ]
        if spec.lines:
            rows = _read_lines(spec, value) if value else []
        is_text = not spec.columns and not spec.lines
        hashes = tuple(map(str, value)) if spec.type is FieldType.FILE and isinstance(value, list) else ()
        shown = _counted(hashes) if hashes else _value(spec, value, marks) if is_text else ""
        answers.append(Answer(spec, said(spec.title), shown, rows, hashes=hashes))
    return answers


def _counted(hashes: Sequence[str]) -> str:
    return ngettext("%(n)d file", "%(n)d files", len(hashes)) % {"n": len(hashes)}


def _value(spec: FieldSpec | Column, value: object, marks: Callable[[str], str]) -> str:
    if spec.type is FieldType.FILE:
        return ""
    if spec.type is FieldType.YES_NO:
        return word("answer", "yes" if value else "no", language())
    if spec.type is FieldType.CHOICE:
        return next((said(o.title) for o in spec.options if o.key == value), "")
    if spec.type is FieldType.MONEY and isinstance(value, int):
        return money(value)
    if spec.type is FieldType.DATE and value:
        return day(date.fromisoformat(str(value)))
    unit = spec.unit.in_(language()) if isinstance(spec, FieldSpec) and spec.unit else ""
    shown = typed(spec, value)
    whole = f"{shown} {unit}" if shown and unit else shown
    return marks(whole) if spec.type in (FieldType.TEXT, FieldType.LINE) else whole


def in_lines(answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return an answer as lines: a row is one, what is empty left out."""
    return tuple(
        line
        for answer in answers
        for line in ([str(answer.value)] if answer.value else ["; ".join(v for _t, v in r if v) for r in answer.rows])
    )
