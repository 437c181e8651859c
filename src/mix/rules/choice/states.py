"""Seats and conflicts of a panel, states of awards, and how disputes end."""

from enum import StrEnum


class Seat(StrEnum):
    """As what a person sits on a panel."""

    EVALUATOR = "evaluator"
    CHAIR = "chair"


class Conflict(StrEnum):
    """What ties a member of a panel to a vendor."""

    NONE = "none"
    FINANCIAL = "financial"
    FAMILY = "family"
    EMPLOYMENT = "employment"
    ADVISED = "advised"
    OTHER = "other"


class Ruling(StrEnum):
    """What a second person says of a declared conflict: that it is none, or that the member scores the others."""

    EASED = "eased"
    KEPT = "kept"


class AwardState(StrEnum):
    """What became of a recommendation."""

    RECOMMENDED = "recommended"
    FAILED = "failed"
    APPROVED = "approved"
    REVOKED = "revoked"


class DisputeOutcome(StrEnum):
    """How a dispute ended."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
