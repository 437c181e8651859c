"""Who may do what: one table of roles and permissions, and the hard separations.

`docs/permissions.md` is generated from this module. Readers apply it; nothing else grants anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """A duty in a municipality, in a challenge, in a vendor, or none (public)."""

    STAFF = "staff"
    PROJECT_LEAD = "project_lead"
    SPONSOR = "sponsor"
    PROCUREMENT_OFFICER = "procurement_officer"
    PROCUREMENT_MANAGER = "procurement_manager"
    LEGAL = "legal"
    SPECIALIST = "specialist"
    FINANCE = "finance"
    AUTHORITY = "authority"
    COUNCIL = "council"
    EVALUATOR = "evaluator"
    CHAIR = "chair"
    FAIRNESS_MONITOR = "fairness_monitor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PARTNER_CITY = "partner_city"
    PARTNER_PROCUREMENT = "partner_procurement"
    PARTNER_FINANCE = "partner_finance"
    PARTNER_AUTHORITY = "partner_authority"
    VENDOR = "vendor"


class Permission(StrEnum):
    """One thing that a page shows or a verb does."""

    NEED_REPORT = "need.report"
    NEED_DECIDE = "need.decide"
    CHALLENGE_READ = "challenge.read"
    CHALLENGE_CANCEL = "challenge.cancel"
    DOCUMENT_EDIT = "document.edit"
    DOCUMENT_COMMENT = "document.comment"
    ENGAGEMENT_RUN = "engagement.run"
    SOLICITATION_EDIT = "solicitation.edit"
    SOLICITATION_PUBLISH = "solicitation.publish"
    QUESTION_ANSWER = "question.answer"
    QUESTION_PUBLISH = "question.publish"
    QUESTION_READ = "question.read"
    ENVELOPE_OPEN = "envelope.open"
    ITEM_CHECK = "item.check"
    SUBMISSION_READ = "submission.read"
    CONVERSATION_READ = "conversation.read"
    CONVERSATION_RUN = "conversation.run"
    PRICE_READ = "price.read"
    PANEL_APPOINT = "panel.appoint"
    SCORE = "score"
    SCORES_READ = "scores.read"
    CONSENSUS_RECORD = "consensus.record"
    RESULT_FINALISE = "result.finalise"
    SPRINT_READ = "sprint.read"
    SPRINT_RUN = "sprint.run"
    SPRINT_SIGN_OFF = "sprint.sign_off"
    AWARD_PREPARE = "award.prepare"
    AWARD_READ = "award.read"
    AGREEMENT_EDIT = "agreement.edit"
    AGREEMENT_SIGN = "agreement.sign"
    DELIVERY_RUN = "delivery.run"
    PAYMENT_RECORD = "payment.record"
    HOURS_RECORD = "hours.record"
    LESSON_RECORD = "lesson.record"
    LOG_READ = "log.read"
    CASE_FILE_READ = "case_file.read"
    PEOPLE_MANAGE = "people.manage"
    PEOPLE_READ = "people.read"
    ROLE_CONFIRM = "role.confirm"
    MAIL_MANAGE = "mail.manage"
    DELEGATION_EDIT = "delegation.edit"
    DEPARTMENT_EDIT = "department.edit"
    CITY_EDIT = "city.edit"
    TRIAL_READ = "trial.read"
    TRIAL_PLAY = "trial.play"
    GO_LIVE_ASK = "go_live.ask"
    GO_LIVE_CONFIRM = "go_live.confirm"
    BYLAW_READ = "bylaw.read"
    BYLAW_SIGN = "bylaw.sign"
    METHOD_EDIT = "method.edit"
    METHOD_PUBLISH = "method.publish"
    PILOT_REGISTER = "pilot.register"
    PILOT_READ = "pilot.read"
    PILOT_MANAGE = "pilot.manage"


_READING_CITY = (
    Role.PROJECT_LEAD,
    Role.SPONSOR,
    Role.PROCUREMENT_OFFICER,
    Role.PROCUREMENT_MANAGER,
    Role.LEGAL,
    Role.SPECIALIST,
    Role.FINANCE,
    Role.AUTHORITY,
    Role.COUNCIL,
    Role.FAIRNESS_MONITOR,
    Role.AUDITOR,
    Role.PARTNER_CITY,
)
_WORKING_CITY = (
    Role.PROJECT_LEAD,
    Role.SPONSOR,
    Role.PROCUREMENT_OFFICER,
    Role.PROCUREMENT_MANAGER,
    Role.LEGAL,
    Role.SPECIALIST,
    Role.FINANCE,
    Role.PARTNER_CITY,
)
_PROCUREMENT = (Role.PROCUREMENT_OFFICER, Role.PROCUREMENT_MANAGER)
_OVERSIGHT = (Role.FAIRNESS_MONITOR, Role.AUDITOR)

# Who may be named to decide at a gate, and to work on a step: of the city's own, and nobody who scores or oversees.
OWNERS = frozenset(_WORKING_CITY) - {Role.PARTNER_CITY}
DECIDERS = OWNERS | {Role.AUTHORITY, Role.COUNCIL}

# Who confirms what another proposed: every one of them was confirmed by a second person before.
_CONFIRMING = frozenset({Role.ADMINISTRATOR, Role.PROCUREMENT_MANAGER, Role.AUTHORITY})

# What a partner city's people are in a challenge that another city leads, by their duties at home. They read there
# what those duties read at home, and act in nothing that the lead city does for all.
_AS_PARTNER: dict[Role, frozenset[Role]] = {
    Role.PARTNER_PROCUREMENT: frozenset(_PROCUREMENT),
    Role.PARTNER_FINANCE: frozenset({Role.FINANCE}),
    Role.PARTNER_AUTHORITY: frozenset({Role.AUTHORITY}),
}
AS_PARTNER = frozenset({Role.PARTNER_CITY, *_AS_PARTNER})

_STAFF = frozenset(r for r in Role if r not in AS_PARTNER | {Role.VENDOR, Role.AUDITOR})

_AT_HOME: dict[Permission, frozenset[Role]] = {
    Permission.NEED_REPORT: _STAFF,
    Permission.NEED_DECIDE: frozenset({Role.SPONSOR, Role.PROJECT_LEAD, Role.PROCUREMENT_MANAGER}),
    Permission.CHALLENGE_READ: frozenset(_READING_CITY),
    Permission.CHALLENGE_CANCEL: frozenset({Role.PROCUREMENT_MANAGER}),
    Permission.DOCUMENT_EDIT: frozenset({Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER}),
    Permission.DOCUMENT_COMMENT: frozenset(_WORKING_CITY),
    Permission.ENGAGEMENT_RUN: frozenset({Role.PROJECT_LEAD, *_PROCUREMENT}),
    Permission.SOLICITATION_EDIT: frozenset({Role.PROJECT_LEAD, *_PROCUREMENT}),
    Permission.SOLICITATION_PUBLISH: frozenset(_PROCUREMENT),
    Permission.QUESTION_ANSWER: frozenset({Role.PROJECT_LEAD, Role.SPONSOR, *_PROCUREMENT}),
    Permission.QUESTION_PUBLISH: frozenset(_PROCUREMENT),
    Permission.QUESTION_READ: frozenset({Role.PROJECT_LEAD, Role.SPONSOR, *_PROCUREMENT, *_OVERSIGHT}),
    Permission.ENVELOPE_OPEN: frozenset(_PROCUREMENT),
    Permission.ITEM_CHECK: OWNERS,
    Permission.SUBMISSION_READ: frozenset(
        {Role.PROJECT_LEAD, *_PROCUREMENT, Role.EVALUATOR, Role.CHAIR, Role.FAIRNESS_MONITOR}
    ),
    Permission.CONVERSATION_READ: frozenset(
        {Role.PROJECT_LEAD, Role.SPONSOR, Role.SPECIALIST, Role.LEGAL, *_PROCUREMENT, *_OVERSIGHT}
    ),
    Permission.CONVERSATION_RUN: frozenset({Role.PROJECT_LEAD, Role.SPONSOR, Role.SPECIALIST, *_PROCUREMENT}),
    Permission.PRICE_READ: frozenset({*_PROCUREMENT, Role.FINANCE, Role.CHAIR, Role.FAIRNESS_MONITOR}),
    Permission.PANEL_APPOINT: frozenset(_PROCUREMENT),
    Permission.SCORE: frozenset({Role.EVALUATOR, Role.CHAIR}),
    Permission.SCORES_READ: frozenset({Role.EVALUATOR, Role.CHAIR, *_PROCUREMENT, Role.FAIRNESS_MONITOR}),
    Permission.CONSENSUS_RECORD: frozenset({Role.CHAIR}),
    Permission.RESULT_FINALISE: frozenset(_PROCUREMENT),
    Permission.SPRINT_READ: frozenset({*_READING_CITY, Role.EVALUATOR, Role.CHAIR}) - {Role.COUNCIL},
    Permission.SPRINT_RUN: frozenset({Role.PROJECT_LEAD, Role.SPONSOR, Role.PROCUREMENT_OFFICER}),
    Permission.SPRINT_SIGN_OFF: frozenset({Role.SPECIALIST, Role.SPONSOR}),
    Permission.AWARD_PREPARE: frozenset(_PROCUREMENT),
    Permission.AWARD_READ: frozenset(_READING_CITY),
    Permission.AGREEMENT_EDIT: frozenset({Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER, Role.LEGAL}),
    Permission.AGREEMENT_SIGN: frozenset({Role.AUTHORITY, Role.PROCUREMENT_MANAGER, Role.LEGAL}),
    Permission.DELIVERY_RUN: frozenset({Role.PROJECT_LEAD, Role.SPONSOR, Role.PROCUREMENT_OFFICER}),
    Permission.PAYMENT_RECORD: frozenset({Role.FINANCE}),
    Permission.HOURS_RECORD: frozenset({*_WORKING_CITY, Role.EVALUATOR, Role.CHAIR}),
    Permission.LESSON_RECORD: frozenset({*_WORKING_CITY, Role.FAIRNESS_MONITOR}),
    Permission.LOG_READ: frozenset(_READING_CITY),
    Permission.CASE_FILE_READ: frozenset({*_OVERSIGHT, Role.AUTHORITY, Role.COUNCIL, *_PROCUREMENT}),
    Permission.PEOPLE_MANAGE: frozenset({Role.ADMINISTRATOR}),
    Permission.PEOPLE_READ: _CONFIRMING | {Role.AUDITOR},
    Permission.ROLE_CONFIRM: _CONFIRMING,
    Permission.MAIL_MANAGE: frozenset({Role.ADMINISTRATOR, *_PROCUREMENT}),
    Permission.DELEGATION_EDIT: frozenset({Role.PROCUREMENT_MANAGER}),
    Permission.DEPARTMENT_EDIT: frozenset({Role.ADMINISTRATOR, Role.PROCUREMENT_MANAGER}),
    Permission.CITY_EDIT: frozenset({Role.ADMINISTRATOR, Role.PROCUREMENT_MANAGER}),
    Permission.TRIAL_READ: _STAFF | {Role.AUDITOR},
    Permission.TRIAL_PLAY: frozenset({Role.ADMINISTRATOR, Role.PROJECT_LEAD, *_PROCUREMENT}),
    Permission.GO_LIVE_ASK: frozenset({Role.ADMINISTRATOR}),
    Permission.GO_LIVE_CONFIRM: frozenset({Role.AUTHORITY, Role.PROCUREMENT_MANAGER}),
    Permission.BYLAW_READ: frozenset({Role.PROCUREMENT_MANAGER, Role.LEGAL, Role.AUTHORITY, Role.AUDITOR}),
    Permission.BYLAW_SIGN: frozenset({Role.PROCUREMENT_MANAGER, Role.LEGAL, Role.AUTHORITY}),
    Permission.METHOD_EDIT: frozenset({Role.PROJECT_LEAD, Role.LEGAL, *_PROCUREMENT}),
    Permission.METHOD_PUBLISH: frozenset({Role.PROCUREMENT_MANAGER, Role.LEGAL}),
    Permission.PILOT_REGISTER: _STAFF,
    Permission.PILOT_READ: _STAFF | {Role.AUDITOR},
    Permission.PILOT_MANAGE: frozenset(_PROCUREMENT),
}

# What is only read, of what vendors ask and write, how they were scored, and the record of the case.
_READ = (
    Permission.QUESTION_READ,
    Permission.SUBMISSION_READ,
    Permission.CONVERSATION_READ,
    Permission.PRICE_READ,
    Permission.SCORES_READ,
    Permission.CASE_FILE_READ,
)

TABLE: dict[Permission, frozenset[Role]] = _AT_HOME | {
    read: _AT_HOME[read] | {there for there, home in _AS_PARTNER.items() if home & _AT_HOME[read]} for read in _READ
}


class Part(StrEnum):
    """What somebody is for one key or one step, without a duty of a city."""

    HOLDER = "holder"  # keeps a share of a key
    REVIEWER = "reviewer"  # says whether the requirements of a final challenge are neutral


@dataclass(frozen=True, slots=True)
class Held:
    """Something that somebody is, and in which cities (codes).

    A duty is of one city, a seat of every city of its challenge, a share of its key's, a place in a vendor of none.
    """

    role: Role | Part
    cities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Separation:
    """Two sets of roles of which one person may not have one of each: in one city or challenge, or anywhere."""

    one: frozenset[Role]
    other: frozenset[Role]
    code: str
    anywhere: bool = False


_PANEL = frozenset({Role.EVALUATOR, Role.CHAIR})
# Who gives a word at a gate, opens, scores, or watches those who do.
_DECIDING = frozenset(
    {
        *_PANEL,
        *_PROCUREMENT,
        *_OVERSIGHT,
        Role.SPONSOR,
        Role.LEGAL,
        Role.FINANCE,
        Role.AUTHORITY,
        Role.COUNCIL,
    }
)
SEPARATIONS = (
    Separation(_PANEL, frozenset(_PROCUREMENT), "procurement_does_not_score"),
    Separation(_PANEL, frozenset({Role.COUNCIL}), "councillors_do_not_evaluate", anywhere=True),
    Separation(_PANEL, frozenset({Role.AUTHORITY}), "approvers_do_not_evaluate"),
    Separation(_PANEL, frozenset(_OVERSIGHT), "overseers_do_not_evaluate"),
    Separation(frozenset(_OVERSIGHT), frozenset({*_PROCUREMENT, Role.AUTHORITY}), "overseers_do_not_decide"),
    Separation(frozenset({Role.ADMINISTRATOR}), _DECIDING, "administrators_do_not_decide"),
)

# Duties that one person proposes and another confirms, and whose changes the auditors and managers are told.
TWO_PEOPLE = frozenset({*_CONFIRMING, Role.AUDITOR, Role.COUNCIL})

# Who must use a second factor: everybody who works for a city.
SECOND_FACTOR: frozenset[Role] = frozenset(r for r in Role if r is not Role.VENDOR)


# Who reads for those who oversee: in a challenge of several cities each city's own do, as in one that it leads.
_WATCHING = frozenset({*_OVERSIGHT, Role.COUNCIL})


def roles_as_partner(own: Iterable[Role]) -> frozenset[Role]:
    """Return what a partner city's people are in a challenge by their duties at home.

    Its auditors, fairness monitors and councillors stay that; whoever works on challenges works for the partner, and
    procurement, finance and the authority read what they read at home; anybody else, such as an administrator or an
    evaluator without a seat, is nothing there.
    """
    held = frozenset(own) - {Role.EVALUATOR, Role.CHAIR}
    if not held & TABLE[Permission.CHALLENGE_READ] - _WATCHING:
        return held & _WATCHING
    return (held & _WATCHING) | {Role.PARTNER_CITY} | {there for there, home in _AS_PARTNER.items() if held & home}


def grants(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether any of the roles carries the permission."""
    return not TABLE[permission].isdisjoint(roles)


