"""The fields of an artifact: what a method may ask for, how an answer is read, and what is still missing.

Answers are plain JSON: text, int (money in cents, counts), "YYYY-MM-DD", booleans, and lists of rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from mix.rules.core.access import Role
from mix.rules.core.file_kinds import FileKind
from mix.rules.core.kinds import Envelope, Route
from mix.rules.core.lines import is_one_line, lines
from mix.rules.core.typography import amount
from mix.rules.core.unmet import Unmet, require

MAX_TEXT = 60_000
MAX_CENTS = 10**13  # one hundred billion dollars; more is a slip of the keyboard
MAX_ROWS = 200
MAX_FILES = 20  # to one question
IN_CATALOGUE = "catalogue"  # what is read in this context has every text in each of these
LANGUAGES_OF_THE_CATALOGUE = ("en", "fr")


class Wording(BaseModel):
    """A text by language ("en", "fr"): in English, and in whichever others it was written. None of them is blank."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, str]
    en: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_by_language(self, info: ValidationInfo) -> Self:
        for code, text in self.texts.items():
            if not re.fullmatch(r"[a-z]{2}", code):
                raise ValueError(f"'{code}' is no language of two letters")
            if not text.strip():
                raise ValueError(f"nothing is written in '{code}'")
        for code in LANGUAGES_OF_THE_CATALOGUE if info.context == IN_CATALOGUE else ():
            if code not in self.texts:
                raise PydanticCustomError("language_missing", "nothing is written in {code}", {"code": code})
        return self

    @classmethod
    def of(cls, texts: Mapping[str, str], *, field: str = "") -> Self:
        """Take what was typed by language, where something was. Raises Refused for a language that is due."""
        written = {code: text.strip() for code, text in texts.items() if text.strip()}
        for code in cls.model_fields:
            require(code in written, "answer_missing", field=field if code == "en" else f"{field}_{code}")
        return cls.model_validate(written)

    @property
    def texts(self) -> dict[str, str]:
        """Every text by its language: English, then the others by their codes, however they were kept."""
        return dict(sorted(self.model_dump().items(), key=lambda pair: (pair[0] != "en", pair[0])))

    def spoken(self, language: str) -> str:
        """Return the language that is read where "fr" or "fr-ca" is asked for: English where it was not written."""
        return language[:2] if language[:2] in self.model_fields_set else "en"

    def in_(self, language: str) -> str:
        """Return the text in a language code such as "fr" or "en-ca", or else in English."""
        return str(getattr(self, self.spoken(language)))

    def params(self, name: str) -> dict[str, str]:
        """Return the text as parameters of a phrase: `step`, and its twins `step_fr`, … of the other languages."""
        return {name if code == "en" else f"{name}_{code}": text for code, text in self.texts.items()}


Said = Wording | str  # a text by language, or in English alone


def as_wording(text: Said) -> Wording | None:
    """Return a text by language; a bare one is English. None where nothing was written."""
    if isinstance(text, Wording):
        return text
    return Wording(en=text) if text.strip() else None


def joined(texts: Iterable[Wording]) -> Wording | None:
    """Put paragraphs under each other, each once, in every language in which all of them were written."""
    rows = list(dict.fromkeys(texts))
    codes = set.intersection(*(set(row.texts) for row in rows)) if rows else set()
    found = {code: "\n\n".join(dict.fromkeys(row.in_(code) for row in rows)) for code in codes}
    return Wording.model_validate(found) if found else None


class Bilingual(Wording):
    """A text of the catalogue, whose documents are in English and in French at least."""

    fr: str = Field(min_length=1)


class FieldType(StrEnum):
    """How an answer is entered and stored."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"
    ROWS = "rows"
    LINES = "lines"
    FILE = "file"


class Option(BaseModel):
    """One answer of a choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str
    title: Wording


class Column(BaseModel):
    """One column of a field of rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: FieldType = FieldType.LINE
    title: Wording
    required: bool = False
    anew: bool = False  # as of a field
    options: tuple[Option, ...] = ()
    source: str = ""  # the column of the rows that are carried here, where it has another key


class PriceLine(BaseModel):
    """One line of a price: what, in which unit, how much of it (a decimal), and whether it is an option."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str = Field(pattern=r"^l[1-9][0-9]*$")
    title: Wording
    unit: Wording
    quantity: str = Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?$")
    is_option: bool = False


