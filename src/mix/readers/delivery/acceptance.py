"""What flows from documents into what is agreed on and given: tests into agreements and milestones, data sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mix.data.models import Clause, Milestone, Step
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.case.documents import latest_contents
from mix.readers.core.once import once
from mix.rules.case.carrying import OPEN, Accord, stands
from mix.rules.city.sources import field_at, rows_in_words, split
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.acceptance import Acceptance, Named, how_named, left_over, read_tests
from mix.rules.delivery.states import EditState


@dataclass(frozen=True, slots=True)
class Flowing:
    """Rows of an earlier document that flow into a step: the place, the key and the title of the step, and the rows.

    `lines` are the rows in words.
    """

    place: str
    head: str
    title: Wording
    rows: tuple[Mapping[str, Any], ...]
    lines: tuple[str, ...]


@once
def find_tests(step: Step) -> Flowing | None:
    """Return the tests by which what a step makes is accepted; None where its method names no place of them."""
    return _flowing(step, spec_of(step).accepted_by)


@once
def find_data_sets(step: Step) -> Flowing | None:
    """Return the data sets that vendors are given by a step; None where its method names no place of them."""
    return _flowing(step, spec_of(step).data_sets)


def _flowing(step: Step, place: str) -> Flowing | None:
    if not place:
        return None
    method = method_for(step.challenge)
    head, key = split(place)
    source = field_at(method, place)
    rows = latest_contents(step.challenge).get(head, {}).get(key) or []
    lines = rows_in_words(source, rows) if source else ()
    return Flowing(place, head, method.step(head).title, tuple(rows), lines)


def lines_at(step: Step, place: str) -> str:
    """Return what stands at a place that a clause of a step's agreement names, a row on each line."""
    found = _flowing(step, place)
    return "\n".join(found.lines) if found else ""


@dataclass(frozen=True, slots=True)
class ClauseSource:
    """Where the tests of a clause come from, what stands there now, and how the clause stands to it."""

    head: str
    title: Wording
    lines: tuple[str, ...]
    standing: Accord


def source_of_clause(step: Step, clause: Clause) -> ClauseSource | None:
    """Return the source of a clause of one of a step's agreements; None of what comes from the library alone.

    To differ it needs words on which both sides agreed with a reason, since its source last changed.
    """
    found = _flowing(step, clause.source)
    if found is None:
        return None
    now = "\n".join(found.lines)
    standing = stands(
        is_same=now in clause.text,
        is_one_fact=True,
        now=now,
        then=clause.said,
        has_reason=any(edit.state == EditState.ACCEPTED for edit in clause.edits.all()),
    )
    return ClauseSource(found.head, found.title, found.lines, standing)


def unmet_by_clause(step: Step, clause: Clause) -> tuple[Unmet, ...]:
    """Say whether a clause says something else than its source without a reason that still holds."""
    source = source_of_clause(step, clause)
    if source is None or source.standing not in OPEN:
        return ()
    params = {"clause": clause.title, **source.title.params("step")}
    return (Unmet("clause_differs_from_source", params, place="clauses"),)


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A test of a milestone, and whether its source still names it."""

    test: Acceptance
    named: Named


def tests_of(milestone: Milestone, named: Sequence[str]) -> list[PlannedTest]:
    """List by what a milestone is accepted, given what its source names."""
    return [PlannedTest(test, how_named(test, named)) for test in read_tests(milestone.tests)]


def unmet_by_tests(step: Step, milestones: Sequence[Milestone]) -> tuple[Unmet, ...]:
    """List the tests that no milestone is accepted by, and those of milestones that their source names no more."""
    source = find_tests(step)
    if source is None:
        return ()
    title = source.title.params("step")
    planned = [test for m in milestones for test in read_tests(m.tests)]
    found = [
        Unmet("test_not_planned", {"test": text, **title}, place="milestones")
        for text in left_over(source.lines, planned)
    ]
    found += [
        Unmet("test_named_no_more", {"test": test.text, "milestone": m.title, **title}, place="milestones")
        for m in milestones
        if m.accepted_at is None
        for test in read_tests(m.tests)
        if how_named(test, source.lines) is Named.GONE
    ]
    return tuple(found)
