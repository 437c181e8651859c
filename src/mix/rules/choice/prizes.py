"""Prizes by rank, in cents: who gets which, and how those who share a rank share what their places are worth."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def prizes_by_rank(prizes: Sequence[int], ranks: Mapping[K, int]) -> dict[K, int]:
    """Return what each gets by its rank, the first being 1; whoever's rank has no prize gets none and is left out.

    Equals share alike what the places that they take are worth together; a cent that cannot be shared is given to none.
    """
    found: dict[K, int] = {}
    for rank in sorted(set(ranks.values())):
        equals = [key for key, own in ranks.items() if own == rank]
        share = sum(prizes[rank - 1 : rank - 1 + len(equals)]) // len(equals)
        if share:
            found |= dict.fromkeys(equals, share)
    return found
