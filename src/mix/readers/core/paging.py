"""Long lists, one page at a time: what a page costs does not grow with the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet, Window

M = TypeVar("M", bound=Model)
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


def page_by_keys(
    rows: QuerySet[M], number: int, fetch: Callable[[tuple[int, ...]], list[M]], *, size: int = SIZE
) -> Page[M]:
    """Return a page as `page_of` does, whose rows are fetched by their keys.

    The database orders, and passes over, keys alone, and counts them as it goes; and a question of known shape is put
    into SQL once (`asked`). Two queries, but four for a page past the last.
    """
    number = max(number, 1)
    counted = rows.annotate(of_all=Window(Count("*"))).values_list("pk", "of_all")
    keys = list(counted[(number - 1) * size : number * size])
    if not keys and number > 1:
        return page_by_keys(rows, min(number - 1, max(1, -(-rows.count() // size))), fetch, size=size)
    total = keys[0][1] if keys else 0
    return Page(by_keys([key for key, _ in keys], fetch), number, max(1, -(-total // size)), total)


def by_keys(keys: Sequence[int], fetch: Callable[[tuple[int, ...]], list[M]]) -> list[M]:
    """Return the rows of some keys, in the order of these."""
    found = {row.pk: row for row in fetch(tuple(keys))}
    return [found[key] for key in keys if key in found]
