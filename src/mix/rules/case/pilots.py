"""Pilots: what a city's register asks of one, who must agree, in which state it is, and when it is over.

A pilot's state is computed from its dates, never stored: a pilot whose last day is past has ended, whoever looks. Days
are the city's own. What a register asks is data (`catalogue/pilots.yaml`) and comes with each question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pydantic import Field

from mix.rules.case.pilot_records import PilotFacts, PilotRecord, Risk
from mix.rules.city.delegation import Band, decider_for
from mix.rules.core.access import Role
from mix.rules.core.catalogue import Part
from mix.rules.core.fields import MAX_CENTS, Bilingual, FieldSpec, missing_answers
from mix.rules.core.unmet import Unmet

REMIND = timedelta(days=14)


class PilotState(StrEnum):
    """Where a pilot stands, in the order of its life."""

    DRAFT = "draft"
    DECLARED = "declared"
    ASKED = "asked"
    APPROVED = "approved"
    RUNNING = "running"
    ENDED = "ended"
    OVERDUE = "overdue"
    CLOSED = "closed"
    REFUSED = "refused"


class Word(StrEnum):
    """What a decider says of a pilot."""

    AGREE = "agree"
    REFUSE = "refuse"


class Section(Part):
    """One group of what a register asks before a pilot starts."""

    key: str
    title: Bilingual
    fields: tuple[FieldSpec, ...]


class Register(Part):
    """What a register asks, and its clocks in days; `hour_cents` is what an hour of staff counts for."""

    most_days: int = Field(gt=0)
    extension_days: int = Field(gt=0)
    close_out_days: int = Field(gt=0)
    declare_days: int = Field(gt=0)
    hour_cents: int = Field(ge=0)
    sign_offs: Mapping[Risk, tuple[Role, ...]]
    sections: tuple[Section, ...]
    close_out: tuple[FieldSpec, ...]

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        """Everything that a record holds, in reading order."""
        return tuple(spec for section in self.sections for spec in section.fields)


@dataclass(frozen=True, slots=True)
class PilotDates:
    """What a pilot's state is computed from; days of its city. `ends_on` counts its extension."""

    declared_on: date | None = None
    asked_on: date | None = None
    refused: bool = False
    approved: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    stopped_on: date | None = None
    closed_on: date | None = None

    @property
    def last_day(self) -> date | None:
        """The last day on which the pilot ran or may run."""
        return self.stopped_on or self.ends_on


def state_of(dates: PilotDates, today: date, *, register: Register) -> PilotState:
    """Return where a pilot stands on a day."""
    if dates.refused:
        return PilotState.REFUSED
    if dates.closed_on:
        return PilotState.CLOSED
    if not dates.approved:
        if dates.asked_on:
            return PilotState.ASKED
        return PilotState.DECLARED if dates.declared_on else PilotState.DRAFT
    due = close_out_due(dates, register=register)
    if dates.stopped_on or (dates.ends_on and today > dates.ends_on):
        return PilotState.OVERDUE if due and today > due else PilotState.ENDED
    return PilotState.RUNNING if dates.starts_on and today >= dates.starts_on else PilotState.APPROVED


def close_out_due(dates: PilotDates, *, register: Register) -> date | None:
    """Return the last day for the report, or None while there is no last day of the pilot."""
    return dates.last_day + timedelta(days=register.close_out_days) if dates.last_day else None


def declare_due(declared_on: date, *, register: Register) -> date:
    """Return the last day to ask for the approval of a pilot that was declared while it ran."""
    return declared_on + timedelta(days=register.declare_days)


def reminder_for(dates: PilotDates, today: date, *, register: Register) -> str:
    """Return what its people should hear of a pilot on a day: a key of its mails, or "" for nothing."""
    state, due = state_of(dates, today, register=register), close_out_due(dates, register=register)
    if state is PilotState.DECLARED and dates.declared_on:
        return "undeclared" if today > declare_due(dates.declared_on, register=register) else ""
    if state is PilotState.RUNNING and dates.ends_on:
        return "ending" if dates.ends_on - today <= REMIND else ""
    if state is PilotState.ENDED and due:
        return "report" if due - today <= REMIND else "ended"
    return "overdue" if state is PilotState.OVERDUE else ""


def value_of(facts: PilotFacts, *, register: Register) -> int:
    """Return what a pilot costs the city in cents: cash, things lent, and hours of staff."""
    hours = int((facts.staff_hours or 0) * register.hour_cents)
    cents = (facts.cash or 0) + (facts.in_kind or 0) + hours
    return min(max(cents, 0), MAX_CENTS)


def deciders(
    risk: Risk, value_cents: int, bands: Sequence[Band], *, register: Register
) -> tuple[tuple[Role, ...], tuple[Unmet, ...]]:
    """Return every role whose word a pilot needs: by value in kind included, by risk; and why nobody can be named."""
    by_value = decider_for(bands, value_cents)
    if by_value is None:
        return (), (Unmet("nobody_named_for_value"),)
    return tuple(dict.fromkeys((by_value, *register.sign_offs[risk]))), ()


def still_needed(needed: Iterable[Role], given: Iterable[Role]) -> tuple[Role, ...]:
    """Return the roles whose word is missing."""
    have = frozenset(given)
    return tuple(role for role in needed if role not in have)


def unmet_to_ask(
    record: PilotRecord, *, register: Register, most_days: int, today: date, is_declared: bool
) -> tuple[Unmet, ...]:
    """List what keeps a record from being put before its deciders."""
    facts = record.facts
    found = [*missing_answers(register.fields, record.answers)]
    if facts.residents and not facts.notice:
        found.append(Unmet("pilot_notice_missing", field="notice"))
    if facts.staff_hours is not None and facts.staff_hours < 0:
        found.append(Unmet("not_a_number", {"given": str(facts.staff_hours)}, field="staff_hours"))
    starts, ends = facts.starts_on, facts.ends_on
    if starts and starts < today and not is_declared:
        found.append(Unmet("pilot_begun", field="starts_on"))
    if ends and ends < today:
        found.append(Unmet("pilot_over", field="ends_on"))
    if starts and ends:
        found += unmet_span(starts, ends, most_days=most_days)
    return tuple(found)


def unmet_span(starts: date, ends: date, *, most_days: int) -> tuple[Unmet, ...]:
    """List what is wrong with a pilot's time."""
    if ends < starts:
        return (Unmet("pilot_ends_before", field="ends_on"),)
    if (ends - starts).days >= most_days:
        return (Unmet("pilot_too_long", {"most": str(most_days)}, field="ends_on"),)
    return ()


def unmet_extension(ends_on: date, to: date, today: date, *, register: Register) -> tuple[Unmet, ...]:
    """List what is wrong with an extension: it is asked for before the end, and is not longer than it may be."""
    if today > ends_on:
        return (Unmet("pilot_over", field="ends_on"),)
    if to <= ends_on:
        return (Unmet("pilot_not_later", field="ends_on"),)
    return unmet_span(ends_on + timedelta(days=1), to, most_days=register.extension_days)
