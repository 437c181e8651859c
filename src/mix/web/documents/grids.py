"""Tables that come in from spreadsheets and go out to them: XLSX, CSV, what is pasted. Files are read apart."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Any

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
    """Write rows as the one sheet of a workbook; no text of them is computed by a spreadsheet."""
    from mix.web.documents.workbooks import write_workbook  # loaded where it is used: it is large

    return write_workbook("MIX", rows)
