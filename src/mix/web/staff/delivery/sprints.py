"""The sprint room, on the step pages of the sprint: readiness, data, check-ins, evidence, incidents, demos, parity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.forms import Field
from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.delivery import agreements, sprints
from mix.data.models import Deliverable, Demo, Incident, SignOff, Step, Vendor
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import gather_facts
from mix.readers.core.errors import Unknown
from mix.readers.delivery.sprints import (
    gather_plans,
    get_room,
    is_live,
    latest_evidence,
    list_check_ins,
    list_grants,
    list_hypotheses,
    list_sprint_vendors,
    parity,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Fact
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import AgreementKind, SprintPart, StepState
from mix.rules.delivery.states import Area, ParityKind
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay
from mix.web.parts.pages import today_of


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Sign off and grant before the sprint; check in, record and explain while it runs."""
    challenge, room = step.challenge, get_room(step)
    vendors = list_sprint_vendors(room)
    names = [(v.code, v.name) for v in vendors]
    hypotheses = list_hypotheses(challenge)
    today = today_of(request)
    acts: dict[str, Act] = {}
    if step.state == StepState.ACTIVE and challenge.status == ChallengeStatus.RUNNING and vendors:
        if spec_of(step).sprint is SprintPart.SET_UP:
            acts = _setting_up(request, step, roles, names)
        elif grants(roles, Permission.SPRINT_RUN):
            keys = [str(h["key"]) for h in hypotheses]
            acts = {**_recording(request, step, names, keys), **_sharing(request, step, names)}
    signed = {s.area: s for s in SignOff.objects.filter(**room.key).select_related("person")}
    evidence, plans = latest_evidence(room), gather_plans(challenge)
    facts = gather_facts(challenge)
    return acts, {
        "vendors": vendors,
        "areas": [(area, signed.get(area)) for area in Area],
        "grants": [(g, is_live(g, today=today)) for g in list_grants(room)],
        "rows": [
            (h, [(v, plans.get((v.id, str(h["key"]))), evidence.get((v.id, str(h["key"])))) for v in vendors])
            for h in hypotheses
        ],
        "check_ins": list_check_ins(room),
        "incidents": Incident.objects.filter(**room.key).select_related("vendor").order_by("-reported_at"),
        "demos": Demo.objects.filter(**room.key).select_related("vendor").order_by("vendor__name"),
        "parity": parity(room, vendors),
        "hours_offered": facts.get(Fact.HOURS_OFFERED),
        "sprint_dates": (facts.get(Fact.SPRINT_STARTS), facts.get(Fact.SPRINT_ENDS)),
        "deliverables": Deliverable.objects.filter(
            agreement__step__challenge=challenge, agreement__kind=AgreementKind.SPRINT, agreement__vendor__in=vendors
        )
        .select_related("agreement__vendor")
        .order_by("due_on", "agreement__vendor__name"),
        "is_set_up": spec_of(step).sprint is SprintPart.SET_UP,
    }


def _vendor(step: Step, code: str) -> Vendor:
    for vendor in list_sprint_vendors(get_room(step)):
        if vendor.code == code:
            return vendor
    raise Unknown


def _setting_up(
    request: HttpRequest, step: Step, roles: frozenset[Role], names: list[tuple[str, str]]
) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    room = get_room(step)
    left = [a for a in Area if not SignOff.objects.filter(**room.key, area=a).exists()]
    mine = [a for a in left if (Role.SPONSOR if a == Area.DEPARTMENT else Role.SPECIALIST) in roles]
    if mine:
        acts["sign_off"] = Act(
            forms.form_of(
                area=forms.word_choice(_("Area"), "area", mine),
                note=forms.text(_("Conditions"), required=False, rows=2),
            ),
            lambda given: stay(do(request, sprints.sign_off, step, **given)),
            _("Sign off"),
            _("Signed off."),
        )
    if grants(roles, Permission.SPRINT_RUN):

        def grant(given: dict[str, Any]) -> None:
            vendors = [code for code, _name in names] if given["vendor"] == "*" else [given["vendor"]]
            for code in vendors:
                do(
                    request,
                    sprints.grant_data,
                    step,
                    vendor=_vendor(step, code),
                    **{k: v for k, v in given.items() if k != "vendor"},
                )

        acts["grant"] = Act(
            forms.form_of(
                vendor=forms.choice(_("Vendor"), [("*", _("Every vendor")), *names]),
                data_set=forms.line(_("Data set")),
                legal_basis=forms.line(_("Legal basis")),
                granted_on=forms.day(_("From")),
                expires_on=forms.day(_("Until"), hint=_("Access ends by itself after this day.")),
            ),
            grant,
            _("Grant"),
            _("Granted. The vendor was told."),
        )
    return acts


def _for_vendor(request: HttpRequest, step: Step, verb: Callable[..., Any], given: dict[str, Any]) -> None:
    """Run a verb of the sprint room for the vendor that the form names."""
    facts = {key: value for key, value in given.items() if key != "vendor"}
    do(request, verb, step, vendor=_vendor(step, given["vendor"]), **facts)


