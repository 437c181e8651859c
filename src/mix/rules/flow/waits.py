"""What waits for somebody: each kind of it with the verbs that end it, in which order it stands, how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mix.rules.city.calendar import day_in
from mix.rules.core.chain import digest
from mix.rules.core.unmet import Unmet


class Doing(StrEnum):
    """What somebody has to do. Its words stand in `phrases.flow`, its verbs in `ENDED_BY`."""

    # gates and steps
    SIGN_GATE = "sign_gate"
    WORK = "work"
    FINISH = "finish"
    REVIEW_PACK = "review_pack"
    ANSWER_COMMENT = "answer_comment"
    AGREE_WAIVER = "agree_waiver"
    ANSWER_JOINING = "answer_joining"
    DECIDE_NEED = "decide_need"
    # calls and envelopes
    ANSWER_QUESTION = "answer_question"
    PUBLISH_ANSWER = "publish_answer"
    ANSWER_VISITOR = "answer_visitor"
    RECORD_EVENT = "record_event"
    PUBLISH_CALL = "publish_call"
    CONFIRM_CLOSING = "confirm_closing"
    OPEN_ENVELOPES = "open_envelopes"
    CHECK_ITEMS = "check_items"
    OPEN_PRICES = "open_prices"
    TAKE_SHARE = "take_share"
    REHEARSE_SHARE = "rehearse_share"
    CHECK_SHARE = "check_share"
    OFFER_SHARE = "offer_share"
    # panels, awards, letters
    DECLARE = "declare"
    SCORE = "score"
    RULE_CONFLICT = "rule_conflict"
    RECORD_MEETING = "record_meeting"
    OPEN_CONSENSUS = "open_consensus"
    AGREE_SCORES = "agree_scores"
    PLAN_DEBRIEF = "plan_debrief"
    HOLD_DEBRIEF = "hold_debrief"
    ANSWER_OBJECTION = "answer_objection"
    # agreements, sprints, delivery
    TAKE_TURN = "take_turn"
    ANSWER_CLAUSE = "answer_clause"
    SIGN_AGREEMENT = "sign_agreement"
    RECEIVE_PAPER = "receive_paper"
    RENEW_PAPER = "renew_paper"
    SIGN_OFF_SECURITY = "sign_off_it_security"
    SIGN_OFF_PRIVACY = "sign_off_privacy"
    SIGN_OFF_ACCESS = "sign_off_accessibility"
    SIGN_OFF_DEPARTMENT = "sign_off_department"
    SETTLE_INCIDENT = "settle_incident"
    CHECK_IN = "check_in"
    TAKE_BACK_DATA = "take_back_data"
    JUDGE_DELIVERABLE = "judge_deliverable"
    JUDGE_MILESTONE = "judge_milestone"
    JUDGE_INVOICE = "judge_invoice"
    PAY_INVOICE = "pay_invoice"
    DECIDE_CHANGE = "decide_change"
    SETTLE_BACKLOG = "settle_backlog"
    # pilots
    DECIDE_PILOT = "decide_pilot"
    ASK_PILOT = "ask_pilot"
    AGREE_EXTENSION = "agree_extension"
    CLOSE_PILOT = "close_pilot"
    # the city itself
    STAND_IN = "stand_in"
    SIGN_BYLAW = "sign_bylaw"
    SIGN_BANDS = "sign_bands"
    CONFIRM_GOING_LIVE = "confirm_going_live"
    CONFIRM_RULE = "confirm_rule"
    CONFIRM_ROLE = "confirm_role"
    CONFIRM_DUTIES = "confirm_duties"
    PUBLISH_VARIANT = "publish_variant"
    SEND_AGAIN = "send_again"
    # a vendor's own
    HAND_IN = "hand_in"
    CONFIRM_ADDENDUM = "confirm_addendum"
    DELIVER = "deliver"
    DELIVER_MILESTONE = "deliver_milestone"
    SEND_INVOICE = "send_invoice"
    GIVE_BACK_DATA = "give_back_data"
    ANSWER_MERGER = "answer_merger"
    ANSWER_TOGETHER = "answer_together"


# The verbs of the log by which somebody does what waited: once one of them is done, the entry is gone.
ENDED_BY: dict[Doing, str] = {
    Doing.SIGN_GATE: "moves.sign",
    Doing.WORK: """moves.ask moves.complete moves.skip moves.begin_again documents.save documents.reuse
        solicitations.draft solicitations.hand_over call_forms.fit engagements.plan engagements.publish
        evaluations.appoint outsiders.invite practice_seats.seat evaluations.open_scoring
        evaluations.invite evaluations.set_meeting
        conversations.begin awards.recommend awards.record_negotiation awards.fail_negotiation agreements.draft
        agreements.name_signatory disclosures.appoint_reviewer delivery.add_backlog_item delivery.plan_milestone
        delivery.set_tests delivery.read_outcome sprints.grant_data sprints.record_evidence sprints.hold_demo
        sprints.enter_parity sprints.explain_parity""",
    Doing.FINISH: """evaluations.finalise_result evaluations.break_tie evaluations.freeze_quality ties.fix_lot
        ties.draw_lot""",
    Doing.REVIEW_PACK: "disclosures.review",
    Doing.ANSWER_COMMENT: "documents.settle_comment",
    Doing.AGREE_WAIVER: "findings.agree_to_waive",
    Doing.ANSWER_JOINING: "joining.answer",
    Doing.DECIDE_NEED: "challenges.decline_need challenges.merge_need challenges.commission",
    Doing.ANSWER_QUESTION: "solicitations.draft_answer",
    Doing.PUBLISH_ANSWER: "solicitations.publish_answer solicitations.give_confidential_answer",
    Doing.ANSWER_VISITOR: "engagements.answer",
    Doing.RECORD_EVENT: "engagements.hold",
    Doing.PUBLISH_CALL: "solicitations.publish solicitations.send_back",
    Doing.CONFIRM_CLOSING: "addenda.issue addenda.drop_extension",
    Doing.OPEN_ENVELOPES: "sealing.open_envelopes",
    Doing.CHECK_ITEMS: "item_checks.check",
    Doing.OPEN_PRICES: "sealing.open_envelopes",
    Doing.TAKE_SHARE: "custody.take_share",
    Doing.REHEARSE_SHARE: "custody.rehearse",
    Doing.CHECK_SHARE: "custody.check_possession",
    Doing.OFFER_SHARE: "custody.offer_share",
    Doing.DECLARE: "evaluations.declare",
    Doing.SCORE: "evaluations.score evaluations.hand_in",
    Doing.RULE_CONFLICT: "evaluations.rule_on_conflict",
    Doing.RECORD_MEETING: "evaluations.record_meeting",
    Doing.OPEN_CONSENSUS: "evaluations.open_consensus",
    Doing.AGREE_SCORES: "evaluations.agree",
    Doing.PLAN_DEBRIEF: "awards.plan_debrief",
    Doing.HOLD_DEBRIEF: "awards.hold_debrief",
    Doing.ANSWER_OBJECTION: "awards.answer_dispute",
    Doing.TAKE_TURN: "conversations.hand_over conversations.agree conversations.end",
    Doing.ANSWER_CLAUSE: "agreements.answer_edit",
    Doing.SIGN_AGREEMENT: "agreements.sign",
    Doing.RECEIVE_PAPER: "agreements.receive_paper",
    Doing.RENEW_PAPER: "agreements.receive_paper",
    Doing.SIGN_OFF_SECURITY: "sprints.sign_off",
    Doing.SIGN_OFF_PRIVACY: "sprints.sign_off",
    Doing.SIGN_OFF_ACCESS: "sprints.sign_off",
    Doing.SIGN_OFF_DEPARTMENT: "sprints.sign_off",
    Doing.SETTLE_INCIDENT: "sprints.settle_incident",
    Doing.CHECK_IN: "sprints.check_in",
    Doing.TAKE_BACK_DATA: "sprints.return_data",
    Doing.JUDGE_DELIVERABLE: "agreements.judge_deliverable",
    Doing.JUDGE_MILESTONE: "delivery.judge_milestone",
    Doing.JUDGE_INVOICE: "invoices.judge",
    Doing.PAY_INVOICE: "invoices.record_payment",
    Doing.DECIDE_CHANGE: "delivery.decide_change",
    Doing.SETTLE_BACKLOG: "delivery.settle_backlog_item",
    Doing.DECIDE_PILOT: "pilots.say",
    Doing.ASK_PILOT: "pilots.ask pilots.describe",
    Doing.AGREE_EXTENSION: "pilots.agree_extension",
    Doing.CLOSE_PILOT: "pilots.close",
    Doing.STAND_IN: "absences.accept absences.decline",
    Doing.SIGN_BYLAW: "policies.sign_bylaw policies.drop_bylaw",
    Doing.SIGN_BANDS: "municipalities.set_bands municipalities.drop_bands",
    Doing.CONFIRM_GOING_LIVE: "municipalities.go_live municipalities.drop_going_live",
    Doing.CONFIRM_RULE: "policies.confirm_rule",
    Doing.CONFIRM_ROLE: "people.confirm_role people.drop_role",
    Doing.CONFIRM_DUTIES: "people.confirm_duties",
    Doing.PUBLISH_VARIANT: "variants.publish variants.send_back",
    Doing.SEND_AGAIN: "municipalities.send_again",
    Doing.HAND_IN: "submissions.finalise",
    Doing.CONFIRM_ADDENDUM: "submissions.acknowledge",
    Doing.DELIVER: "agreements.deliver",
    Doing.DELIVER_MILESTONE: "delivery.deliver_milestone",
    Doing.SEND_INVOICE: "invoices.send",
    Doing.GIVE_BACK_DATA: "sprints.return_data",
    Doing.ANSWER_MERGER: "mergers.agree mergers.decline",
    Doing.ANSWER_TOGETHER: "co_applicants.join co_applicants.decline",
}

RANKS = {doing: rank for rank, doing in enumerate(Doing)}
FIRST_LINES = 12  # of a desk; what comes after is shown by day
TOGETHER = 3  # lines of one act beyond which they stand as one
SOON = timedelta(days=3)
ASKED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """Something that waits: what is to be done, where, since when and until when, how many of it, and for whom.

    `challenge` is its number, `step` its key there, `at` the code of what it is about where that has one of its own.
    `city` is the code of the city that owes it, `lead` of the one that leads the challenge where that is another.
    Whom it waits for there are `roles`, or a `person` by its number, and nobody of `but`, who asked; `vendor` is the
    number of whom it is about.
    """

    doing: Doing
    since: datetime
    until: datetime | None = None
    count: int = 1
    challenge: int | None = None
    step: str = ""
    at: str = ""
    city: str = ""
    roles: frozenset[str] = frozenset()
    person: int | None = None
    vendor: int | None = None
    is_owed_by_vendor: bool = False
    lead: str = ""
    but: frozenset[int] = frozenset()

    @property
    def name(self) -> str:
        """What names this wait as long as it stands: in the log, in a form."""
        owner = ["vendor", self.vendor] if self.is_owed_by_vendor else ["person", self.person]
        return f"{self.doing}:{digest([self.challenge, self.step, self.at, self.city, sorted(self.roles), owner])[:12]}"

    def is_late(self, now: datetime) -> bool:
        """Say whether its time is over."""
        return self.until is not None and self.until < now

    def is_soon(self, now: datetime) -> bool:
        """Say whether its time is over within days."""
        return self.until is not None and now <= self.until <= now + SOON


def in_order(waits: Iterable[Wait], *, now: datetime) -> list[Wait]:
    """Order what waits: what is late first, then by the time left, then what has no date, the longest wait first."""

    def place(wait: Wait) -> tuple[object, ...]:
        of_it = RANKS[wait.doing], wait.challenge or 0, wait.step, wait.at, wait.vendor or 0, wait.person or 0
        if wait.until is None:
            return 2, wait.since, *of_it
        return 0 if wait.is_late(now) else 1, wait.until, *of_it

    return sorted(waits, key=place)


@dataclass(frozen=True, slots=True)
class Rest:
    """How many waits of one act, with how many things, end at an instant, and were counted without being fetched.

    They come after those that were, in the order of `in_order`.
    """

    doing: Doing
    until: datetime | None
    waits: int
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a desk: one thing that waits, or several of the same act that stand together.

    `rest` is what of that act was only counted.
    """

    waits: tuple[Wait, ...]
    rest: tuple[Rest, ...] = ()

    @property
    def first(self) -> Wait:
        """What stands for the line."""
        return self.waits[0]

    @property
    def many(self) -> int:
        """How many waits stand together."""
        return len(self.waits) + sum(rest.waits for rest in self.rest)

    @property
    def count(self) -> int:
        """How many things it says."""
        return sum(wait.count for wait in self.waits) + sum(rest.count for rest in self.rest)


