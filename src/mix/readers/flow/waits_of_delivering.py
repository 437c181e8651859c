"""What waits once vendors are chosen, and in the city itself: agreements, sprints, pilots, second words."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Exists, F, OuterRef, Q

from mix.data.models import (
    Absence,
    Acknowledgement,
    Addendum,
    BacklogItem,
    BandsProposal,
    Bylaw,
    ChangeOrder,
    ClauseEdit,
    CoApplicant,
    Conversation,
    DataGrant,
    Deliverable,
    GoLiveRequest,
    Incident,
    Invoice,
    Merger,
    MethodDraft,
    Milestone,
    Paper,
    Pilot,
    PilotExtension,
    RoleProposal,
    RuleConfirmation,
    Signatory,
    StaffRole,
    Submission,
)
from mix.readers.flow.wait_rows import Source, Ways, by
from mix.rules.case.pilots import Word
from mix.rules.city.states import DraftState
from mix.rules.core.absences import DeputyAnswer
from mix.rules.core.access import DECIDERS, Permission
from mix.rules.core.kinds import AgreementKind
from mix.rules.delivery.conversations import IN_CHARGE
from mix.rules.delivery.invoices import InvoiceState
from mix.rules.delivery.states import AgreementState, ConversationState, EditState, Side
from mix.rules.flow.waits import Doing
from mix.rules.market.states import Joining, SubmissionState

_CALL = Ways(city="solicitation__municipality", challenge="solicitation__step__challenge")
_ROOM = Ways(challenge="challenge", step="room")
_AGREED = Ways(
    city="agreement__municipality",
    challenge="agreement__step__challenge",
    step="agreement__step__key",
    at="agreement__code",
    vendor="agreement__vendor",
)
_INVOICED = Ways(
    challenge="agreement__step__challenge",
    step="agreement__step__key",
    at="agreement__code",
    vendor="vendor",
)
_WRITTEN = Ways(challenge="step__challenge", step="step__key", at="code", vendor="vendor")
_CLAUSE = Ways(
    city="clause__agreement__municipality",
    challenge="clause__agreement__step__challenge",
    step="clause__agreement__step__key",
    at="clause__agreement__code",
    vendor="clause__agreement__vendor",
)
_PILOT = Ways(at="code")
_SEEN = Acknowledgement.objects.filter(addendum=OuterRef("pk"), submission=OuterRef("solicitation__submissions"))
_ASKED_FOR = Invoice.objects.filter(milestone=OuterRef("pk")).exclude(state=InvoiceState.RETURNED.value)
_IN_FORCE = Q(agreement__state=AgreementState.SIGNED.value)
_CONTRACT = Q(
    challenge__steps__agreements__kind=AgreementKind.CONTRACT.value,
    challenge__steps__agreements__state=AgreementState.SIGNED.value,
)
_UNSIGNED = Q(signed_at=None, agreement__state__in=[AgreementState.DRAFTING.value, AgreementState.SETTLED.value])

DELIVERING: tuple[Source, ...] = (
    # agreements, sprints, delivery
    Source(
        Doing.TAKE_TURN,
        Conversation,
        Q(state=ConversationState.OPEN.value, turn=Side.CITY.value),
        "turn_since",
        until="until",
        roles=frozenset(IN_CHARGE),
        told=True,
        ways=_WRITTEN,
    ),
    Source(
        Doing.TAKE_TURN,
        Conversation,
        Q(state=ConversationState.OPEN.value, turn=Side.VENDOR.value),
        "turn_since",
        until="until",
        by_vendor=True,
        ways=_WRITTEN,
    ),
    Source(
        Doing.ANSWER_CLAUSE,
        ClauseEdit,
        Q(state=EditState.PROPOSED.value, side=Side.VENDOR.value),
        "proposed_at",
        roles=by(Permission.AGREEMENT_EDIT),
        told=True,
        ways=_CLAUSE,
    ),
    Source(
        Doing.ANSWER_CLAUSE,
        ClauseEdit,
        Q(state=EditState.PROPOSED.value, side=Side.CITY.value),
        "proposed_at",
        by_vendor=True,
        ways=_CLAUSE,
    ),
    Source(
        Doing.SIGN_AGREEMENT,
        Signatory,
        _UNSIGNED & Q(side=Side.CITY.value),
        "agreement__drafted_at",
        told=True,
        ways=replace(_AGREED, person="person"),
    ),
    Source(
        Doing.SIGN_AGREEMENT,
        Signatory,
        _UNSIGNED & Q(side=Side.VENDOR.value),
        "agreement__drafted_at",
        by_vendor=True,
        ways=_AGREED,
    ),
    Source(
        Doing.RECEIVE_PAPER,
        Paper,
        Q(received_at=None, agreement__state__in=[AgreementState.DRAFTING.value, AgreementState.SETTLED.value]),
        "agreement__drafted_at",
        roles=by(Permission.AGREEMENT_EDIT),
        ways=_AGREED,
    ),
    Source(
        Doing.RENEW_PAPER,
        Paper,
        Q(expires_on__isnull=False, expires_on__lte=F("agreement__ends_on")) & _IN_FORCE,
        "received_at",
        until="expires_on",
        by_vendor=True,
        ways=_AGREED,
    ),
    Source(
        Doing.SETTLE_INCIDENT,
        Incident,
        Q(settled_at=None),
        "reported_at",
        roles=by(Permission.SPRINT_RUN),
        ways=_ROOM,
    ),
    Source(
        Doing.TAKE_BACK_DATA,
        DataGrant,
        Q(returned_on=None),
        "expires_on",
        after="expires_on",
        until="expires_on",
        roles=by(Permission.SPRINT_RUN),
        ways=_ROOM,
    ),
    Source(
        Doing.GIVE_BACK_DATA,
        DataGrant,
        Q(returned_on=None),
        "granted_on",
        until="expires_on",
        by_vendor=True,
        ways=replace(_ROOM, vendor="vendor"),
    ),
    Source(
        Doing.JUDGE_DELIVERABLE,
        Deliverable,
        Q(delivered_at__isnull=False, accepted_at=None),
        "delivered_at",
        roles=by(Permission.SPRINT_RUN),
        told=True,
        ways=_AGREED,
    ),
    Source(
        Doing.DELIVER,
        Deliverable,
        Q(delivered_at=None, accepted_at=None) & _IN_FORCE,
        "agreement__signed_at",
        until="due_on",
        by_vendor=True,
        ways=_AGREED,
    ),
    Source(
        Doing.JUDGE_MILESTONE,
        Milestone,
        Q(delivered_at__isnull=False, accepted_at=None) & _CONTRACT,
        "delivered_at",
        roles=by(Permission.DELIVERY_RUN),
        told=True,
        ways=Ways(challenge="challenge", vendor="challenge__steps__agreements__vendor"),
    ),
    Source(
        Doing.DELIVER_MILESTONE,
        Milestone,
        Q(delivered_at=None, accepted_at=None) & _CONTRACT,
        "challenge__steps__agreements__signed_at",
        until="due_on",
        by_vendor=True,
        ways=Ways(
            challenge="challenge",
            at="challenge__steps__agreements__code",
            vendor="challenge__steps__agreements__vendor",
        ),
    ),
    Source(
        Doing.SEND_INVOICE,
        Milestone,
        Q(accepted_at__isnull=False, value_cents__gt=0) & _CONTRACT & ~Q(Exists(_ASKED_FOR)),
        "accepted_at",
        by_vendor=True,
        even_ended=True,
        ways=Ways(
            challenge="challenge",
            at="challenge__steps__agreements__code",
            vendor="challenge__steps__agreements__vendor",
        ),
    ),
    Source(
        Doing.JUDGE_INVOICE,
        Invoice,
        Q(state=InvoiceState.RECEIVED.value),
        "received_at",
        until="due_on",
        roles=by(Permission.DELIVERY_RUN),
        told=True,
        even_ended=True,
        ways=_INVOICED,
    ),
    Source(
        Doing.PAY_INVOICE,
        Invoice,
        Q(state=InvoiceState.APPROVED.value),
        "judged_at",
        until="due_on",
        roles=by(Permission.PAYMENT_RECORD),
        but=("judged_by",),
        told=True,
        even_ended=True,
        ways=_INVOICED,
    ),
    Source(
        Doing.DECIDE_CHANGE,
        ChangeOrder,
        Q(approved_at=None, refused_reason=""),
        "asked_at",
        roles=DECIDERS,
        but=("asked_by",),
        ways=Ways(challenge="challenge"),
    ),
    Source(
        Doing.SETTLE_BACKLOG,
        BacklogItem,
        Q(settled_at=None),
        "added_at",
        roles=by(Permission.DELIVERY_RUN),
        ways=Ways(challenge="challenge"),
    ),
    # pilots
    Source(
        Doing.DECIDE_PILOT,
        Pilot,
        Q(asked_at__isnull=False, decision=""),
        "asked_at",
        roles=DECIDERS,
        but=("owner",),
        ways=_PILOT,
    ),
    Source(
        Doing.ASK_PILOT,
        Pilot,
        Q(declared_on__isnull=False, asked_at=None),
        "registered_at",
        ways=replace(_PILOT, person="owner"),
    ),
    Source(
        Doing.AGREE_EXTENSION,
        PilotExtension,
        Q(agreed_at=None, pilot__closed_at=None),
        "asked_at",
        until="pilot__ends_on",
        roles=DECIDERS,
        but=("asked_by", "pilot__owner"),
        ways=Ways(city="pilot__municipality", at="pilot__code"),
    ),
    Source(
        Doing.CLOSE_PILOT,
        Pilot,
        Q(decision=Word.AGREE.value, closed_at=None) & (Q(extension=None) | Q(extension__agreed_at=None)),
        "ends_on",
        after="ends_on",
        ways=replace(_PILOT, person="owner"),
    ),
    Source(
        Doing.CLOSE_PILOT,
        Pilot,
        Q(decision=Word.AGREE.value, closed_at=None, extension__agreed_at__isnull=False),
        "extension__ends_on",
        after="extension__ends_on",
        ways=replace(_PILOT, person="owner"),
    ),
    # the city itself
    Source(
        Doing.STAND_IN,
        Absence,
        Q(answer=DeputyAnswer.ASKED.value, ended_at=None),
        "entered_at",
        until="first_on",
        before="last_on",
        ways=Ways(person="deputy"),
    ),
    Source(
        Doing.SIGN_BYLAW,
        Bylaw,
        Q(signed_at=None, dropped_at=None),
        "proposed_at",
        roles=by(Permission.BYLAW_SIGN),
        but=("proposed_by",),
    ),
    Source(
        Doing.SIGN_BANDS,
        BandsProposal,
        Q(signed_at=None, dropped_at=None),
        "proposed_at",
        roles=by(Permission.BYLAW_SIGN),
        but=("proposed_by",),
    ),
    Source(
        Doing.CONFIRM_GOING_LIVE,
        GoLiveRequest,
        Q(confirmed_at=None, dropped_at=None),
        "asked_at",
        roles=by(Permission.GO_LIVE_CONFIRM),
        but=("asked_by",),
    ),
    Source(
        Doing.CONFIRM_RULE,
        RuleConfirmation,
        Q(confirmed_at=None),
        "proposed_at",
        roles=by(Permission.BYLAW_SIGN),
        but=("proposed_by",),
    ),
    Source(
        Doing.CONFIRM_ROLE,
        RoleProposal,
        Q(confirmed_at=None, dropped_at=None),
        "proposed_at",
        roles=by(Permission.ROLE_CONFIRM),
        but=("proposed_by", "person"),
    ),
    Source(
        Doing.CONFIRM_DUTIES,
        StaffRole,
        Q(ended_at=None, asked_at__isnull=False) & (Q(reviewed_at=None) | Q(reviewed_at__lt=F("asked_at"))),
        "asked_at",
        roles=by(Permission.ROLE_CONFIRM),
        but=("person",),
    ),
    Source(
        Doing.PUBLISH_VARIANT,
        MethodDraft,
        Q(state=DraftState.PROPOSED.value),
        "proposed_at",
        roles=by(Permission.METHOD_PUBLISH),
        but=("proposed_by",),
        ways=Ways(at="key"),
    ),
    # a vendor's own, of which no city knows
    Source(
        Doing.HAND_IN,
        Submission,
        Q(state=SubmissionState.DRAFT.value, withdrawn_at=None),
        "started_at",
        until="solicitation__closes_at",
        before="solicitation__closes_at",
        by_vendor=True,
        ways=replace(_CALL, at="code", vendor="vendor"),
    ),
    Source(
        Doing.CONFIRM_ADDENDUM,
        Addendum,
        Q(solicitation__submissions__state__in=[SubmissionState.DRAFT.value, SubmissionState.FINALISED.value])
        & ~Q(Exists(_SEEN)),
        "issued_at",
        until="solicitation__closes_at",
        before="solicitation__closes_at",
        by_vendor=True,
        ways=replace(_CALL, at="solicitation__submissions__code", vendor="solicitation__submissions__vendor"),
    ),
    Source(
        Doing.ANSWER_MERGER,
        Merger,
        Q(answered_at=None),
        "asked_at",
        by_vendor=True,
        ways=Ways(city="", vendor="into"),
    ),
    Source(
        Doing.ANSWER_TOGETHER,
        CoApplicant,
        Q(state=Joining.ASKED.value),
        "asked_at",
        until="solicitation__closes_at",
        before="solicitation__closes_at",
        by_vendor=True,
        ways=replace(_CALL, at="code", vendor="vendor"),
    ),
)
