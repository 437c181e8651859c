"""Turns: a few go at once, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Lets so many threads go at once; the others wait in line. Whoever has waited for too long goes without a turn."""

    def __init__(self, most: int, *, patience: float) -> None:
        self._free = most
        self._patience = patience  # seconds
        self._waiting: deque[threading.Lock] = deque()
        self._guard = threading.Lock()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait in line, and hand the turn on to the next at the end."""
        has_turn = self._begin()
        try:
            yield
        finally:
            if has_turn:
                self._end()

    def _begin(self) -> bool:
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=self._patience):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was handed on just then

    def _end(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
