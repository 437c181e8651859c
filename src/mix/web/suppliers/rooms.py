"""Where a vendor works with a city: the sprint room, agreements, letters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mix.actions.choice import awards
from mix.actions.delivery import agreements, milestones, sprints
from mix.data.models import (
    Agreement,
    CheckIn,
    DataGrant,
    Deliverable,
    Evidence,
    Incident,
    Letter,
    Milestone,
    Step,
    Vendor,
)
from mix.readers.case.challenges import get_step, list_vendor_challenges, spec_of
from mix.readers.choice.awards import dispute_until
from mix.readers.city.people import list_members
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import get_own_agreement
from mix.readers.delivery.sprints import get_room, list_hypotheses, list_sprint_vendors
from mix.rules.choice.scoring import NOT_INVITED
from mix.rules.core.kinds import AgreementKind
from mix.rules.delivery.states import AgreementState, BacklogKind, Side
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.agreeing import agreement_context, editing_acts, row_key, sign_act
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in, today_of
from mix.web.parts.showing import use_clock
from mix.web.parts.stagebar import stage_bar


def sprint(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The sprint room as one vendor sees it: its own column, its data, its check-ins."""
    actor = signed_in(request)
    challenge = next((c for c in list_vendor_challenges(actor.vendors) if c.code == code), None)
    room = get_room(get_step(challenge, key)) if challenge else None
    vendor = next((v for v in list_sprint_vendors(room) if v.id in actor.vendors), None) if room else None
    if challenge is None or room is None or vendor is None:
        raise Unknown
    use_clock(challenge.municipality.zone)
    acts = _sprint_acts(request, room.step, vendor)
    return answer(
        request,
        "suppliers/sprint.html",
        acts,
        lambda: {
            "challenge": challenge,
            "vendor": vendor,
            "bar": stage_bar(challenge),
            "hypotheses": list_hypotheses(challenge),
            "evidence": {
                e.hypothesis: e
                for e in Evidence.objects.filter(**room.key, vendor=vendor).order_by("recorded_at", "id")
            },
            "grants": challenge.datagrants.filter(vendor=vendor).order_by("data_set"),
            "check_ins": CheckIn.objects.filter(**room.key, vendor=vendor).order_by("-week", "side"),
            "incidents": Incident.objects.filter(**room.key, vendor=vendor).order_by("-reported_at"),
            "today": today_of(request),
        },
    )


def _sprint_acts(request: HttpRequest, step: Step, vendor: Vendor) -> dict[str, Act]:
    def give_back(given: dict[str, Any]) -> None:
        grant = DataGrant.objects.filter(pk=row_key(given["item"]), challenge=step.challenge, vendor=vendor).first()
        if grant is None:
            raise Unknown
        do(request, sprints.return_data, grant)

    return {
        "check_in": Act(
            forms.form_of(
                week=forms.number(_("Week"), least=1, most=52),
                mood=forms.choice(
                    _("How is it going?"),
                    [(str(n), str(n)) for n in range(1, 6)],
                    hint=_("1 badly, 5 very well"),
                    radio=True,
                ),
                progress=forms.text(_("Progress")),
                blockers=forms.text(_("What blocks you"), required=False),
            ),
            lambda given: stay(
                do(request, sprints.check_in, step, vendor=vendor, **{**given, "mood": int(given["mood"])})
            ),
            _("Save the check-in"),
            _("Saved."),
        ),
        "incident": Act(
            forms.form_of(kind=forms.word_choice(_("Kind"), "incident"), text=forms.text(_("What happened"))),
            lambda given: stay(do(request, sprints.report_incident, step, vendor=vendor, **given)),
            _("Report an incident"),
            _("Reported. The city was told."),
        ),
        "give_back": Act(forms.form_of(item=forms.hidden()), give_back, _("Returned or deleted"), _("Noted.")),
    }


def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """An agreement: read it, propose other words, name who signs, sign, deliver."""
    actor = signed_in(request)
    found = get_own_agreement(code, actor=actor)
    use_clock(found.step.challenge.municipality.zone)
    must_sign = found.signatories.filter(person=actor.person, signed_at=None).exists()
    acts: dict[str, Act] = {}
    if found.state == AgreementState.DRAFTING:
        acts = editing_acts(request, found, signers=[(p.code, p.name) for p in list_members(found.vendor_id)])
        if must_sign:
            acts["sign"] = sign_act(
                request, found, sentence=_("I may bind my organization, and I sign this agreement.")
            )
    elif found.state == AgreementState.SIGNED:
        acts = _delivering(request, found)
    return answer(
        request, "suppliers/agreement.html", acts, lambda: agreement_context(request, found, side=Side.VENDOR)
    )


def _delivering(request: HttpRequest, found: Agreement) -> dict[str, Act]:
    return {
        "deliver": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, agreements.deliver, _due(found, given["item"]))),
            _("Delivered"),
            _("The city was told."),
        ),
        "backlog": Act(
            forms.form_of(
                kind=forms.word_choice(_("Kind"), "backlog", BacklogKind), text=forms.text(_("What"), rows=2)
            ),
            lambda given: stay(do(request, milestones.add_backlog_item, found.step.challenge, **given)),
            _("Add"),
            _("Added."),
        ),
        "reach": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, milestones.deliver_milestone, _milestone(found, given["item"]))),
            _("Reached"),
            _("The city was told."),
        ),
    }


def _due(found: Agreement, item: str) -> Deliverable:
    due = found.deliverables.filter(pk=row_key(item)).select_related("agreement__vendor").first()
    if due is None:
        raise Unknown
    return due


def _milestone(found: Agreement, item: str) -> Milestone:
    row = found.step.challenge.milestones.filter(pk=row_key(item)).first()
    if row is None or found.kind != AgreementKind.CONTRACT:
        raise Unknown
    return row


def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """What the panel decided about this vendor, with its debrief sheet."""
    actor = signed_in(request)
    found = (
        Letter.objects.filter(pk=pk, vendor_id__in=actor.vendors)
        .select_related(
            "evaluation__step__challenge__municipality",
            "evaluation__step__challenge__method",
            "vendor",
            "award__vendor",
        )
        .first()
    )
    if found is None:
        raise Unknown
    step = found.evaluation.step
    debrief = step.debriefs.filter(vendor=found.vendor).first()
    acts = {
        "debrief": Act(
            forms.form_of(),
            lambda _given: stay(do(request, awards.ask_debrief, step, found.vendor)),
            _("Ask for a debrief"),
            _("Asked. The city will propose a time within 30 days."),
        ),
        "dispute": Act(
            forms.form_of(text=forms.text(_("What you object to, and why"))),
            lambda given: stay(do(request, awards.file_dispute, found, text=given["text"])),
            _("File the objection"),
            _("Filed. The city answers within 15 days, with reasons."),
        ),
    }
    return answer(
        request,
        "suppliers/letter.html",
        acts,
        lambda: {
            "letter": found,
            "not_invited": [NOT_INVITED],
            "spec": spec_of(step),
            "challenge": step.challenge,
            "debrief": debrief,
            "step": step,
            "until": dispute_until(found),
            "disputes": step.disputes.filter(vendor=found.vendor).order_by("-filed_at"),
        },
    )