def lines_of(waits: Sequence[Wait], *, now: datetime, rest: Sequence[Rest] = ()) -> list[Line]:
    """Order what waits and put together what is the same act, where it has no date and there is much of it."""
    ordered = in_order(waits, now=now)
    undated: dict[Doing, list[Wait]] = {}
    for wait in ordered:
        if wait.until is None:
            undated.setdefault(wait.doing, []).append(wait)
    counted = {doing: tuple(r for r in rest if r.until is None and r.doing is doing) for doing in undated}
    lines = []
    for wait in ordered:
        same = undated[wait.doing] if wait.until is None else []
        together = Line(tuple(same), counted[wait.doing]) if same else Line((wait,))
        if together.many <= TOGETHER:
            lines.append(Line((wait,)))
        elif same[0] is wait:
            lines.append(together)
    return lines


@dataclass(frozen=True, slots=True)
class Day:
    """How much of what is not shown at first is due on a day; None: it has no date."""

    on: date | None
    count: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What a desk shows at first, and the rest by day."""

    lines: tuple[Line, ...]
    rest: tuple[Day, ...]
    total: int


def desk_of(waits: Sequence[Wait], *, now: datetime, zone: str, rest: Sequence[Rest] = ()) -> Desk:
    """Return the first lines of what waits, and the rest counted by the days of a zone."""
    lines = lines_of(waits, now=now, rest=rest)
    later = [(line.first.until, line.count) for line in lines[FIRST_LINES:]]
    later += [(some.until, some.count) for some in rest if some.until is not None]
    by_day: dict[date | None, int] = {}
    for until, count in sorted(later, key=lambda pair: (pair[0] is None, pair[0] or now)):
        on = day_in(zone, until) if until else None
        by_day[on] = by_day.get(on, 0) + count
    total = sum(line.count for line in lines[:FIRST_LINES]) + sum(by_day.values())
    return Desk(tuple(lines[:FIRST_LINES]), tuple(Day(on, count) for on, count in by_day.items()), total)


_AGREEMENT = "city/challenges/{challenge}/agreements/{at}/"
_ELSEWHERE = {
    Doing.PUBLISH_CALL: "city/challenges/{challenge}/{step}/publish/",
    Doing.AGREE_WAIVER: "city/challenges/{challenge}/policy/",
    Doing.ANSWER_JOINING: "city/challenges/{challenge}/whole/",
    Doing.DECIDE_NEED: "city/needs/{at}/",
    Doing.TAKE_SHARE: "city/calls/{at}/custody/",
    Doing.REHEARSE_SHARE: "city/calls/{at}/custody/",
    Doing.CHECK_SHARE: "city/calls/{at}/custody/",
    Doing.OFFER_SHARE: "city/calls/{at}/custody/",
    Doing.DECLARE: "evaluation/{challenge}/{step}/declare/",
    Doing.SCORE: "evaluation/{challenge}/{step}/",
    Doing.OPEN_CONSENSUS: "evaluation/{challenge}/{step}/",
    Doing.AGREE_SCORES: "evaluation/{challenge}/{step}/consensus/",
    Doing.TAKE_TURN: "city/challenges/{challenge}/conversations/{at}/",
    Doing.ANSWER_CLAUSE: _AGREEMENT,
    Doing.SIGN_AGREEMENT: _AGREEMENT,
    Doing.JUDGE_INVOICE: _AGREEMENT,
    Doing.PAY_INVOICE: _AGREEMENT,
    Doing.RECEIVE_PAPER: _AGREEMENT,
    Doing.JUDGE_DELIVERABLE: _AGREEMENT,
    Doing.DECIDE_PILOT: "city/pilots/{at}/",
    Doing.ASK_PILOT: "city/pilots/{at}/",
    Doing.AGREE_EXTENSION: "city/pilots/{at}/",
    Doing.CLOSE_PILOT: "city/pilots/{at}/",
    Doing.STAND_IN: "me/account/",
    Doing.SIGN_BYLAW: "city/settings/{city}/bylaw/",
    Doing.SIGN_BANDS: "city/settings/{city}/authority/",
    Doing.CONFIRM_GOING_LIVE: "city/settings/{city}/go-live/",
    Doing.CONFIRM_RULE: "city/settings/{city}/rules/",
    Doing.CONFIRM_ROLE: "city/settings/{city}/staff/",
    Doing.CONFIRM_DUTIES: "city/settings/{city}/staff/",
    Doing.PUBLISH_VARIANT: "city/settings/{city}/methods/{at}/",
    Doing.SEND_AGAIN: "city/settings/{city}/mail/",
}
_VENDORS = {
    Doing.HAND_IN: "vendor/submissions/{at}/",
    Doing.CONFIRM_ADDENDUM: "vendor/submissions/{at}/",
    Doing.GIVE_BACK_DATA: "vendor/sprints/{challenge}/{step}/",
    Doing.ANSWER_MERGER: "vendor/",
    Doing.ANSWER_TOGETHER: "vendor/together/{at}/",
    Doing.TAKE_TURN: "vendor/conversations/{at}/",
}


def place_of(wait: Wait, *, challenge: str) -> str:
    """Return where it is done: an address without language. `challenge` is the code of its challenge."""
    known = {"challenge": challenge, "step": wait.step, "at": wait.at, "city": wait.city}
    if wait.is_owed_by_vendor:
        return _VENDORS.get(wait.doing, "vendor/agreements/{at}/").format(**known)
    if wait.doing in _ELSEWHERE:
        is_recovery = wait.doing in (Doing.TAKE_SHARE, Doing.REHEARSE_SHARE) and not wait.at
        return ("city/settings/{city}/recovery/" if is_recovery else _ELSEWHERE[wait.doing]).format(**known)
    step = f"{wait.step}/" if wait.step else ""
    return f"city/challenges/{challenge}/{step}"


_UNDER_AGREEMENT = {
    Doing.ANSWER_CLAUSE,
    Doing.SIGN_AGREEMENT,
    Doing.RECEIVE_PAPER,
    Doing.RENEW_PAPER,
    Doing.DELIVER,
    Doing.DELIVER_MILESTONE,
    Doing.SEND_INVOICE,
    Doing.JUDGE_INVOICE,
    Doing.PAY_INVOICE,
    Doing.JUDGE_DELIVERABLE,
}


def place_to_watch(wait: Wait, *, challenge: str) -> str:
    """Return where whoever waits for others reads of it: an address of the city, without language."""
    if wait.doing in _UNDER_AGREEMENT and wait.at:
        return _AGREEMENT.format(challenge=challenge, at=wait.at)
    return f"city/challenges/{challenge}/" + (f"{wait.step}/" if wait.step else "")


def place_for_vendor(wait: Wait, *, challenge: str) -> str:
    """Return where a vendor reads of what a city owes it: an address without language."""
    if wait.doing in _UNDER_AGREEMENT and wait.at:
        return f"vendor/agreements/{wait.at}/"
    return f"challenges/{challenge}/" if challenge else "vendor/"


def unmet_to_ask_again(asked_at: datetime | None, *, now: datetime) -> tuple[Unmet, ...]:
    """List why somebody may not be asked again yet: once a day is enough."""
    if asked_at is not None and now < asked_at + ASKED_AGAIN_AFTER:
        return (Unmet("asked_again_today"),)
    return ()