def reads_for_the_city(roles: Iterable[Role], permission: Permission) -> bool:
    """Say whether somebody reads what vendors wrote, or how they were scored, on the city's own pages.

    Whoever has a seat on a panel of the challenge reads it as an evaluator alone, where conflicts hide what they must.
    """
    held = frozenset(roles)
    return held.isdisjoint({Role.EVALUATOR, Role.CHAIR}) and grants(held, permission)


def broken_by(new: Held, held: Iterable[Held]) -> tuple[str, ...]:
    """Name every separation that something new breaks beside what somebody holds anywhere; the same both ways round.

    Nobody works for a city, any city, and acts for a vendor.
    """
    others = tuple(held)
    codes = [code for code in (_crossed_sides(new, others),) if code]
    for apart in SEPARATIONS:
        against = apart.other if new.role in apart.one else apart.one if new.role in apart.other else frozenset()
        if any(h.role in against and (apart.anywhere or h.cities & new.cities) for h in others):
            codes.append(apart.code)
    return tuple(codes)


def _crossed_sides(new: Held, others: Iterable[Held]) -> str:
    acts_for_vendor = new.role is Role.VENDOR
    if not any((h.role is Role.VENDOR) is not acts_for_vendor for h in others):
        return ""
    return "staff_may_not_bid" if acts_for_vendor else "vendor_may_not_serve"
