"""States and kinds of agreements, sprints and delivery."""

from enum import StrEnum


class AgreementState(StrEnum):
    """How far an agreement is."""

    DRAFTING = "drafting"
    SETTLED = "settled"
    SIGNED = "signed"
    ENDED = "ended"


class Side(StrEnum):
    """Who speaks: the city or the vendor."""

    CITY = "city"
    VENDOR = "vendor"


class ConversationState(StrEnum):
    """How far a document is that a city writes with a vendor."""

    OPEN = "open"
    AGREED = "agreed"
    ENDED = "ended"


class EditState(StrEnum):
    """What became of a proposed change to a clause."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class PaperKind(StrEnum):
    """What a paper of an agreement proves."""

    INSURANCE = "insurance"
    CLEARANCE = "clearance"
    SECURITY = "security"
    OTHER = "other"


class Area(StrEnum):
    """Who must sign off before a sprint begins."""

    IT_SECURITY = "it_security"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"
    DEPARTMENT = "department"


class EvidenceVerdict(StrEnum):
    """What a result says against its threshold."""

    PASS = "pass"  # noqa: S105 - a verdict
    PARTIAL = "partial"
    FAIL = "fail"


class Confidence(StrEnum):
    """How sure one is of a verdict."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class ParityKind(StrEnum):
    """What vendors get from the city, and get alike."""

    HOURS = "hours"
    MEETINGS = "meetings"
    SITE_DAYS = "site_days"
    ANSWERS = "answers"


class IncidentKind(StrEnum):
    """What went wrong."""

    PRIVACY = "privacy"
    SAFETY = "safety"
    SECURITY = "security"
    OTHER = "other"


class Review(StrEnum):
    """Whether several vendors could meet what a disclosure says."""

    FAIR = "fair"
    UNFAIR = "unfair"


class BacklogKind(StrEnum):
    """What an entry of the backlog is."""

    DECISION = "decision"
    USER_TEST = "user_test"
    ACCESSIBILITY_TEST = "accessibility_test"
    WORK = "work"
