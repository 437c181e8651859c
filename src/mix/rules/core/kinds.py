"""The closed vocabularies of the method, and the states that wings below their noun ask for too."""

from enum import StrEnum


class StepKind(StrEnum):
    """The step kinds that come with the program. A method is made of these, and of what else is registered."""

    DOCUMENT = "document"
    MARKET_SCAN = "market_scan"
    ENGAGEMENT = "engagement"
    SOLICITATION = "solicitation"
    EVALUATION = "evaluation"
    SPRINT = "sprint"
    AWARD = "award"
    AGREEMENT = "agreement"
    DELIVERY = "delivery"
    DISCLOSURE = "disclosure"
    CONVERSATION = "conversation"


class Route(StrEnum):
    """How the sale is made (docs/glossary.md). Frozen by the first public notice."""

    INNOVATION_PARTNERSHIP = "innovation_partnership"
    SPRINT_THEN_OPEN = "sprint_then_open"
    PILOT_ONLY = "pilot_only"
    TRADITIONAL = "traditional"
    NO_PURCHASE = "no_purchase"

    @property
    def ends_before_purchase(self) -> bool:
        """Whether nothing is bought by a challenge on this route, so that no award and no contract belongs to it."""
        return self in (Route.PILOT_ONLY, Route.NO_PURCHASE)


class Standing(StrEnum):
    """Where a vendor stands in one challenge, weakest first, so that a later standing includes the earlier."""

    INVITED = "invited"
    INTERESTED = "interested"
    QUALIFIED = "qualified"
    SHORTLISTED = "shortlisted"
    ADMITTED = "admitted"
    RECOMMENDED = "recommended"
    AWARDED = "awarded"

    def reaches(self, other: "Standing") -> bool:
        """Say whether this standing is at least the other."""
        order = list(Standing)
        return order.index(self) >= order.index(other)


class StepState(StrEnum):
    """The life of one step of one challenge."""

    WAITING = "waiting"
    ACTIVE = "active"
    DONE = "done"
    SKIPPED = "skipped"


class Decision(StrEnum):
    """The three ways out of a gate."""

    PROCEED = "proceed"
    REVISE = "revise"
    STOP = "stop"


class Basis(StrEnum):
    """What a stage of the scoring rests on: the papers, an interview, a demonstration, or the sprint's evidence."""

    READING = "reading"
    INTERVIEW = "interview"
    DEMO = "demo"
    EVIDENCE = "evidence"

    @property
    def is_met(self) -> bool:
        """Say whether vendors are met at an agreed time, so that there is something to record."""
        return self in (Basis.INTERVIEW, Basis.DEMO)


class Envelope(StrEnum):
    """The parts of a submission that are opened at different times."""

    TECHNICAL = "technical"
    PRICE = "price"


class Scan(StrEnum):
    """What a virus scanner says of a file. It marks, and never keeps anybody from being heard."""

    WAITING = "waiting"
    CLEAN = "clean"
    FOUND = "found"
    NOT_POSSIBLE = "not_possible"


class SprintSection(StrEnum):
    """The two steps that share one sprint room."""

    SET_UP = "set_up"
    RUN = "run"


class DeliverySection(StrEnum):
    """The five boxes of implementation, each with its own records."""

    BACKLOG = "backlog"
    CHANGES = "changes"
    SUPPORT = "support"
    MILESTONES = "milestones"
    OUTCOMES = "outcomes"


class Origin(StrEnum):
    """How a line of the log came to be: as it happened, from a scenario, or told of before this program."""

    LIVE = "live"
    REPLAY = "replay"
    HISTORY = "history"


class NeedState(StrEnum):
    """What became of a need."""

    OPEN = "open"
    MERGED = "merged"
    DECLINED = "declined"
    COMMISSIONED = "commissioned"


class CityState(StrEnum):
    """Whether a city still takes part in a challenge."""

    TAKING_PART = "taking_part"
    WITHDRAWN = "withdrawn"


class EvaluationPhase(StrEnum):
    """Where an evaluation stands, in the order of its life."""

    PANEL = "panel"
    SCORING = "scoring"
    CONSENSUS = "consensus"
    BETWEEN = "between"
    QUALITY_FROZEN = "quality_frozen"
    FINAL = "final"


class AgreementKind(StrEnum):
    """What an agreement is about: one sprint, or the purchase."""

    SPRINT = "sprint"
    CONTRACT = "contract"


class OutageRule(StrEnum):
    """What an outage before closing means; chosen by the city, printed in the notice."""

    EXTEND = "extend"
    BIDDER = "bidder"
