"""Clauses of agreements as data: a library in both languages, chosen by kind of agreement and insurance tier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import AgreementKind


@dataclass(frozen=True, slots=True)
class ClauseText:
    """A clause in the words of one agreement; one that `names_tests` is followed by those of an earlier document."""

    key: str
    title: str
    text: str
    names_tests: bool = False


class LibraryClause(BaseModel):
    """A clause of the library. `tier` names an insurance tier (low, medium, high); "" fits every agreement.

    One that `names_tests` stands in agreements whose method says by which tests what is delivered is accepted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str
    topic: str
    kinds: tuple[AgreementKind, ...]
    tier: str = ""
    title: Bilingual
    text: Bilingual
    names_tests: bool = False

    def in_(self, language: str) -> ClauseText:
        """Return the clause in one language."""
        return ClauseText(self.key, self.title.in_(language), self.text.in_(language), self.names_tests)


def followed_by_tests(clause: ClauseText, tests: Sequence[str]) -> ClauseText | None:
    """Return a clause as an agreement has it: what names tests is followed by them, and left out without any."""
    if not clause.names_tests:
        return clause
    return replace(clause, text="\n".join([clause.text, "", *tests])) if tests else None


def choose(library: Sequence[LibraryClause], *, kind: AgreementKind, tier: str) -> tuple[LibraryClause, ...]:
    """Choose the clauses that fit a kind of agreement and a tier, in the library's order."""
    return tuple(c for c in library if kind in c.kinds and c.tier in ("", tier))
