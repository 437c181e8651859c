"""Seats and conflicts of a panel, states of awards, and how disputes end."""

from collections.abc import Iterable
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


class RankingCause(StrEnum):
    """Why bids were ranked: the panel was done, equals were parted, or a vendor fell away."""

    FINAL = "final"
    TIE_BREAK = "tie_break"
    DISQUALIFICATION = "disqualification"


class Ending(StrEnum):
    """How a vendor's way through a challenge ended, where it did not end with its award."""

    NOT_CHOSEN = "not_chosen"
    FAILED = "failed"
    REVOKED = "revoked"


def ending_of(own: Iterable[AwardState], *, awarded_elsewhere: bool) -> Ending | None:
    """Say how it ended for a vendor, by the states of its own awards; None where it goes on, or has the award."""
    states = frozenset(own)
    if AwardState.APPROVED in states or AwardState.RECOMMENDED in states:
        return None
    if AwardState.REVOKED in states:
        return Ending.REVOKED
    if AwardState.FAILED in states:
        return Ending.FAILED
    return Ending.NOT_CHOSEN if awarded_elsewhere else None


class DisputeOutcome(StrEnum):
    """How a dispute ended."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
