"""By what a milestone is accepted: tests that an earlier document names, or that stand only here, with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One test, in words; `why` says why it stands only here, where the document does not name it."""

    text: str
    why: str = ""


class Named(StrEnum):
    """Whether the document still names a test."""

    THERE = "there"
    ONLY_HERE = "only_here"  # with a reason
    GONE = "gone"  # it was named when the milestone was planned


def how_named(test: Acceptance, named: Collection[str]) -> Named:
    """Say whether a document that names some tests still names this one."""
    if test.text in named:
        return Named.THERE
    return Named.ONLY_HERE if test.why else Named.GONE


def read_tests(rows: Iterable[dict[str, Any]]) -> tuple[Acceptance, ...]:
    """Read tests as they are kept."""
    return tuple(Acceptance(str(row["text"]), str(row.get("why", ""))) for row in rows)


def write_tests(tests: Iterable[Acceptance]) -> list[dict[str, str]]:
    """Return tests as they are kept."""
    return [{"text": test.text, "why": test.why} for test in tests]


def left_over(named: Sequence[str], planned: Iterable[Acceptance]) -> tuple[str, ...]:
    """Return the tests that a document names and that no milestone is accepted by, in its order."""
    taken = {test.text for test in planned}
    return tuple(text for text in named if text not in taken)
