"""An artifact as a Word file, in the city's own template, and back: what fits the fields is taken from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import docx

from mix.rules.core.fields import Column, FieldSpec, FieldType, Wording
from mix.rules.core.lines import lines
from mix.rules.core.unmet import Refused, Unmet
from mix.web.documents.apart import Broken
from mix.web.documents.blocks import Left, Paragraph, Table
from mix.web.documents.specs import read_only, typed
from mix.web.documents.word import (
    Outline,
    fill,
    fill_apart,
    names_apart,
    outline_apart,
    timeless,
)

MOST_BYTES = 5 * 2**20
MOST_UNPACKED = 40 * 2**20
MOST_PARTS = 500
NOTHING = "–"
JOINER = "\u2060"  # nobody sees it: after the sign for nothing it says that somebody typed that sign
TICKED = frozenset("☒☑✓✔")
PLACES = ("title", "challenge", "city", "version", "written_by", "saved_at", "answers")  # what a template may name


def _check(data: bytes, name: str) -> None:
    """Refuse what is no Word file, or would unpack to more than a page of text ever needs."""
    if len(data) > MOST_BYTES:
        raise Refused(Unmet("file_too_large", {"name": name, "most": str(MOST_BYTES // 2**20)}, field="file"))
    try:
        with ZipFile(BytesIO(data)) as packed:
            parts = packed.infolist()
            fits = len(parts) <= MOST_PARTS and sum(p.file_size for p in parts) <= MOST_UNPACKED
            fits = fits and "word/document.xml" in packed.namelist()
    except (BadZipFile, OSError, ValueError):
        fits = False
    if not fits:
        raise Refused(Unmet("docx_unreadable", {"name": name}, field="file"))


@cache
def plain_template() -> bytes:
    """Return the template of a city that has none of its own: a file to begin one from."""
    made = docx.Document()
    made.add_heading("{{ title }}", level=0)
    made.add_paragraph("{{ city }} · {{ challenge }}")
    made.add_paragraph("{{ version }} · {{ written_by }}, {{ saved_at }}")
    made.add_paragraph("{%p for answer in answers %}")
    made.add_heading("{{ answer.title }}", level=1)
    made.add_paragraph("{%p if answer.rows %}")
    table = made.add_table(rows=4, cols=3, style="Table Grid")
    for row, (before, cell, after) in enumerate(
        (
            ("{%tc for name in answer.columns %}", "{{ name }}", "{%tc endfor %}"),
            ("{%tr for row in answer.rows %}", "", ""),
            ("{%tc for cell in row %}", "{{ cell }}", "{%tc endfor %}"),
            ("{%tr endfor %}", "", ""),
        )
    ):
        for column, text in enumerate((before, cell, after)):
            table.cell(row, column).text = text
    made.add_paragraph("{%p else %}")
    made.add_paragraph("{{ answer.text }}")
    made.add_paragraph("{%p endif %}")
    made.add_paragraph("{%p endfor %}")
    return timeless(made)


def check_template(data: bytes, name: str) -> None:
    """Refuse a template that is no Word file, names what there is not, does what it may not, or shows no answers."""
    _check(data, name)
    answers = [
        {"title": "One", "text": "Sample", "columns": [], "rows": []},
        {"title": "Two", "text": "", "columns": ["A", "B"], "rows": [["1", "mixmixmix"]]},
    ]
    sample = {**dict.fromkeys(PLACES, "x"), "answers": answers}
    with _said("docx_template_wrong"):
        unknown = set(names_apart(data)) - set(PLACES)
        if unknown:
            raise Refused(Unmet("docx_template_names", {"names": ", ".join(sorted(unknown))}, field="file"))
        text = "\n".join(_texts(outline_apart(fill_apart(data, sample))))
    if "Sample" not in text or "mixmixmix" not in text:
        raise Refused(Unmet("docx_template_bare", field="file"))


@contextmanager
def _said(code: str, **params: str) -> Iterator[None]:
    """Refuse with a code what cannot be read or filled, with why."""
    try:
        yield
    except Broken as error:
        raise Refused(Unmet(code, {"why": str(error)[:200], **params}, field="file")) from None


def _texts(found: Outline) -> list[str]:
    return [
        text
        for block in found.blocks
        for text in ((cell for row in block.rows for cell in row) if isinstance(block, Table) else (block.text,))
    ]


def write_docx(
    template: bytes | None, specs: Sequence[FieldSpec], content: Mapping[str, Any], *, mark: str, **said: str
) -> bytes:
    """Fill a template with the answers. `mark` goes into the file's properties, so that it finds its way back."""
    answers = [
        {
            "title": answer.title,
            "text": _in_word(answer.spec, content.get(answer.spec.key), str(answer.value)),
            "columns": [title for title, _value in answer.rows[0]] if answer.rows else [],
            "rows": [[_as_written(value) for _title, value in row] for row in answer.rows],
        }
        for answer in read_only(specs, content)
    ]
    context = _printable({**said, "mark": mark, "answers": answers})
    with _said("docx_template_wrong"):
        return fill_apart(template, context) if template else fill(plain_template(), context)


