"""Asking once: what a page asks again and again of the rows that it only reads.

A page's permission check, its acts, its gate and what policy says of it rest on the same facts. What one of them asked
of a row `to_be_read` the others get without asking, as do the rows found through it, until the answer is drawn. A verb
always asks anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.db.models import Model

from mix.data.models.core.kept import is_writing

M = TypeVar("M", bound=Model)
P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
KNOWN = "known_to_page"


def to_be_read(row: M) -> M:
    """Return a row that a page only reads: what is asked of it, and of rows found through it, is asked once."""
    _share(row, {})
    return row


def are_to_be_read(rows: Iterable[Model]) -> None:
    """Let several rows that a page only reads know together what is asked of any of them."""
    known: dict[Any, Any] = {}
    for row in rows:
        _share(row, known)


def tell(read: Callable[..., object], row: Model, found: object) -> None:
    """Let a page know what a reader would answer about a row, where that was fetched along with others."""
    getattr(row, KNOWN)[read.__wrapped__, row, (), ()] = found  # type: ignore[attr-defined]  # `once` wrapped it


def is_read(row: Model) -> bool:
    """Say whether a page only reads a row: then it pays to ask for all of a kind at once."""
    return KNOWN in row.__dict__ and not is_writing()


def once(read: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
    """Have a reader ask once about a row that a page only reads; about any other row, and in a verb, each time."""

    @wraps(read)
    def ask(row: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
        known: dict[Any, Any] | None = getattr(row, KNOWN, None)
        if known is None or is_writing():
            return read(row, *args, **kwargs)
        asked = (read, row, args, tuple(kwargs.items()))
        if asked not in known:
            known[asked] = found = read(row, *args, **kwargs)
            for one in found if isinstance(found, list) else [found]:
                _share(one, known)
        answer: T = known[asked]
        return answer

    return ask


def _share(found: object, known: dict[Any, Any]) -> None:
    """Let a row know what the page knows, and the rows that came with it."""
    if isinstance(found, Model) and KNOWN not in found.__dict__:
        found.__dict__[KNOWN] = known
        for related in _fetched_with(found):
            _share(related, known)


def _fetched_with(row: Model) -> Iterable[object]:
    return row._state.fields_cache.values()  # noqa: SLF001 - where Django keeps them
