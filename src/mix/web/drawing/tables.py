"""Tables to download, as CSV (UTF-8) that spreadsheets open, and of which they compute nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from typing import Any

from django.http import HttpResponse

from mix.web.drawing.downloads import attachment

MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else
ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # with what a spreadsheet begins to compute


def table(name: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> HttpResponse:
    """Hand out rows under their columns, by the name of a file."""
    out = StringIO()
    csv.writer(out).writerows(tuple(map(_cell, row)) for row in (columns, *rows))
    response = HttpResponse(MARK + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = attachment(name)
    return response


def dollars(cents: int) -> str:
    """Write an amount that is not negative, in dollars, as programs read it."""
    return f"{cents // 100}.{cents % 100:02}"


def _cell(value: object) -> object:
    """Return a value as no spreadsheet computes it: a vendor chose its name, and a title is whatever was typed."""
    return f"'{value}" if isinstance(value, str) and value.startswith(ACTIVE) else value