class FieldSpec(BaseModel):
    """One field of an artifact or of a vendor's answers. With `routes` a step asks it on these alone.

    What is not `for_panel` is asked of vendors for other ends, and shown to nobody who scores. What is `kept` no city
    drops from a call. What is `checked_by` a duty is a mandatory item, pass or fail: whoever holds that duty looks at
    the answer before anybody scores. A file is answered by at most `most_files` of these `kinds`, of any where none is
    named; what is kept as its answer are their SHA-256 in hex.

    Fields that follow each other with the same `group` stand under it as their heading.

    A field with a `source` says what another says ("step.field", "need.what"), and is one fact with it: to differ it
    needs a reason, which is the answer of the field whose `why_of` names it. What only `begins` with another is its own
    once it is written. Both are checked with the method (`rules.city.sources`).

    What is said `anew` is never copied when a challenge begins from another: persons, accounts, amounts, results.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: FieldType = FieldType.TEXT
    title: Wording
    hint: Wording | None = None
    group: Wording | None = None
    required: bool = False
    must_be_yes: bool = False
    max_words: int | None = Field(default=None, gt=0)
    unit: Wording | None = None
    options: tuple[Option, ...] = ()
    columns: tuple[Column, ...] = ()
    lines: tuple[PriceLine, ...] = Field(default=(), max_length=MAX_ROWS)
    min_rows: int = Field(default=0, ge=0, le=MAX_ROWS)
    max_rows: int = Field(default=MAX_ROWS, ge=1, le=MAX_ROWS)
    kinds: tuple[FileKind, ...] = ()
    most_files: int = Field(default=1, ge=1, le=MAX_FILES)
    public: bool = False
    anew: bool = False
    envelope: str = "technical"
    for_panel: bool = True
    kept: bool = False
    checked_by: Role | None = None
    routes: tuple[Route, ...] = ()
    source: str = ""
    begins: str = ""
    why_of: str = ""

    @property
    def place(self) -> str:
        """The place whose words are carried here, if any are."""
        return self.source or self.begins

    @model_validator(mode="after")
    def _comes_from_one_place(self) -> FieldSpec:
        if self.source and self.begins:
            raise ValueError("a field has a source, or begins with one")
        if any(column.source for column in self.columns) and not self.place:
            raise ValueError("a column has a source where its field has one")
        return self

    @model_validator(mode="after")
    def _files_lie_beside_answers(self) -> FieldSpec:
        if self.type is not FieldType.FILE and (self.kinds or self.most_files != 1):
            raise ValueError("a file, and only it, is of a kind")
        if self.type is FieldType.FILE and (self.envelope != Envelope.TECHNICAL or self.public or self.place):
            raise ValueError("a file is asked beside the answers, and comes from nowhere else")
        return self

    @model_validator(mode="after")
    def _lines_and_rows_hold(self) -> FieldSpec:
        if (self.type is FieldType.LINES) != bool(self.lines):
            raise ValueError("a price by lines, and only it, has lines")
        if self.lines and self.envelope != Envelope.PRICE:
            raise ValueError("a price by lines lies in the price envelope")
        if self.min_rows > self.max_rows:
            raise ValueError("the least number of rows is above the most")
        return self

    @model_validator(mode="after")
    def _parts_fit_the_type(self) -> FieldSpec:
        if (self.type is FieldType.CHOICE) != bool(self.options):
            raise ValueError("a choice, and only a choice, has options")
        if (self.type is FieldType.ROWS) != bool(self.columns):
            raise ValueError("a field of rows, and only it, has columns")
        if self.min_rows and self.type is not FieldType.ROWS:
            raise ValueError("a field of rows, and only it, has a least number of them")
        if self.must_be_yes and self.type is not FieldType.YES_NO:
            raise ValueError("a field of yes or no, and only it, must be yes")
        if self.checked_by and (
            self.type is not FieldType.YES_NO or self.for_panel or self.envelope != Envelope.TECHNICAL
        ):
            raise ValueError("what is checked is answered yes or no beside the answers, and is not for the panel")
        for what, keys in (
            ("options", [option.key for option in self.options]),
            ("columns", [column.key for column in self.columns]),
            ("lines", [line.key for line in self.lines]),
        ):
            if twice := [key for n, key in enumerate(keys) if key in keys[:n]]:
                raise ValueError(f"two {what} are called '{twice[0]}'")
        return self


class BadValue(ValueError):
    """An answer that cannot be read; `code` is a key of `mix.phrases.refusals`."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def read_money(text: str) -> int:
    """Read an amount as people write it, "12,500.00", "12 500,00 $" or "12500", into cents.

    Raises BadValue for text, negative, more than two decimals, or more than a hundred billion.
    """
    bare = re.sub(r"[\s  $]|CAD|CA", "", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d{1,2})?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"\d+,\d{1,2}", bare):
        bare = bare.replace(",", ".")
    if not re.fullmatch(r"\d+(\.\d{1,2})?", bare) or len(bare) > 20:
        raise BadValue("not_an_amount", given=text[:40])
    cents = int(Decimal(bare) * 100)
    if cents > MAX_CENTS:
        raise BadValue("amount_too_large", given=text[:40])
    return cents


