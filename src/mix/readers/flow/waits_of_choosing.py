"""What waits while vendors are chosen: documents, calls, keys, panels, debriefs and objections."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Exists, OuterRef, Q

from mix.data.models import (
    Comment,
    CustodyShare,
    Debrief,
    Declaration,
    Disclosure,
    Dispute,
    Engagement,
    EngagementQuestion,
    Evaluation,
    ExtensionProposal,
    HandOver,
    JoinRequest,
    Need,
    PanelMember,
    Question,
    RuleWaiver,
    Solicitation,
    StageInvitation,
)
from mix.readers.flow.wait_rows import Source, Ways, by
from mix.rules.choice.states import Conflict, Seat
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase, NeedState, StepState
from mix.rules.flow.waits import Doing
from mix.rules.market.states import CustodyMode

_CALL = Ways(city="solicitation__municipality", challenge="solicitation__step__challenge")
_OF_CALL = Ways(
    city="solicitation__municipality", challenge="solicitation__step__challenge", step="solicitation__step__key"
)
_STEP = Ways(challenge="step__challenge", step="step__key")
_PANEL = Ways(city="evaluation__municipality", challenge="evaluation__step__challenge", step="evaluation__step__key")
_KEY = Ways(city="key__municipality", at="key__solicitation__reference", person="holder")
_OPEN_KEY = Q(key__retired_at=None)
_ACTIVE = Q(step__state=StepState.ACTIVE.value)
_SEATED = Q(left_at=None, evaluation__phase=EvaluationPhase.SCORING.value)
_LATER = Declaration.objects.filter(member=OuterRef("member"), vendor=OuterRef("vendor"), id__gt=OuterRef("id"))
_SAID = Declaration.objects.filter(member=OuterRef("pk"))
_UNDONE = PanelMember.objects.filter(evaluation=OuterRef("evaluation"), left_at=None, handed_in_at=None)
CHOOSING: tuple[Source, ...] = (
    Source(
        Doing.REVIEW_PACK,
        Disclosure,
        Q(review="") & _ACTIVE,
        "appointed_at",
        ways=replace(_STEP, person="reviewer"),
    ),
    Source(
        Doing.ANSWER_COMMENT,
        Comment,
        Q(settled_at=None, document__step__state=StepState.ACTIVE.value),
        "written_at",
        roles=by(Permission.DOCUMENT_EDIT),
        but=("author",),
        ways=Ways(city="document__municipality", challenge="document__step__challenge", step="document__step__key"),
    ),
    Source(
        Doing.AGREE_WAIVER,
        RuleWaiver,
        Q(needs_second=True, agreed_at=None),
        "asked_at",
        roles=by(Permission.SOLICITATION_PUBLISH),
        but=("asked_by",),
        ways=Ways(challenge="challenge"),
    ),
    Source(
        Doing.ANSWER_JOINING,
        JoinRequest,
        Q(answered_at=None),
        "asked_at",
        roles=by(Permission.SOLICITATION_PUBLISH),
        ways=Ways(challenge="challenge"),
    ),
    Source(
        Doing.DECIDE_NEED,
        Need,
        Q(state=NeedState.OPEN.value),
        "reported_at",
        roles=by(Permission.NEED_DECIDE),
        ways=Ways(at="code"),
    ),
    # calls and envelopes
    Source(
        Doing.ANSWER_QUESTION,
        Question,
        Q(published_at=None, drafted_by=None),
        "asked_at",
        until="solicitation__closes_at",
        roles=by(Permission.QUESTION_ANSWER),
        told=True,
        ways=replace(_OF_CALL, vendor="vendor"),
    ),
    Source(
        Doing.PUBLISH_ANSWER,
        Question,
        Q(published_at=None, drafted_by__isnull=False),
        "asked_at",
        until="solicitation__closes_at",
        roles=by(Permission.QUESTION_PUBLISH),
        told=True,
        ways=replace(_OF_CALL, vendor="vendor"),
    ),
    Source(
        Doing.ANSWER_VISITOR,
        EngagementQuestion,
        Q(answered_at=None),
        "asked_at",
        roles=by(Permission.ENGAGEMENT_RUN),
        ways=Ways(
            city="engagement__municipality", challenge="engagement__step__challenge", step="engagement__step__key"
        ),
    ),
    Source(
        Doing.RECORD_EVENT,
        Engagement,
        Q(published_at__isnull=False, held_at=None),
        "starts_at",
        after="starts_at",
        roles=by(Permission.ENGAGEMENT_RUN),
        ways=_STEP,
    ),
    Source(
        Doing.PUBLISH_CALL,
        HandOver,
        Q(ended_at=None, solicitation__step__state=StepState.ACTIVE.value),
        "handed_at",
        roles=by(Permission.SOLICITATION_PUBLISH),
        but=("handed_by",),
        ways=_OF_CALL,
    ),
    Source(
        Doing.CONFIRM_CLOSING,
        ExtensionProposal,
        Q(ended_at=None),
        "proposed_at",
        until="solicitation__closes_at",
        before="solicitation__closes_at",
        roles=by(Permission.SOLICITATION_PUBLISH),
        but=("proposed_by",),
        ways=_OF_CALL,
    ),
    Source(
        Doing.OPEN_ENVELOPES,
        Solicitation,
        Q(published_at__isnull=False, technical_opened_at=None) & _ACTIVE,
        "closes_at",
        after="closes_at",
        roles=by(Permission.ENVELOPE_OPEN),
        ways=replace(_STEP, at="reference"),
    ),
    Source(
        Doing.OPEN_PRICES,
        Evaluation,
        Q(phase=EvaluationPhase.QUALITY_FROZEN.value, solicitation__price_opened_at=None) & _ACTIVE,
        "solicitation__technical_opened_at",
        roles=by(Permission.ENVELOPE_OPEN),
        ways=replace(_STEP, at="solicitation__reference"),
    ),
    Source(
        Doing.TAKE_SHARE,
        CustodyShare,
        Q(taken_at=None) & _OPEN_KEY,
        "key__made_at",
        ways=_KEY,
    ),
    Source(
        Doing.REHEARSE_SHARE,
        CustodyShare,
        Q(taken_at__isnull=False, rehearsed_at=None, key__solicitation__published_at=None) & _OPEN_KEY,
        "taken_at",
        ways=_KEY,
    ),
    Source(
        Doing.CHECK_SHARE,
        CustodyShare,
        Q(checked_at=None, reminded_at__isnull=False, key__solicitation__published_at__isnull=False) & _OPEN_KEY,
        "reminded_at",
        until="key__solicitation__closes_at",
        before="key__solicitation__closes_at",
        ways=_KEY,
    ),
    Source(
        Doing.OFFER_SHARE,
        CustodyShare,
        Q(
            offered_at=None,
            key__solicitation__technical_opened_at=None,
            key__solicitation__published_at__isnull=False,
            key__solicitation__custody_mode=CustodyMode.SPLIT.value,
        )
        & _OPEN_KEY,
        "key__solicitation__closes_at",
        after="key__solicitation__closes_at",
        ways=_KEY,
    ),
    # panels, meetings, debriefs, objections
    Source(
        Doing.DECLARE,
        PanelMember,
        _SEATED & ~Q(Exists(_SAID)),
        "appointed_at",
        until="evaluation__due_at",
        ways=replace(_PANEL, person="person"),
    ),
    Source(
        Doing.SCORE,
        PanelMember,
        _SEATED & Q(Exists(_SAID), handed_in_at=None),
        "appointed_at",
        until="evaluation__due_at",
        ways=replace(_PANEL, person="person"),
    ),
    Source(
        Doing.RULE_CONFLICT,
        Declaration,
        Q(member__evaluation__phase=EvaluationPhase.SCORING.value, member__left_at=None, rulings=None)
        & ~Q(conflict=Conflict.NONE.value)
        & ~Q(Exists(_LATER)),
        "declared_at",
        roles=by(Permission.PANEL_APPOINT),
        ways=Ways(
            city="member__evaluation__municipality",
            challenge="member__evaluation__step__challenge",
            step="member__evaluation__step__key",
        ),
    ),
    Source(
        Doing.RECORD_MEETING,
        StageInvitation,
        Q(meets_at__isnull=False, recorded_at=None),
        "meets_at",
        after="meets_at",
        roles=by(Permission.PANEL_APPOINT),
        ways=_PANEL,
    ),
    Source(
        Doing.OPEN_CONSENSUS,
        PanelMember,
        _SEATED & Q(seat=Seat.CHAIR.value) & ~Q(Exists(_UNDONE)),
        "handed_in_at",
        ways=replace(_PANEL, person="person"),
    ),
    Source(
        Doing.AGREE_SCORES,
        PanelMember,
        Q(left_at=None, seat=Seat.CHAIR.value, evaluation__phase=EvaluationPhase.CONSENSUS.value),
        "appointed_at",
        until="evaluation__due_at",
        ways=replace(_PANEL, person="person"),
    ),
    Source(
        Doing.PLAN_DEBRIEF,
        Debrief,
        Q(held_at=None, meets_at=None),
        "asked_at",
        until="due_on",
        roles=by(Permission.AWARD_PREPARE),
        told=True,
        even_ended=True,
        ways=replace(_STEP, vendor="vendor"),
    ),
    Source(
        Doing.HOLD_DEBRIEF,
        Debrief,
        Q(held_at=None, meets_at__isnull=False),
        "meets_at",
        until="due_on",
        after="meets_at",
        roles=by(Permission.AWARD_PREPARE),
        told=True,
        even_ended=True,
        ways=replace(_STEP, vendor="vendor"),
    ),
    Source(
        Doing.ANSWER_OBJECTION,
        Dispute,
        Q(answered_at=None),
        "filed_at",
        until="due_on",
        roles=by(Permission.AWARD_PREPARE),
        told=True,
        even_ended=True,
        ways=replace(_STEP, vendor="vendor"),
    ),
)
