"""Long lists, one page at a time: what a page costs does not grow with the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import QuerySet

T = TypeVar("T")
SIZE = 20  # rows


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list: its rows, its number, the number of the last, and how many rows there are on all of them."""

    rows: list[T]
    number: int
    last: int
    total: int


def page_of(rows: QuerySet[Any, T] | Sequence[T], number: int, *, size: int = SIZE) -> Page[T]:
    """Return a page of a list that has an order; the first or the last for a number below or above all."""
    pages = Paginator(rows, size)
    number = min(max(number, 1), pages.num_pages)
    return Page(list(pages.page(number).object_list), number, pages.num_pages, pages.count)
