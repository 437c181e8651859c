"""What a measure showed against its target: reached, nearly, not reached; figures are read as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

NEAR = Fraction(1, 10)  # of the way from before to target, or of the target where nobody knows how it was before
_FIGURE = re.compile(r"[-−]?\d+(?:[ \u00a0\u202f,]\d{3})*(?:[.,]\d+)?")


class TargetVerdict(StrEnum):
    """What a reading says of a target."""

    REACHED = "reached"
    NEARLY = "nearly"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True, slots=True)
class Measured:
    """A promised measure and its latest reading, with the figures as they were written, and after how many months."""

    measure: str
    before: str
    target: str
    actual: str
    month: int

    @property
    def verdict(self) -> TargetVerdict | None:
        """What the reading says of the target; None where no two figures can be compared."""
        return verdict(self.before, self.target, self.actual)


def latest(readings: Iterable[Measured]) -> list[Measured]:
    """Return of each measure the latest reading that says a figure, or the latest; in the order of the measures."""
    found: dict[str, Measured] = {}
    for reading in sorted(readings, key=lambda r: r.month):
        if figure(reading.actual) is not None or figure(found.get(reading.measure, reading).actual) is None:
            found[reading.measure] = reading
    return list(found.values())


def figure(text: str) -> Fraction | None:
    """Return the one figure of a text, such as `88 %`, `1,250` or `5,6 minutes`; None where there is none, or several.

    A comma before three digits parts thousands, before any others decimals.
    """
    found = _FIGURE.findall(text)
    if len(found) != 1:
        return None
    plain = re.sub(r"[ \u00a0\u202f,](?=\d{3}(?!\d))", "", found[0]).replace("−", "-").replace(",", ".")
    return Fraction(plain)


def verdict(before: str, target: str, actual: str) -> TargetVerdict | None:
    """Say what a reading shows against its target. From before to target is the way that was promised.

    Where nobody knows how it was before, nobody knows the way: a figure at the target reached it, one within a tenth
    of it is near it, and of any other nothing is said.
    """
    start, goal, now = figure(before), figure(target), figure(actual)
    if goal is None or now is None:
        return None
    if now == goal:
        return TargetVerdict.REACHED
    if start is None or start == goal:
        return TargetVerdict.NEARLY if abs(now - goal) <= NEAR * abs(goal) else None
    done = (now - start) / (goal - start)
    if done >= 1:
        return TargetVerdict.REACHED
    return TargetVerdict.NEARLY if done >= 1 - NEAR else TargetVerdict.NOT_REACHED
