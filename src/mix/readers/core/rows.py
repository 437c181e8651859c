"""One row of several, by the number that a page sent back."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

from mix.readers.core.errors import Unknown
from mix.rules.core.lines import whole_number

M = TypeVar("M", bound=Model)


def row_key(item: str) -> int:
    """Read the key of a row, or another number that a form keeps; anything else is 0, which no row has."""
    return whole_number(item, digits=14) or 0


def get_row(rows: QuerySet[M], item: str) -> M:
    """Return that of these rows which a page named. Raises Unknown."""
    found = rows.filter(pk=row_key(item)).first()
    if found is None:
        raise Unknown
    return found
