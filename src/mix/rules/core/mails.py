"""Which mail is of which kind, how often somebody gets each, and over which time one digest runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mix.rules.core.access import Permission


class MailClass(StrEnum):
    """Why somebody gets a mail: it is owed to them, they follow something, or they were invited."""

    DUTY = "duty"
    FOLLOWED = "followed"
    INVITED = "invited"


class MailKind(StrEnum):
    """What a mail is about, as somebody chooses how often to get it."""

    ACCOUNT = "account"  # keys, receipts, results: always, and at once
    TURN = "turn"  # something waits for them
    DATES = "dates"  # a date comes near
    NEWS = "news"  # something happened in what they take part in
    FOLLOWS = "follows"  # a call is out of what they follow
    INVITATIONS = "invitations"  # they may answer, come, or join


class Pace(StrEnum):
    """How often."""

    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


CLASSES = {
    MailKind.ACCOUNT: MailClass.DUTY,
    MailKind.TURN: MailClass.DUTY,
    MailKind.DATES: MailClass.DUTY,
    MailKind.NEWS: MailClass.FOLLOWED,
    MailKind.FOLLOWS: MailClass.FOLLOWED,
    MailKind.INVITATIONS: MailClass.INVITED,
}
# What somebody may choose. A duty has no stop; what is always sent at once is no choice.
PACES = {
    MailKind.ACCOUNT: (Pace.NOW,),
    MailKind.TURN: (Pace.NOW, Pace.DAILY),
    MailKind.DATES: (Pace.NOW, Pace.DAILY),
    MailKind.NEWS: (Pace.NOW, Pace.DAILY, Pace.WEEKLY, Pace.OFF),
    MailKind.FOLLOWS: (Pace.NOW, Pace.DAILY, Pace.WEEKLY, Pace.OFF),
    MailKind.INVITATIONS: (Pace.NOW, Pace.OFF),
}
CHOOSABLE = tuple(kind for kind, paces in PACES.items() if len(paces) > 1)

_CODES = {
    MailKind.TURN: """duties_to_review role_waits bands_wait handed_over merger_asked join_asked pilot_declared
        co_applicant_asked
        pilot_unsolicited pilot_asked pilot_extension_asked need_reported question_asked event_question_asked
        share_waits appointed scoring_open debrief_asked conflict_declared conflict_to_rule all_handed_in
        consensus_open dispute_filed asked_to_review agreement_drafted clause_proposed asked_to_sign
        vendor_proposed_clause deliverable_delivered incident_reported milestone_delivered step_started
        asked_to_decide returned take_over_asked call_handed_over call_sent_back share_grew go_live_asked
        conversation_begun conversation_turn_city conversation_turn_vendor conversation_word_city
        conversation_word_vendor invoice_received invoice_to_pay invoice_returned
        asked_to_stand_in stands_in_no_more stands_in_for_you stands_in_declined away_entered
        away_ended""",
    MailKind.DATES: "pilot_undeclared pilot_ending pilot_ended pilot_report date_soon",
    MailKind.NEWS: """role_confirmed role_named role_dropped role_ended bands_set staff_invitation_accepted
        team_invitation_accepted shared_member member_ended join_agreed join_refused pilot_approved pilot_refused
        pilot_closed document_corrected need_declined need_merged need_commissioned chair_passed result_before_award
        went_live go_live_dropped seat_accepted seat_declined""",
    MailKind.FOLLOWS: "call_followed",
    MailKind.INVITATIONS: "invited_to_answer",
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes.split()}


def kind_of_mail(code: str) -> MailKind:
    """Return of which kind a mail is; what no kind names goes to everybody at once, such as what is late."""
    return _KINDS.get(code, MailKind.ACCOUNT)


def known_codes() -> frozenset[str]:
    """Return the mails that a kind names."""
    return frozenset(_KINDS)


def may_stop(kind: MailKind) -> bool:
    """Say whether a mail of a kind can be stopped."""
    return Pace.OFF in PACES[kind]


# What waits for one person by name, whom nobody can stand in for: a seat, a share of a key, a signature.
_BY_NAME = """handed_over share_waits appointed scoring_open share_grew conflict_declared all_handed_in consensus_open
    asked_to_review asked_to_sign asked_to_stand_in stands_in_no_more stands_in_for_you stands_in_declined away_entered
    away_ended"""
_OWED = frozenset({"asked_again", "date_late", "pilot_overdue"})  # duties among what goes to everybody at once
# What goes to one person of a duty: whoever stands in gets it too, if the duty carries this.
_STANDING_IN = {
    "call_sent_back": Permission.SOLICITATION_EDIT,
    **dict.fromkeys(
        ("pilot_undeclared", "pilot_ending", "pilot_ended", "pilot_report", "pilot_overdue"), Permission.PILOT_MANAGE
    ),
}


def is_stood_in_for(code: str) -> bool:
    """Say whether a mail is of a duty in which somebody may stand in for whoever is away."""
    return code in _OWED or (kind_of_mail(code) in (MailKind.TURN, MailKind.DATES) and code not in _BY_NAME.split())


def needed_to_stand_in(code: str) -> Permission | None:
    """Return what a duty must carry so that a mail goes to whoever stands in, too.

    None: it goes to all who have the duty, and whoever stands in is told or left out with them.
    """
    return _STANDING_IN.get(code)


MORNING = time(8)  # on the clock of the digests
ZONE = "America/Toronto"
MONDAY = 0


@dataclass(frozen=True, slots=True)
class Window:
    """Over which time a digest runs: from an instant up to, and without, another."""

    since: datetime
    until: datetime


def window_of(pace: Pace, *, now: datetime) -> Window:
    """Return the last window that has ended: a day up to eight in the morning, or a week up to Monday at eight.

    On the clock, so that a day on which it is changed has 23 or 25 hours.
    """
    zone = ZoneInfo(ZONE)
    day = now.astimezone(zone).date()
    if datetime.combine(day, MORNING, zone) > now:
        day -= timedelta(days=1)
    length = timedelta(days=1)
    if pace is Pace.WEEKLY:
        day -= timedelta(days=(day.weekday() - MONDAY) % 7)
        length = timedelta(days=7)
    return Window(datetime.combine(day - length, MORNING, zone), datetime.combine(day, MORNING, zone))
