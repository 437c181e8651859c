"""Sizes of vendors, states of submissions, kinds of question, and who keeps the key."""

from enum import StrEnum


class VendorSize(StrEnum):
    """How many people work at a vendor."""

    ONE = "one"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    UNKNOWN = "unknown"


class SubmissionState(StrEnum):
    """How far a submission is."""

    DRAFT = "draft"
    FINALISED = "finalised"
    WITHDRAWN = "withdrawn"


class CustodyMode(StrEnum):
    """Who keeps the key until opening: the machine, or three people in shares."""

    MANAGED = "managed"
    SPLIT = "split"


class QuestionKind(StrEnum):
    """Whether the answer to a question goes to everybody."""

    GENERAL = "general"
    CONFIDENTIAL = "confidential"
