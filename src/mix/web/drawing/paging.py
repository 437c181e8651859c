"""The way from one page of a long list to the next, with everything else that the address asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from mix.readers.core.paging import Page
from mix.rules.core.lines import whole_number


@dataclass(frozen=True)
class Pager:
    """Where a page stands among all, and the addresses of the one before and the one after; empty where none is."""

    number: int
    last: int
    total: int
    before: str
    after: str


def number_of(request: HttpRequest) -> int:
    """Return the number of the page that is asked for; the first where the address names none."""
    return whole_number(request.GET.get("page", "")) or 1


def pager(request: HttpRequest, page: Page[Any]) -> Pager:
    """Say where a page stands."""

    def address(number: int) -> str:
        if not 1 <= number <= page.last:
            return ""
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return Pager(page.number, page.last, page.total, address(page.number - 1), address(page.number + 1))
