"""Doing one thing with many parts in as many processes as there are processors; for commands, which have no threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import get_all_start_methods, get_context
from typing import Any, TypeVar

P = TypeVar("P")
R = TypeVar("R")

_here: tuple[Callable[[Any], Any], Sequence[Any]]


def spread(act: Callable[[P], R], parts: Sequence[P]) -> Iterable[R]:
    """Do it with each part, as `map` does, and answer in their order.

    The processes are forked with the parts, which may be large: their numbers alone are sent.
    """
    global _here  # noqa: PLW0603 - what is forked finds it there
    processes = min(len(parts), os.cpu_count() or 1)
    if processes < 2 or "fork" not in get_all_start_methods():
        return map(act, parts)
    _here = act, parts
    with get_context("fork").Pool(processes) as pool:
        return pool.map(_do, range(len(parts)), chunksize=1)


def _do(number: int) -> Any:  # noqa: ANN401 - whatever the act returns
    act, parts = _here
    return act(parts[number])
