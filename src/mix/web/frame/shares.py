"""Shares: of what there is little of, one place takes no more than its part, and all together leave the rest."""

from __future__ import annotations

import threading
from collections import Counter


class Shares:
    """Counts who holds what; one place holds no more than `each`, and all no more than `most`."""

    def __init__(self, most: int, *, each: int) -> None:
        self._most = most
        self._each = each
        self._held: Counter[str] = Counter()
        self._guard = threading.Lock()

    def take(self, place: str) -> bool:
        """Take one, and say whether there was one left; never wait."""
        with self._guard:
            if self._held[place] >= self._each or self._held.total() >= self._most:
                return False
            self._held[place] += 1
            return True

    def give(self, place: str) -> None:
        """Give one back."""
        with self._guard:
            self._held[place] -= 1
            if not self._held[place]:
                del self._held[place]
