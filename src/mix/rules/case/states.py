"""How a challenge stands, what a city that asks to join is answered, and what a notice announces."""

from enum import StrEnum


class ChallengeStatus(StrEnum):
    """Whether a challenge goes on, and how it ended."""

    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class JoinAnswer(StrEnum):
    """What a city that asked to join was answered."""

    AGREE = "agree"
    REFUSE = "refuse"


class NoticeKind(StrEnum):
    """What a public notice announces."""

    ENGAGEMENT = "engagement"
    INTENDED_PROCUREMENT = "intended_procurement"
    ADDENDUM = "addendum"
    AWARD = "award"
    CANCELLATION = "cancellation"
    RESULT = "result"
    DISCLOSURE = "disclosure"
