"""Doing one thing with many parts in as many processes as there are processors; for commands, which have no threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import Pool
from typing import TypeVar

P = TypeVar("P")
R = TypeVar("R")


def spread(act: Callable[[P], R], parts: Sequence[P]) -> Iterable[R]:
    """Do it with each part, as `map` does, and answer in their order."""
    processes = min(len(parts), os.cpu_count() or 1)
    if processes < 2:
        return map(act, parts)
    with Pool(processes) as pool:
        return pool.map(act, parts, chunksize=1)
