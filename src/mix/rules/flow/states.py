"""When people are reminded of dates."""

from enum import StrEnum


class Reminder(StrEnum):
    """When people are reminded of a date: before it, and once it has passed."""

    SOON = "soon"
    LATE = "late"
