"""Facts of earlier challenges: what each says, and how sure it is."""

from enum import StrEnum


class FactKey(StrEnum):
    """What a fact of an earlier challenge says."""

    PROGRAMME = "programme"
    CONTEXT = "context"
    MARKET_SCAN = "market-scan"
    REQUEST = "request"
    SUBMISSIONS = "submissions"
    PILOT = "pilot"
    WINNER = "winner"
    CONTRACT_VALUE = "contract-value"
    OUTCOME = "outcome"


class FactConfidence(StrEnum):
    """How sure a fact of an earlier challenge is."""

    HIGH = "H"
    MEDIUM = "M"
    LOW = "L"
    UNKNOWN = "-"
