"""The way from one page of a long list to the next, with everything else that the address asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from mix.readers.core.errors import Unknown
from mix.readers.core.paging import Page
from mix.rules.core.lines import whole_number
from mix.web.drawing.requests import actor_of


@dataclass(frozen=True)
class Pager:
    """Where a page stands among all, and the addresses of the one before and the one after; empty where none is."""

    number: int
    last: int
    total: int
    before: str
    after: str


def number_of(request: HttpRequest, key: str = "page") -> int:
    """Return the number of the page that is asked for; the first where the address names none.

    Lists that share a page of the site have a key each.
    """
    return whole_number(request.GET.get(key, "")) or 1


def pager(request: HttpRequest, page: Page[Any], key: str = "page") -> Pager:
    """Say where a page stands.

    Raises Unknown for a page past the last, to who is not signed in: a crawler comes to an end. Whoever is, and whose
    list became shorter, is shown the last.
    """
    if actor_of(request).person is None and number_of(request, key) > page.last:
        raise Unknown

    def address(number: int) -> str:
        if not 1 <= number <= page.last:
            return ""
        query = request.GET.copy()
        query[key] = str(number)
        return f"?{query.urlencode()}"

    return Pager(page.number, page.last, page.total, address(page.number - 1), address(page.number + 1))
