"""The debrief sheet of a letter: a vendor's own points beside the range, and the panel's reasons."""

from __future__ import annotations

from dataclasses import dataclass

from mix.rules.choice.scoring import NOT_INVITED
from mix.rules.core.fields import Wording
from mix.rules.core.versioned import Form, Versioned


@dataclass(frozen=True, slots=True)
class DebriefLine(Form):
    """One criterion, or the price, which has points and no score. Points are decimals as they are shown."""

    criterion: str
    title: Wording
    weight: int
    score: int | None
    points: str
    lowest: str
    highest: str
    reason: str


@dataclass(frozen=True, slots=True)
class FailedItem(Form):
    """A mandatory item that a submission did not meet, and why, as it was said before the scoring."""

    title: Wording
    reason: str


@dataclass(frozen=True, slots=True)
class DebriefSheet(Versioned):
    """What one vendor is told; `of` is how many were ranked or out. Without a rank it is out, and why.

    Whoever `failed` a mandatory item was not scored: there is no line.
    """

    lines: tuple[DebriefLine, ...]
    total: str
    rank: int | None
    of: int
    best_total: str
    eliminated_by: tuple[str, ...]
    failed: tuple[FailedItem, ...] = ()

    @property
    def is_only_not_invited(self) -> bool:
        """Say whether it is out for no other reason than that it was not invited to the next stage."""
        return self.eliminated_by == (NOT_INVITED,)
