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


class Joining(StrEnum):
    """Whether a vendor that was asked to answer a call together with another does."""

    ASKED = "asked"
    JOINED = "joined"
    DECLINED = "declined"
    LEFT = "left"
    TAKEN_OUT = "taken_out"


class CustodyMode(StrEnum):
    """Who keeps the key until opening: the machine, or three people in shares."""

    MANAGED = "managed"
    SPLIT = "split"


class QuestionKind(StrEnum):
    """Whether the answer to a question goes to everybody."""

    GENERAL = "general"
    CONFIDENTIAL = "confidential"
