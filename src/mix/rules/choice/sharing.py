"""Sharing what a large panel scores: each submission by so many of its members, drawn by lot when scoring opens.

Members and submissions each stand in an order that was drawn. The first submission is scored by the first members, the
next by those who follow, round and round, so that nobody has more than one submission more than another. Where one of
them left, or has a conflict with that vendor, whoever was appointed since takes the place, else the next in the order:
what the others were given at the opening is never moved.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

LEAST = 2  # one score alone is nobody's agreement


@dataclass(frozen=True, slots=True)
class Shares:
    """By how many each submission is scored, and the orders of members and submissions (their keys)."""

    each: int
    members: tuple[int, ...]
    submissions: tuple[int, ...]

    @classmethod
    def draw(cls, *, each: int, members: Sequence[int], submissions: Sequence[int]) -> Shares:
        """Draw both orders by lot."""
        by_lot = secrets.SystemRandom()
        return cls(
            each,
            tuple(by_lot.sample(members, len(members))),
            tuple(by_lot.sample(submissions, len(submissions))),
        )

    @classmethod
    def read(cls, kept: Any) -> Shares:  # noqa: ANN401 - JSON
        """Read what `write` wrote."""
        return cls(kept["each"], tuple(kept["members"]), tuple(kept["submissions"]))

    def write(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"each": self.each, "members": list(self.members), "submissions": list(self.submissions)}

    def scorers(self, submission: int, *, seated: Sequence[int], barred: Collection[int] = ()) -> frozenset[int]:
        """Return who of those seated scores a submission; `barred` are those who have a conflict with its vendor.

        What came to the list later is everybody's.
        """
        if submission not in self.submissions:
            return frozenset(seated) - frozenset(barred)
        start = self.submissions.index(submission) * self.each % len(self.members)
        around = self.members[start:] + self.members[:start]
        since = [member for member in seated if member not in self.members]
        in_turn = (*around[: self.each], *since, *around[self.each :])
        free = [member for member in in_turn if member in seated and member not in barred]
        return frozenset(free[: self.each])