def _read_number(text: str) -> str:
    bare = re.sub(r"[\s  %]", "", text).replace(",", ".")
    if not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", bare):
        raise BadValue("not_a_number", given=text[:40])
    return str(Decimal(bare))


def _read_date(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise BadValue("not_a_date", given=text[:40]) from None


def _read_choice(text: str, options: Sequence[Option]) -> str:
    if text not in {o.key for o in options}:
        raise BadValue("not_an_option", given=text[:40])
    return text


def _typed(raw: object, type_: FieldType) -> str:
    """Return what was typed, trimmed. Raises BadValue for what is too long, or on several lines where one is asked."""
    given = "" if raw is None else str(raw).replace("\x00", "")
    text = (lines(given) if type_ is FieldType.TEXT else given.replace("\r\n", "\n")).strip()
    if len(text) > MAX_TEXT:
        raise BadValue("text_too_long", most=str(MAX_TEXT))
    if type_ is not FieldType.TEXT and not is_one_line(text):
        raise BadValue("not_one_line")
    return text


def read_value(spec: FieldSpec | Column, raw: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Read one raw answer into its stored form; "" and None mean no answer. Raises BadValue."""
    if spec.type is FieldType.ROWS and isinstance(spec, FieldSpec):
        return _read_rows(spec, raw)
    if spec.type is FieldType.LINES and isinstance(spec, FieldSpec):
        return _read_lines(spec, raw)
    if spec.type is FieldType.YES_NO:
        return raw in (True, "yes", "on", "true")
    if spec.type is FieldType.MONEY and isinstance(raw, int):
        return _in_range(raw)
    text = _typed(raw, spec.type)
    if not text:
        return None
    match spec.type:
        case FieldType.MONEY:
            return read_money(text)
        case FieldType.NUMBER:
            return _read_number(text)
        case FieldType.DATE:
            return _read_date(text)
        case FieldType.CHOICE:
            return _read_choice(text, spec.options)
        case _:
            return text


def _in_range(cents: int) -> int:
    if not 0 <= cents <= MAX_CENTS:
        raise BadValue("amount_too_large", given=amount(cents, "en"))
    return cents


def _read_rows(spec: FieldSpec, raw: object) -> list[dict[str, Any]]:
    rows = []
    if isinstance(raw, list | tuple) and len(raw) > MAX_ROWS:
        raise BadValue("too_many_rows", most=str(MAX_ROWS), given=str(len(raw)))
    for given in raw if isinstance(raw, list | tuple) else ():
        row = {column.key: read_value(column, given.get(column.key)) for column in spec.columns}
        if any(value not in (None, False) for value in row.values()):
            rows.append(row)
    return rows


def _read_lines(spec: FieldSpec, raw: object) -> dict[str, int]:
    """Read the unit price of each line, in cents; a line without one is not there. Raises BadValue for every other."""
    given = raw if isinstance(raw, Mapping) else {}
    found: dict[str, int] = {}
    wrong = []
    for number, line in enumerate(spec.lines, start=1):
        typed = given.get(line.key)
        try:
            cents = _in_range(typed) if isinstance(typed, int) else read_money(text) if (text := _bare(typed)) else None
        except BadValue:
            wrong.append(f"{number}: “{str(typed)[:20]}”")
            continue
        if cents is not None:
            found[line.key] = cents
    if wrong:
        raise BadValue("lines_not_amounts", given="; ".join(wrong[:12]) + ("; …" if len(wrong) > 12 else ""))
    return found


def _bare(typed: object) -> str:
    return str("" if typed is None else typed).strip()


def read_answers(specs: Sequence[FieldSpec], raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, BadValue]]:
    """Read every field; return what could be read and, by field key, what could not. Nothing raises.

    A file is sealed as it arrives, and never typed.
    """
    good: dict[str, Any] = {}
    bad: dict[str, BadValue] = {}
    for spec in specs:
        if spec.type is FieldType.FILE:
            continue
        try:
            good[spec.key] = read_value(spec, raw.get(spec.key))
        except BadValue as error:
            bad[spec.key] = error
    return good, bad


def count_words(text: str) -> int:
    """Count words as a reader would: runs of characters between white space."""
    return len(text.split())


def reason_field(spec: FieldSpec) -> FieldSpec:
    """Return the field that says why another differs from its source; it is as public as that one."""
    titles = {
        "en": f"Why “{spec.title.in_('en')}” differs from its source",
        "fr": f"Pourquoi «\u00a0{spec.title.in_('fr')}\u00a0» diffère de sa source",
    }
    title = Wording.model_validate(titles)
    return FieldSpec(key=f"{spec.key}_why", title=title, public=spec.public, routes=spec.routes, why_of=spec.key)


def with_reasons(specs: Sequence[FieldSpec]) -> tuple[FieldSpec, ...]:
    """Put behind each field that has a source the one that says why it differs."""
    return tuple(one for spec in specs for one in ((spec, reason_field(spec)) if spec.source else (spec,)))


def missing_answers(specs: Sequence[FieldSpec], answers: Mapping[str, Any]) -> tuple[Unmet, ...]:
    """List what keeps the answers from being complete, in the order of the fields."""
    return tuple(unmet for spec in specs for unmet in _missing_in(spec, answers.get(spec.key)))


def _missing_in(spec: FieldSpec, value: object) -> list[Unmet]:
    found: list[Unmet] = []
    params = spec.title.params("field")
    if spec.must_be_yes and value is not True:
        found.append(Unmet("field_must_be_yes", params, field=spec.key))
    elif spec.checked_by and value is not True:
        found.append(Unmet("item_not_met", params, field=spec.key))
    elif spec.type is FieldType.FILE:
        return [Unmet("file_missing", params, field=spec.key)] if spec.required and not value else []
    elif spec.required and spec.type is not FieldType.YES_NO and value in (None, "", []) and not spec.lines:
        found.append(Unmet("field_missing", params, field=spec.key))
    priced = value if isinstance(value, dict) else {}
    if owed := sum(not line.is_option and line.key not in priced for line in spec.lines):
        found.append(Unmet("lines_missing", {**params, "count": str(owed)}, field=spec.key))
    if spec.max_words and isinstance(value, str) and count_words(value) > spec.max_words:
        found.append(
            Unmet(
                "too_many_words",
                {**params, "most": str(spec.max_words), "has": str(count_words(value))},
                field=spec.key,
            )
        )
    if isinstance(value, list):
        found.extend(_missing_in_rows(spec, value, params=params))
    return found


def _missing_in_rows(spec: FieldSpec, rows: list[dict[str, Any]], *, params: dict[str, str]) -> list[Unmet]:
    found = []
    if 0 < len(rows) < spec.min_rows or (spec.required and not rows and spec.min_rows > 1):
        found.append(Unmet("too_few_rows", {**params, "least": str(spec.min_rows)}, field=spec.key))
    if len(rows) > spec.max_rows:
        most = {"most": str(spec.max_rows), "has": str(len(rows))}
        found.append(Unmet("rows_above_most", {**params, **most}, field=spec.key))
    for number, row in enumerate(rows, start=1):
        found.extend(
            Unmet(
                "cell_missing",
                {**params, "row": str(number), **c.title.params("column")},
                field=spec.key,
            )
            for c in spec.columns
            if c.required and row.get(c.key) in (None, "")
        )
    return found
