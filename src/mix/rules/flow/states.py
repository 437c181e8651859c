"""What waits for somebody, and when people are reminded of dates."""

from enum import StrEnum


class TaskKind(StrEnum):
    """What waits for a person: a gate to sign, a step to work on, a disclosure to review."""

    SIGN = "sign"
    WORK = "work"
    REVIEW = "review"


class Reminder(StrEnum):
    """When people are reminded of a date: before it, and once it has passed."""

    SOON = "soon"
    LATE = "late"
