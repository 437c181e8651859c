"""Tables that come in from spreadsheets and go out to them: XLSX, CSV, what is pasted. Files are read apart."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.price_lines import Grid
from mix.web.documents.apart import Broken
from mix.web.documents.looking import cells
from mix.web.drawing.downloads import attachment

MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else
KINDS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # with what a spreadsheet begins to compute
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
)
_LINKS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
    ' Target="{target}"/></Relationships>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def read_grids(file: UploadedFile[Any] | None, pasted: str) -> tuple[Grid, ...]:
    """Return the sheets of a file, or what was pasted. Raises Refused for what is no table, and for nothing."""
    if file is None and not pasted.strip():
        raise Refused(Unmet("sheet_missing", field="pasted"))
    kind = (file.name or "").rpartition(".")[2].lower() if file else "csv"
    data = file.read() if file else pasted.encode()
    try:
        found = cells(data, "xlsx" if kind in ("xlsx", "xlsm") else "csv")
    except Broken as error:
        raise Refused(Unmet("sheet_unreadable", {"why": str(error)}, field="file")) from None
    return tuple(Grid(name, rows) for name, rows in found)


def hand_out(name: str, kind: str, rows: Sequence[Sequence[str | float]]) -> HttpResponse:
    """Answer with rows as a file of a kind of `KINDS`, to be saved under a name."""
    response = HttpResponse(to_xlsx(rows) if kind == "xlsx" else to_csv(rows), content_type=KINDS[kind])
    response["Content-Disposition"] = attachment(f"{name}.{kind}")
    return response


def to_csv(rows: Sequence[Sequence[str | float]]) -> str:
    """Write rows as CSV (UTF-8); no text of them is computed by a spreadsheet."""
    out = StringIO()
    safe = ([f"'{c}" if isinstance(c, str) and c.startswith(_ACTIVE) else c for c in row] for row in rows)
    csv.writer(out).writerows(safe)
    return MARK + out.getvalue()


def to_xlsx(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Write rows as the one sheet of a workbook: texts as texts, numbers as numbers, no formula."""
    written = "".join(
        f'<row r="{number}">{"".join(_cell(value) for value in row)}</row>' for number, row in enumerate(rows, 1)
    )
    book = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="MIX" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _LINKS.format(kind="officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": _LINKS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{written}</sheetData></worksheet>',
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    return out.getvalue()


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"
