"""Parity: whether each vendor got the same from the city."""

from collections.abc import Hashable, Mapping
from decimal import Decimal
from statistics import median
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
TOLERANCE = Decimal("0.10")


def outside_tolerance(amounts: Mapping[K, Decimal]) -> frozenset[K]:
    """Return who got more than a tenth more or less than the middle vendor. One vendor alone is never far."""
    if len(amounts) < 2:
        return frozenset()
    middle = Decimal(median(amounts.values()))
    return frozenset(key for key, amount in amounts.items() if abs(amount - middle) > middle * TOLERANCE)
