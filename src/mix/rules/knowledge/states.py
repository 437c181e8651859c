"""How sure a fact of an earlier challenge is."""

from enum import StrEnum


class FactConfidence(StrEnum):
    """How sure a fact of an earlier challenge is."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"
    UNKNOWN = "-"
