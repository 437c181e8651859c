"""Spreadsheets of Office: their sheets as tables, values as they are shown, as far as one page holds them; and made.

It knows nothing else of the program but `blocks`; whoever reads a stranger's file does it apart. `defusedxml`, which
the library takes where it is installed, refuses files that define entities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from itertools import islice

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from mix.web.documents.blocks import Block, Paragraph, Table

MOST_ROWS = 300  # of a sheet
MOST_COLUMNS = 40
MOST_SHEETS = 20
DIGITS = 12  # of a number: what a computer adds to its last ones goes


def read_workbook(data: bytes) -> tuple[list[Block], bool]:
    """Return each sheet's name and cells, and whether something of them was left out. Raises what the library does."""
    blocks: list[Block] = []
    sheets = _sheets(data)
    is_cut = len(sheets) > MOST_SHEETS
    for sheet in sheets[:MOST_SHEETS]:
        found = list(islice(_rows(sheet), MOST_ROWS + 1))
        is_cut |= len(found) > MOST_ROWS or any(len(row) > MOST_COLUMNS for _number, row in found)
        rows = [_trimmed(row[:MOST_COLUMNS]) for _number, row in found[:MOST_ROWS]]
        width = max(map(len, rows), default=0)
        blocks.append(Paragraph(sheet.title, "Heading 1"))
        if rows:
            blocks.append(Table(tuple(row + ("",) * (width - len(row)) for row in rows)))
    return blocks, is_cut


def read_numbered(data: bytes) -> list[tuple[str, tuple[tuple[int, tuple[str, ...]], ...]]]:
    """Return each sheet's name with its rows that hold something, each with its number. Raises what the library does.

    Raises ValueError where there is more than is read: nothing of a table that somebody brings in is left out.
    """
    sheets = _sheets(data)
    if len(sheets) > MOST_SHEETS:
        raise ValueError(f"it has more than {MOST_SHEETS} sheets")
    return [(sheet.title, tuple(_bounded(sheet))) for sheet in sheets]


def _bounded(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    for count, (number, row) in enumerate(_rows(sheet), start=1):
        if count > MOST_ROWS or len(row) > MOST_COLUMNS:
            raise ValueError(f"it has more than {MOST_ROWS} rows or {MOST_COLUMNS} columns")
        yield number, row


def _sheets(data: bytes) -> list[ReadOnlyWorksheet]:
    """List the sheets that are not hidden; of a formula its last result is read."""
    book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that hold something, each with its number, up to its last cell that does."""
    sheet.reset_dimensions()  # whoever wrote the file may have counted wrongly
    every = sheet.iter_rows(values_only=True)  # type: ignore[misc]  # the stubs know this of other sheets alone
    for number, values in enumerate(every, start=1):
        row = _trimmed([_text(value) for value in values])
        if row:
            yield number, row


def _trimmed(row: Sequence[str]) -> tuple[str, ...]:
    """Return a row up to its last cell that holds something."""
    width = max((place for place, text in enumerate(row, start=1) if text.strip()), default=0)
    return tuple(row[:width])


def _text(value: object) -> str:
    """Return a value as it is shown: days and times as ISO 8601 has them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{Decimal(f'{value:.{DIGITS}g}'):f}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, time):
        return value.isoformat("minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def write_workbook(title: str, rows: Sequence[Sequence[str | float]]) -> bytes:
    """Write rows as the one sheet of a workbook: texts as texts, numbers as numbers, no formula."""
    book, out = Workbook(write_only=True), BytesIO()
    sheet = book.create_sheet(title)
    for row in rows:
        cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", v) if isinstance(v, str) else v) for v in row]
        for cell, value in zip(cells, row, strict=True):
            cell.data_type = "s" if isinstance(value, str) else cell.data_type  # also what begins as a formula does
            if isinstance(value, str) and "\n" in value:
                cell.alignment = Alignment(wrap_text=True)
        sheet.append(cells)
    book.save(out)
    return out.getvalue()