def _recording(request: HttpRequest, step: Step, names: list[tuple[str, str]], keys: list[str]) -> dict[str, Act]:

    vendor = forms.choice(_("Vendor"), names)
    return {
        "check_in": Act(
            forms.form_of(
                vendor=vendor,
                week=forms.number(_("Week"), least=1, most=52),
                mood=forms.choice(
                    _("How is it going?"),
                    [(str(n), str(n)) for n in range(1, 6)],
                    hint=_("1 badly, 5 very well"),
                    radio=True,
                ),
                progress=forms.text(_("Progress"), rows=2),
                blockers=forms.text(_("What blocks"), required=False, rows=2),
            ),
            lambda given: _for_vendor(request, step, sprints.check_in, {**given, "mood": int(given["mood"])}),
            _("Save the check-in"),
            _("Saved."),
        ),
        "evidence": Act(
            forms.form_of(
                vendor=vendor,
                hypothesis=forms.choice(_("Hypothesis"), [(k, k) for k in keys]),
                how=forms.text(_("How it was tested"), rows=2),
                result=forms.line(_("Result")),
                verdict=forms.word_choice(_("Against the threshold"), "verdict", radio=True),
                confidence=forms.word_choice(_("How sure are we?"), "confidence", radio=True),
            ),
            lambda given: _for_vendor(request, step, sprints.record_evidence, given),
            _("Record the evidence"),
            _("Recorded."),
        ),
        **_incidents_and_demos(request, step, vendor),
    }


def _incidents_and_demos(request: HttpRequest, step: Step, vendor: Field) -> dict[str, Act]:
    return {
        "incident": Act(
            forms.form_of(
                vendor=vendor,
                kind=forms.word_choice(_("Kind"), "incident"),
                text=forms.text(_("What happened"), rows=2),
            ),
            lambda given: _for_vendor(request, step, sprints.report_incident, given),
            _("Report the incident"),
            _("Reported."),
        ),
        "settle": Act(
            forms.form_of(
                item=forms.hidden(), settlement=forms.text(_("How it was settled, and who was told"), rows=2)
            ),
            lambda given: stay(
                do(request, sprints.settle_incident, _incident(step, given["item"]), settlement=given["settlement"])
            ),
            _("Settle"),
            _("Settled."),
        ),
        "demo": Act(
            forms.form_of(
                vendor=vendor,
                held_on=forms.day(_("Day")),
                answers=forms.text(_("What was shown and answered")),
                recording=forms.link(_("Recording")),
            ),
            lambda given: _for_vendor(request, step, sprints.hold_demo, given),
            _("Note the demo"),
            _("Noted."),
        ),
    }


def _sharing(request: HttpRequest, step: Step, names: list[tuple[str, str]]) -> dict[str, Act]:
    vendor = forms.choice(_("Vendor"), names)
    return {
        "parity": Act(
            forms.form_of(
                vendor=vendor,
                kind=forms.word_choice(_("What the vendor got"), "parity", ParityKind),
                amount=forms.decimal(_("How much")),
                given_on=forms.day(_("Day")),
                note=forms.line(_("Note"), required=False),
            ),
            lambda given: _for_vendor(request, step, sprints.enter_parity, given),
            _("Enter"),
            _("Entered."),
        ),
        "explain": Act(
            forms.form_of(
                vendor=vendor,
                kind=forms.word_choice(_("Of what"), "parity", ParityKind),
                reason=forms.text(_("Why this vendor got more or less"), rows=2),
            ),
            lambda given: _for_vendor(request, step, sprints.explain_parity, given),
            _("Put on record"),
            _("On record."),
        ),
        "judge": Act(
            forms.form_of(
                item=forms.hidden(),
                verdict=forms.choice(
                    _("Decision"), [("accept", _("Accept and pay")), ("refuse", _("Refuse"))], radio=True
                ),
                reason=forms.line(_("Reason, when refused"), required=False),
            ),
            lambda given: stay(
                do(
                    request,
                    agreements.judge_deliverable,
                    _due(step, given["item"]),
                    accept=given["verdict"] == "accept",
                    reason=given["reason"],
                )
            ),
            _("Decide"),
            _("Decided. The vendor was told."),
        ),
    }


def _incident(step: Step, item: str) -> Incident:
    found = Incident.objects.filter(**get_room(step).key, pk=int(item) if item.isdigit() else 0).first()
    if found is None:
        raise Unknown
    return found


def _due(step: Step, item: str) -> Deliverable:
    found = (
        Deliverable.objects.filter(agreement__step__challenge=step.challenge, pk=int(item) if item.isdigit() else 0)
        .select_related(
            "agreement__vendor", "agreement__step__challenge__municipality", "agreement__step__challenge__method"
        )
        .first()
    )
    if found is None:
        raise Unknown
    return found
