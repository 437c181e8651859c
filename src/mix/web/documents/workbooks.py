"""What a spreadsheet of Office says: its sheets as tables, values as they are shown, as far as one page holds them.

It knows nothing else of the program but `blocks`; whoever reads a stranger's file does it apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from mix.web.documents.blocks import Block, Paragraph, Table

MOST_ROWS = 300  # of a sheet
MOST_COLUMNS = 40
MOST_SHEETS = 20
MOST_PART = 60 * 2**20  # bytes of one unpacked part
_N = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_DATES = frozenset({*range(14, 23), *range(45, 48)})  # the built-in formats of days and times (ECMA-376, 18.8.30)
_NO_DATE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|General', re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet knows no time zone


def read_workbook(data: bytes) -> tuple[list[Block], bool]:
    """Return each sheet's name and cells, and whether something of them was left out. Raises what the libraries do."""
    blocks: list[Block] = []
    is_cut = False
    with ZipFile(BytesIO(data)) as packed:
        strings = _strings(packed)
        dated = _dated(packed)
        sheets = _sheets(packed)
        for name, part in sheets[:MOST_SHEETS]:
            rows, cut = _rows(packed, part, strings, dated)
            blocks += [Paragraph(name, "Heading 1"), *([Table(rows)] if rows else [])]
            is_cut |= cut
    return blocks, is_cut or len(sheets) > MOST_SHEETS


def read_numbered(data: bytes) -> list[tuple[str, tuple[tuple[int, tuple[str, ...]], ...]]]:
    """Return each sheet's name with its rows that hold something, each with its number. Raises what the libraries do.

    Raises ValueError where there is more than is read: nothing of a table that somebody brings in is left out.
    """
    with ZipFile(BytesIO(data)) as packed:
        strings, dated, sheets = _strings(packed), _dated(packed), _sheets(packed)
        if len(sheets) > MOST_SHEETS:
            raise ValueError(f"it has more than {MOST_SHEETS} sheets")
        return [(name, tuple(_numbered(packed, part, strings, dated))) for name, part in sheets]


def _numbered(
    packed: ZipFile, part: str, strings: list[str], dated: list[bool]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    root = _part(packed, part)
    found = 0
    for count, row in enumerate(() if root is None else root.iterfind(f"{_N}sheetData/{_N}row"), start=1):
        cells = {place: _plain(text) for place, text in _cells(row, strings, dated) if text.strip()}
        if not cells:
            continue
        found += 1
        if found > MOST_ROWS or max(cells) >= MOST_COLUMNS:
            raise ValueError(f"it has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
        yield int(row.get("r", count)), tuple(cells.get(place, "") for place in range(max(cells) + 1))


def _plain(text: str) -> str:
    """Return a number as it is shown: what a computer adds to its last digits goes."""
    if not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) or not re.search("[.eE]", text):
        return text
    return f"{float(text):.6f}".rstrip("0").rstrip(".")


def _part(packed: ZipFile, name: str) -> etree._Element | None:
    if name not in packed.namelist():
        return None
    if packed.getinfo(name).file_size > MOST_PART:
        raise ValueError(f"{name} is too large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(packed.read(name), parser)


def _strings(packed: ZipFile) -> list[str]:
    root = _part(packed, "xl/sharedStrings.xml")
    return [] if root is None else [_said(item) for item in root.iterfind(f"{_N}si")]


def _said(item: etree._Element) -> str:
    """Return the text of a string, of all its runs, without what is read aloud of it (rPh)."""
    return "".join(t.text or "" for t in item.iter(f"{_N}t") if t.getparent().tag != f"{_N}rPh")


def _dated(packed: ZipFile) -> list[bool]:
    """Say of each style of cells whether it shows a day or a time."""
    root = _part(packed, "xl/styles.xml")
    if root is None:
        return []
    own = {f.get("numFmtId"): f.get("formatCode", "") for f in root.iterfind(f"{_N}numFmts/{_N}numFmt")}
    shown = [x.get("numFmtId", "0") for x in root.iterfind(f"{_N}cellXfs/{_N}xf")]
    codes = ((int(i), _NO_DATE.sub("", own.get(i, ""))) for i in shown)
    return [number in _DATES or bool(re.search("[dmyhs]", code, re.IGNORECASE)) for number, code in codes]


def _sheets(packed: ZipFile) -> list[tuple[str, str]]:
    """List the names of the sheets that are not hidden, and where each lies."""
    book, links = _part(packed, "xl/workbook.xml"), _part(packed, "xl/_rels/workbook.xml.rels")
    if book is None or links is None:
        raise ValueError("there is no workbook in it")
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    return [
        (sheet.get("name", ""), "xl/" + targets.get(sheet.get(f"{_R}id"), "").removeprefix("/xl/"))
        for sheet in book.iterfind(f"{_N}sheets/{_N}sheet")
        if sheet.get("state", "visible") == "visible"
    ]


def _rows(
    packed: ZipFile, part: str, strings: list[str], dated: list[bool]
) -> tuple[tuple[tuple[str, ...], ...], bool]:
    root = _part(packed, part)
    if root is None:
        return (), False
    found = list[dict[int, str]]()
    is_cut = False
    for row in root.iterfind(f"{_N}sheetData/{_N}row"):
        cells = {place: text for place, text in _cells(row, strings, dated) if text}
        is_cut |= any(place >= MOST_COLUMNS for place in cells) or (bool(cells) and len(found) >= MOST_ROWS)
        if cells and len(found) < MOST_ROWS:
            found.append({place: text for place, text in cells.items() if place < MOST_COLUMNS})
    width = max((max(cells, default=-1) for cells in found), default=-1) + 1
    return tuple(tuple(cells.get(place, "") for place in range(width)) for cells in found), is_cut


def _cells(row: etree._Element, strings: list[str], dated: list[bool]) -> Iterator[tuple[int, str]]:
    for count, cell in enumerate(row.iterfind(f"{_N}c")):
        letters = re.match("[A-Z]+", cell.get("r", ""))
        place = count if letters is None else _column(letters[0])
        kind, style = cell.get("t", "n"), int(cell.get("s", "0"))
        value = cell.findtext(f"{_N}v") or ""
        if kind == "s" and value:
            yield place, strings[int(value)]
        elif kind == "inlineStr":
            yield place, _said(cell)
        elif kind == "b":
            yield place, {"1": "TRUE", "0": "FALSE"}.get(value, "")
        elif kind == "n" and value and style < len(dated) and dated[style]:
            yield place, _moment(float(value))
        else:
            yield place, value


def _column(letters: str) -> int:
    place = 0
    for letter in letters[:3]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _moment(days: float) -> str:
    """Return a day, a time, or both, as ISO 8601 has them."""
    at = _EPOCH + timedelta(seconds=round(days * 86400))
    if days < 1:
        return at.time().isoformat("minutes")
    return date.isoformat(at) if at.time() == datetime.min.time() else at.isoformat(" ", "minutes")
