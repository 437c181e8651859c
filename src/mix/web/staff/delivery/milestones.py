"""Implementation, on its step pages: backlog, changes, milestones, outcomes, take-over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.delivery import milestones
from mix.data.models import BacklogItem, ChangeOrder, Milestone, Step
from mix.data.models.delivery.milestones import MONTHS
from mix.readers.case.challenges import spec_of
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import find_contract
from mix.readers.delivery.milestones import changed_cents, list_measures
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import DeliveryPart, StepState
from mix.rules.delivery.states import BacklogKind
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """The records of this box, and the acts of whoever runs delivery."""
    challenge = step.challenge
    contract = find_contract(challenge)
    section = spec_of(step).delivery or DeliveryPart.BACKLOG
    acts: dict[str, Act] = {}
    if step.state == StepState.ACTIVE and challenge.status == ChallengeStatus.RUNNING and contract:
        runs = grants(roles, Permission.DELIVERY_RUN)
        if section is DeliveryPart.CHANGES:
            acts = _changes(request, step, runs=runs)
        elif runs:
            acts = _ACTS[section](request, step)
    changed = changed_cents(contract) if contract else 0
    whole = contract.value_cents + contract.options_cents if contract else 0
    return acts, {
        "section": section.value,
        "contract": contract,
        "backlog": challenge.backlogitems.order_by("added_at", "id"),
        "changes": challenge.changeorders.select_related("asked_by", "approved_by").order_by("number"),
        "changed_cents": changed,
        "whole_cents": whole + changed,
        "changed_percent": changed * 100 // whole if whole else 0,
        "milestones": challenge.milestones.order_by("due_on", "id"),
        "measures": [
            (
                m,
                [
                    (month, challenge.outcomereadings.filter(month=month, measure=m["measure"]).first())
                    for month in MONTHS
                ],
            )
            for m in list_measures(challenge)
        ],
        "take_overs": challenge.takeovers.select_related("city", "asked_by").order_by("asked_at"),
    }


def _pk(item: str) -> int:
    return int(item) if item.isdigit() else 0


def _found(row: Any) -> Any:  # noqa: ANN401 - any row
    if row is None:
        raise Unknown
    return row


def _backlog(request: HttpRequest, step: Step) -> dict[str, Act]:
    return {
        "add": Act(
            forms.form_of(
                kind=forms.word_choice(_("Kind"), "backlog", BacklogKind), text=forms.text(_("What"), rows=2)
            ),
            lambda given: stay(do(request, milestones.add_backlog_item, step.challenge, **given)),
            _("Add"),
            _("Added."),
        ),
        "settle_item": Act(
            forms.form_of(item=forms.hidden(), result=forms.line(_("What came of it"), most=500)),
            lambda given: stay(
                do(
                    request,
                    milestones.settle_backlog_item,
                    _found(BacklogItem.objects.filter(challenge=step.challenge, pk=_pk(given["item"])).first()),
                    result=given["result"],
                )
            ),
            _("Settle"),
            _("Settled."),
        ),
    }


def _changes(request: HttpRequest, step: Step, *, runs: bool) -> dict[str, Act]:
    acts = {
        "decide": Act(
            forms.form_of(
                item=forms.hidden(),
                verdict=forms.choice(_("Decision"), [("approve", _("Approve")), ("refuse", _("Refuse"))], radio=True),
                reason=forms.line(_("Reason, when refused"), required=False),
            ),
            lambda given: stay(
                do(
                    request,
                    milestones.decide_change,
                    _found(
                        ChangeOrder.objects.filter(challenge=step.challenge, pk=_pk(given["item"]))
                        .select_related("challenge", "agreement")
                        .first()
                    ),
                    approve=given["verdict"] == "approve",
                    reason=given["reason"],
                )
            ),
            _("Decide"),
            _("Decided."),
        )
    }
    if runs:
        acts["ask_change"] = Act(
            forms.form_of(value_cents=forms.money(_("Added value")), reason=forms.text(_("Reason"), rows=2)),
            lambda given: stay(do(request, milestones.ask_change, step.challenge, **given)),
            _("Ask for the change"),
            _("Asked. Authority follows the value of the whole contract."),
        )
    return acts


def _milestones(request: HttpRequest, step: Step) -> dict[str, Act]:
    return {
        "plan": Act(
            forms.form_of(
                title=forms.line(_("Milestone")), due_on=forms.day(_("Due")), value_cents=forms.money(_("Value"))
            ),
            lambda given: stay(do(request, milestones.plan_milestone, step.challenge, **given)),
            _("Plan"),
            _("Planned."),
        ),
        "judge": Act(
            forms.form_of(
                item=forms.hidden(),
                verdict=forms.choice(_("Decision"), [("accept", _("Accept")), ("refuse", _("Refuse"))], radio=True),
                reason=forms.line(_("Reason, when refused"), required=False),
            ),
            lambda given: stay(
                do(
                    request,
                    milestones.judge_milestone,
                    _found(Milestone.objects.filter(challenge=step.challenge, pk=_pk(given["item"])).first()),
                    accept=given["verdict"] == "accept",
                    reason=given["reason"],
                )
            ),
            _("Decide"),
            _("Decided. The vendor was told."),
        ),
    }


def _outcomes(request: HttpRequest, step: Step) -> dict[str, Act]:
    names = [(m["measure"], m["measure"]) for m in list_measures(step.challenge)]
    return {
        "read": Act(
            forms.form_of(
                month=forms.choice(_("After"), [(str(m), _("%(n)d months") % {"n": m}) for m in MONTHS]),
                measure=forms.choice(_("Measure"), names),
                actual=forms.line(_("Actual"), hint=_("Write “not measured” if it was not."), most=60),
                note=forms.text(_("How it was measured"), required=False, rows=2),
            ),
            lambda given: stay(
                do(request, milestones.read_outcome, step.challenge, **{**given, "month": int(given["month"])})
            ),
            _("Record"),
            _("Recorded."),
        )
    }


def _support(request: HttpRequest, step: Step) -> dict[str, Act]:  # noqa: ARG001 - one shape
    """Offer nothing more: the support plan is the step's own document."""
    return {}


_ACTS = {
    DeliveryPart.BACKLOG: _backlog,
    DeliveryPart.MILESTONES: _milestones,
    DeliveryPart.OUTCOMES: _outcomes,
    DeliveryPart.SUPPORT: _support,
}
