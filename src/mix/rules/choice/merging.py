"""One score written on two pages: what each of them changed is taken; what both changed is for a person to settle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Written:
    """A score and its comment, as they stand or stood on a page; None while no score was chosen."""

    score: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What comes of two pages: what is kept, and whether they clash, where it holds what the page at hand says."""

    kept: Written
    clashes: bool


def merge(base: Written, mine: Written, theirs: Written) -> Merged:
    """Merge what stood on a page, what it sends, and what was kept since then.

    A score that was given is changed and never taken away: none chosen is none changed.
    """
    chosen = base.score if mine.score is None else mine.score
    return Merged(
        Written(
            theirs.score if chosen == base.score else chosen,
            theirs.comment if mine.comment == base.comment else mine.comment,
        ),
        _clash(base.score, chosen, theirs.score) or _clash(base.comment, mine.comment, theirs.comment),
    )


def _clash(base: object, mine: object, theirs: object) -> bool:
    return base not in (mine, theirs) and mine != theirs
