"""What a panel still has to agree on: how its scores lie, what comes next, and the points as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

from mix.rules.city.schemes import Weighted

K = TypeVar("K")


def dots(scores: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return the scores that were given and how many gave each, the lowest first."""
    return tuple(sorted(Counter(scores).items()))


def widest_first(spreads: Mapping[K, int]) -> tuple[K, ...]:
    """Order what is to be agreed on: where the panel is furthest apart comes first, equals stay as they stand."""
    return tuple(sorted(spreads, key=lambda key: -spreads[key]))


def points_so_far(agreed: Mapping[str, int], criteria: Sequence[Weighted]) -> tuple[Fraction, int]:
    """Return the points that the agreed scores earn, and the weight of the criteria that have one."""
    there = [c for c in criteria if c.key in agreed]
    points = (Fraction(agreed[c.key] * c.weight) / c.most for c in there)
    return sum(points, Fraction(0)), int(sum(c.weight for c in there))


def as_reason(comments: Iterable[str]) -> str:
    """Return what the members wrote as one text, a paragraph each; what two wrote alike stands once."""
    return "\n\n".join(dict.fromkeys(text for comment in comments if (text := comment.strip())))


def common_score(scores: Iterable[int]) -> int | None:
    """Return the score that everybody gave who gave one; None where they differ, or nobody did."""
    given = set(scores)
    return given.pop() if len(given) == 1 else None
