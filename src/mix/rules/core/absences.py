"""When somebody of a city's staff is away. Days are of the city's own clock, the first and the last included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mix.rules.core.unmet import Unmet

MOST = 366  # days of one absence, and from today to its first day: what is longer is a slip of the keyboard


@dataclass(frozen=True, slots=True)
class Days:
    """From which day to which, both included."""

    first: date
    last: date

    def has(self, on: date) -> bool:
        """Say whether a day is one of them."""
        return self.first <= on <= self.last

    def meets(self, other: Days) -> bool:
        """Say whether they have a day in common with others."""
        return self.first <= other.last and other.first <= self.last


class Standing(StrEnum):
    """How an absence stands on a day."""

    COMING = "coming"
    LASTING = "lasting"
    PAST = "past"
    ENDED = "ended"  # early, or withdrawn before it began


class DeputyAnswer(StrEnum):
    """What whoever is asked to stand in says. They stand in only once they accepted."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


def standing_of(days: Days, *, on: date, is_ended: bool) -> Standing:
    """Say how an absence stands on a day."""
    if is_ended:
        return Standing.ENDED
    if on < days.first:
        return Standing.COMING
    return Standing.LASTING if days.has(on) else Standing.PAST


def unmet_days(days: Days, *, on: date) -> tuple[Unmet, ...]:
    """List what is wrong with the days of an absence that is entered on a day."""
    if days.last < days.first:
        return (Unmet("absence_backwards", field="last_on"),)
    if days.first < on:
        return (Unmet("absence_past", field="first_on"),)
    if (days.last - days.first).days >= MOST or (days.first - on).days > MOST:
        return (Unmet("absence_too_long", field="last_on"),)
    return ()