def _printable(value: Any) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Clean every text of what no file of Word may hold: one such character would take others with it."""
    if isinstance(value, str):
        return lines(value)
    if isinstance(value, Mapping):
        return {key: _printable(inner) for key, inner in value.items()}
    return [_printable(inner) for inner in value]


def _in_word(spec: FieldSpec | Column, value: object, said: str) -> str:
    """Write a day as it is read back, everything else as on the page, and a sign for nothing."""
    return _as_written(typed(spec, value) if spec.type is FieldType.DATE else said) or NOTHING


def _as_written(text: str) -> str:
    """Tell the sign for nothing that somebody typed from our own."""
    return f"{text}{JOINER}" if text == NOTHING else text


@dataclass(slots=True)
class Taken:
    """What a file holds: answers as typed, the mark of the version that it was made from, and what fits nowhere.

    `left` is what is no text, such as a picture; of tracked changes it says how many were accepted, and whose.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    mark: str = ""
    left_over: list[str] = field(default_factory=list)
    left: Sequence[Left] = ()
    changes: int = 0
    authors: Sequence[str] = ()


def read_docx(data: bytes, name: str, specs: Sequence[FieldSpec]) -> Taken:
    """Take from a Word file what stands under the titles of the fields, in English or French. Raises Refused."""
    _check(data, name)
    with _said("docx_unreadable", name=name):
        found = outline_apart(data)
    taken = Taken(mark=found.mark, left=found.left, changes=found.changes, authors=found.authors)
    _read_blocks(found.blocks, specs, taken)
    if not taken.answers:
        raise Refused(Unmet("docx_without_fields", {"name": name, "first": specs[0].title.en}, field="file"))
    return taken


def _read_blocks(blocks: Sequence[Paragraph | Table], specs: Sequence[FieldSpec], taken: Taken) -> None:
    here: FieldSpec | None = None
    titles = _titles(blocks, specs)
    for number, block in enumerate(blocks):
        if isinstance(block, Table):
            rows = _read_table(block, here) if here and here.columns else None
            if rows is None or here is None:
                taken.left_over += [" | ".join(row)[:200] for row in block.rows]
            else:
                taken.answers[here.key] = [*taken.answers.get(here.key, []), *rows]
            continue
        text = block.text.strip()
        found = titles.get(number)
        if found is not None:
            here = found
            taken.left_over = [] if not taken.answers and taken.mark else taken.left_over  # the head that we wrote
            taken.answers.setdefault(found.key, [] if found.columns else "")
        elif _is_heading(block) or here is None or here.columns:
            here = here if here and here.columns and not text else None
            taken.left_over += [text[:200]] if text and text != NOTHING else []
        else:
            taken.answers[here.key] = f"{taken.answers[here.key]}\n{block.text}"
    for spec in specs:
        if isinstance(taken.answers.get(spec.key), str):
            taken.answers[spec.key] = _as_typed(spec, taken.answers[spec.key].strip())


def _titles(blocks: Sequence[Paragraph | Table], specs: Sequence[FieldSpec]) -> dict[int, FieldSpec]:
    """Say which paragraphs are titles of fields: headings, with a number before them or none.

    A paragraph that is no heading is one where no heading has that title: an answer may say what a title says.
    """
    texts = [(n, b, b.text.strip()) for n, b in enumerate(blocks) if isinstance(b, Paragraph)]
    headed = {
        n: spec
        for n, block, text in texts
        if _is_heading(block)
        for spec in specs
        if _is_titled(spec.title, text) or _is_titled(spec.title, re.sub(r"^\d+(\.\d+)*[.)]?\s+", "", text))
    }
    others = [spec for spec in specs if spec not in headed.values()]
    plain = {n: spec for n, _block, text in texts for spec in others if _is_titled(spec.title, text)}
    return {**plain, **headed}


def _is_heading(block: Paragraph) -> bool:
    return block.style.casefold().startswith("heading")


def _is_titled(title: Wording, text: str) -> bool:
    bare = _bare(text)
    return bool(bare) and bare in map(_bare, title.texts.values())


def _bare(text: str) -> str:
    return re.sub(r"[\s:*]+", " ", text.replace("’", "'")).strip().casefold()


def _read_table(table: Table, spec: FieldSpec) -> list[dict[str, str]] | None:
    """Read the rows of a table whose first row names columns of the field; None when it names none."""
    if not table.rows:
        return None
    heads = table.rows[0]
    columns = [next((c for c in spec.columns if _is_titled(c.title, head)), None) for head in heads]
    if not any(columns):
        return None
    return [
        {column.key: _as_typed(column, cell.strip()) for column, cell in zip(columns, row, strict=False) if column}
        for row in table.rows[1:]
    ]


def _as_typed(spec: FieldSpec | Column, text: str) -> str:
    """Return what somebody would type on the page for what stands in the file."""
    if text in (NOTHING, f"{NOTHING}{JOINER}"):
        return text[1:] and NOTHING
    if spec.type is FieldType.CHOICE:
        return next((o.key for o in spec.options if _is_titled(o.title, text)), text)
    if spec.type is FieldType.YES_NO:
        return "yes" if _bare(text) in ("yes", "oui", *TICKED) else ""
    if spec.type is FieldType.DATE:
        day = re.search(r"\d{4}-\d\d-\d\d", text)
        return day.group() if day else text
    if spec.type is FieldType.NUMBER and isinstance(spec, FieldSpec) and spec.unit:
        return re.sub(rf"({'|'.join(map(re.escape, spec.unit.texts.values()))})$", "", text).strip()
    return text
