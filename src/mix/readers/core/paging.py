"""Long lists, one page at a time: what a page costs does not grow with the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet, Window

from mix.data.asked import asked

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
T = TypeVar("T")
SIZE = 20  # rows
DEEPEST = 26  # of a list whose first rows are fetched: a number that a database counts by, and more rows than there are


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


def deep_enough(number: int, *, size: int = SIZE) -> int:
    """Return how many rows from the first on hold a page: few numbers, so that few questions are put into SQL."""
    return size << min((max(number, 1) - 1).bit_length(), DEEPEST)


def page_of_first(rows: Sequence[T], number: int, *, total: int, size: int = SIZE) -> Page[T]:
    """Return a page of a list of which the first rows are there, as many as are `deep_enough`, and all are counted."""
    last = max(1, -(-total // size))
    number = min(max(number, 1), last)
    return Page(list(rows[(number - 1) * size : number * size]), number, last, total)


Keys = Callable[[int, int], list[tuple[int, int]]]  # so many, after so many: each with how many there are in all


def keyed(make: Callable[P, QuerySet[Any, Any]]) -> Callable[P, Keys]:
    """Have the keys of a list asked for by a question that is put into SQL once."""
    question = asked(lambda *args, **kwargs: _counted(make(*args, **kwargs)))

    @wraps(make)
    def keys(*args: P.args, **kwargs: P.kwargs) -> Keys:
        return lambda most, after: question.part(most, after)(*args, **kwargs)

    return keys


def _counted(rows: QuerySet[Any, Any]) -> QuerySet[Any, tuple[int, int]]:
    found: QuerySet[Any, tuple[int, int]] = rows.annotate(of_all=Window(Count("*"))).values_list("pk", "of_all")
    return found


def page_by_keys(keys: Keys, number: int, fetch: Callable[[tuple[int, ...]], list[M]], *, size: int = SIZE) -> Page[M]:
    """Return a page as `page_of` does, whose rows are fetched by their keys.

    The database orders, and passes over, keys alone, and counts them as it goes. Two queries, but four for a page past
    the last.
    """
    number = max(number, 1)
    found = keys(size, (number - 1) * size)
    if not found and number > 1:
        total = sum(count for _, count in keys(1, 0))
        return page_by_keys(keys, min(number - 1, max(1, -(-total // size))), fetch, size=size)
    total = found[0][1] if found else 0
    return Page(by_keys([key for key, _ in found], fetch), number, max(1, -(-total // size)), total)


def by_keys(keys: Sequence[int], fetch: Callable[[tuple[int, ...]], list[M]]) -> list[M]:
    """Return the rows of some keys, in the order of these."""
    found = {row.pk: row for row in fetch(tuple(keys))}
    return [found[key] for key in keys if key in found]
