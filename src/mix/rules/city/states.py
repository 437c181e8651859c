"""How far what a city writes is: the draft of a variant."""

from enum import StrEnum


class DraftState(StrEnum):
    """How far a draft of a method variant is."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
