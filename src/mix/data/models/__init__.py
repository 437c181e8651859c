"""Every table, in the order in which they may name each other."""

from mix.data.models.case.challenges import Challenge, ChallengeCity, Need, Step
from mix.data.models.case.documents import Comment, Document, DocumentVersion
from mix.data.models.case.joining import JoinRequest
from mix.data.models.case.pilots import Pilot, PilotExtension, PilotWord
from mix.data.models.case.publishing import Notice
from mix.data.models.choice.awards import Award, Debrief, Dispute, Letter
from mix.data.models.choice.evaluations import (
    ConflictRuling,
    ConsensusScore,
    Declaration,
    Evaluation,
    Label,
    PanelInvitation,
    PanelMember,
    Ranking,
    Result,
    Score,
    StageInvitation,
    TieBreak,
)
from mix.data.models.city.absences import Absence
from mix.data.models.city.calendars import CalendarFeed, CityDay
from mix.data.models.city.identities import GroupDuty, IdentityProvider
from mix.data.models.city.letterheads import Letterhead
from mix.data.models.city.methods import MethodVersion
from mix.data.models.city.municipalities import (
    AuthorityBand,
    BandsProposal,
    Department,
    DocumentTemplate,
    GoLiveRequest,
    Municipality,
    RoleProposal,
    StaffInvitation,
    StaffRole,
    TrialGuest,
)
from mix.data.models.city.people import Person
from mix.data.models.city.policies import Bylaw, RuleConfirmation, RuleText
from mix.data.models.city.variants import MethodDraft
from mix.data.models.core.cache import CacheEntry
from mix.data.models.core.events import Beat, Chain, Checkpoint, Event
from mix.data.models.core.outbox import Digest, MailChoice, Message
from mix.data.models.core.sandboxes import Sandbox
from mix.data.models.delivery.agreements import Agreement, Clause, ClauseEdit, Deliverable, Paper, Signatory
from mix.data.models.delivery.conversations import (
    Conversation,
    ConversationReply,
    ConversationVersion,
    ConversationWord,
)
from mix.data.models.delivery.disclosures import Disclosure
from mix.data.models.delivery.invoices import Invoice
from mix.data.models.delivery.milestones import BacklogItem, ChangeOrder, Milestone, OutcomeReading, TakeOver
from mix.data.models.delivery.sprints import (
    CheckIn,
    DataGrant,
    Demo,
    Evidence,
    Incident,
    ParityEntry,
    ParityReason,
    SignOff,
)
from mix.data.models.flow.dates import DateReminder
from mix.data.models.flow.findings import ParticipationNotice, Purchase, RequirementReason, RuleWaiver
from mix.data.models.flow.moves import GateSignature, Judgement
from mix.data.models.knowledge.lessons import HistoryFact, HoursEntry, Lesson
from mix.data.models.market.custody import CustodyKey, CustodyShare, Opening
from mix.data.models.market.engagements import (
    CapabilityCard,
    ContactLogEntry,
    Engagement,
    EngagementQuestion,
    ProblemCard,
    Registration,
)
from mix.data.models.market.follows import Follow
from mix.data.models.market.participations import NamedVendor, Participation, StandingReached
from mix.data.models.market.solicitations import (
    Addendum,
    ExtensionProposal,
    HandOver,
    Question,
    Solicitation,
    SolicitationDocument,
)
from mix.data.models.market.submissions import (
    Acknowledgement,
    CoApplicant,
    ItemCheck,
    OpenedEnvelope,
    OwnHours,
    Submission,
    SubmissionVersion,
)
from mix.data.models.market.vendors import Merger, Vendor, VendorInvitation, VendorMember

__all__ = [
    "Absence",
    "Acknowledgement",
    "Addendum",
    "Agreement",
    "AuthorityBand",
    "Award",
    "BacklogItem",
    "BandsProposal",
    "Beat",
    "Bylaw",
    "CacheEntry",
    "CalendarFeed",
    "CapabilityCard",
    "Chain",
    "Challenge",
    "ChallengeCity",
    "ChangeOrder",
    "CheckIn",
    "Checkpoint",
    "CityDay",
    "Clause",
    "ClauseEdit",
    "CoApplicant",
    "Comment",
    "ConflictRuling",
    "ConsensusScore",
    "ContactLogEntry",
    "Conversation",
    "ConversationReply",
    "ConversationVersion",
    "ConversationWord",
    "CustodyKey",
    "CustodyShare",
    "DataGrant",
    "DateReminder",
    "Debrief",
    "Declaration",
    "Deliverable",
    "Demo",
    "Department",
    "Digest",
    "Disclosure",
    "Dispute",
    "Document",
    "DocumentTemplate",
    "DocumentVersion",
    "Engagement",
    "EngagementQuestion",
    "Evaluation",
    "Event",
    "Evidence",
    "ExtensionProposal",
    "Follow",
    "GateSignature",
    "GoLiveRequest",
    "GroupDuty",
    "HandOver",
    "HistoryFact",
    "HoursEntry",
    "IdentityProvider",
    "Incident",
    "Invoice",
    "ItemCheck",
    "JoinRequest",
    "Judgement",
    "Label",
    "Lesson",
    "Letter",
    "Letterhead",
    "MailChoice",
    "Merger",
    "Message",
    "MethodDraft",
    "MethodVersion",
    "Milestone",
    "Municipality",
    "NamedVendor",
    "Need",
    "Notice",
    "OpenedEnvelope",
    "Opening",
    "OutcomeReading",
    "OwnHours",
    "PanelInvitation",
    "PanelMember",
    "Paper",
    "ParityEntry",
    "ParityReason",
    "Participation",
    "ParticipationNotice",
    "Person",
    "Pilot",
    "PilotExtension",
    "PilotWord",
    "ProblemCard",
    "Purchase",
    "Question",
    "Ranking",
    "Registration",
    "RequirementReason",
    "Result",
    "RoleProposal",
    "RuleConfirmation",
    "RuleText",
    "RuleWaiver",
    "Sandbox",
    "Score",
    "SignOff",
    "Signatory",
    "Solicitation",
    "SolicitationDocument",
    "StaffInvitation",
    "StaffRole",
    "StageInvitation",
    "StandingReached",
    "Step",
    "Submission",
    "SubmissionVersion",
    "TakeOver",
    "TieBreak",
    "TrialGuest",
    "Vendor",
    "VendorInvitation",
    "VendorMember",
]
