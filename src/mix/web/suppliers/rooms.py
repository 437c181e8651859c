"""Where a vendor works with a city: the sprint room, agreements, letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import agreements, invoices, milestones, sprints
from mix.data.models import (
    Agreement,
    Challenge,
    CheckIn,
    DataGrant,
    Evidence,
    Incident,
    Milestone,
    Step,
    Vendor,
)
from mix.readers.case.challenges import get_step, get_vendor_challenge, list_steps
from mix.readers.city.people import list_members
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import get_own_agreement, get_own_deliverable, is_to_sign
from mix.readers.delivery.milestones import get_milestone
from mix.readers.delivery.sprints import (
    gather_own_evidence,
    get_grant,
    get_room,
    list_hypotheses,
    list_own_check_ins,
    list_own_grants,
    list_own_incidents,
    list_sprint_vendors,
)
from mix.rules.core.kinds import AgreementKind
from mix.rules.delivery.states import AgreementState, BacklogKind, Side
from mix.web.drawing.requests import only_read, signed_in, today_of
from mix.web.drawing.showing import use_clock
from mix.web.drawing.stagebar import StageBar, stage_bar
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, RowAct, do, show, take
from mix.web.forms.agreeing import Sign, Titled, agreed_before, agreement_context, editing_acts


@dataclass(frozen=True)
class InSprint:
    """A vendor in the sprint of a step."""

    step: Step
    vendor: Vendor


class CheckInNow(Act[InSprint]):
    """Say how a week went."""

    label = _("Save the check-in")
    done = _("Saved.")

    week = fields.number(_("Week"), least=1, most=52)
    mood = fields.choice(
        _("How is it going?"), [(str(n), str(n)) for n in range(1, 6)], hint=_("1 badly, 5 very well"), radio=True
    )
    progress = fields.text(_("Progress"))
    blockers = fields.text(_("What blocks you"), required=False)

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        facts = {**self.cleaned_data, "mood": int(self.cleaned_data["mood"])}
        do(request, sprints.check_in, self.about.step, vendor=self.about.vendor, **facts)


class ReportIncident(Act[InSprint]):
    """Report an incident."""

    label = _("Report an incident")
    done = _("Reported. The city was told.")

    kind = fields.word_choice(_("Kind"), "incident")
    text = fields.text(_("What happened"))

    def run(self, request: HttpRequest) -> None:
        """Report it."""
        do(request, sprints.report_incident, self.about.step, vendor=self.about.vendor, **self.cleaned_data)


class GiveBack(RowAct[InSprint]):
    """Say that data were returned or deleted."""

    label = _("Returned or deleted")
    done = _("Noted.")

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        grant = get_grant(self.about.step.challenge, self.about.vendor, self.row)
        do(request, sprints.return_data, grant)


@dataclass(frozen=True)
class SprintContext:
    """What a vendor sees of its sprint."""

    challenge: Challenge
    vendor: Vendor
    bar: StageBar
    hypotheses: list[dict[str, Any]]
    evidence: dict[str, Evidence]
    grants: list[DataGrant]
    check_ins: list[CheckIn]
    incidents: list[Incident]
    written: list[Titled]
    today: date


def sprint(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """The sprint room as one vendor sees it: its own column, its data, its check-ins."""
    actor = signed_in(request)
    challenge = only_read(request, get_vendor_challenge(code, actor.vendors))
    room = get_room(get_step(challenge, key))
    vendor = next((v for v in list_sprint_vendors(room) if v.id in actor.vendors), None)
    if vendor is None:
        raise Unknown
    use_clock(challenge.municipality.zone)
    about = InSprint(room.step, vendor)
    acts = {
        "check_in": Listed(CheckInNow, about),
        "incident": Listed(ReportIncident, about),
        "give_back": Listed(GiveBack, about),
    }
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = SprintContext(
        challenge=challenge,
        vendor=vendor,
        bar=stage_bar(challenge, list_steps(challenge)),
        hypotheses=list_hypotheses(challenge),
        evidence=gather_own_evidence(room, vendor),
        grants=list_own_grants(challenge, vendor),
        check_ins=list_own_check_ins(room, vendor),
        incidents=list_own_incidents(room, vendor),
        written=agreed_before(challenge, vendor),
        today=today_of(request),
    )
    return show(request, "suppliers/sprint.html", taken, context)


class SignForVendor(Sign):
    """Sign for the vendor."""

    sentence = _("I may bind my organization, and I sign this agreement.")


class Deliver(RowAct[Agreement]):
    """Say that a deliverable is delivered."""

    label = _("Delivered")
    done = _("The city was told.")

    def run(self, request: HttpRequest) -> None:
        """Deliver it."""
        do(request, agreements.deliver, get_own_deliverable(self.about, self.row))


class AddToBacklog(Act[Agreement]):
    """Add a risk, a wish or a task to what the parties work on."""

    label = _("Add")
    done = _("Added.")

    kind = fields.word_choice(_("Kind"), "backlog", BacklogKind)
    text = fields.text(_("What"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Add it."""
        do(request, milestones.add_backlog_item, self.about.step.challenge, **self.cleaned_data)


class Reach(RowAct[Agreement]):
    """Say that a milestone is reached."""

    label = _("Reached")
    done = _("The city was told.")

    def run(self, request: HttpRequest) -> None:
        """Reach it."""
        do(request, milestones.deliver_milestone, _milestone(self.about, self.row))


class SendInvoice(RowAct[Agreement]):
    """Send an invoice for an accepted milestone."""

    label = _("Send the invoice")
    done = _("Sent. The city was told, and you hear when it is approved, returned or paid.")

    number = fields.line(_("Number of the invoice"), hint=_("As your own books have it."), most=40)
    dated_on = fields.day(_("Date of the invoice"))
    amount_cents = fields.money(_("Amount before taxes"), hint=_("In Canadian dollars."))
    tax_cents = fields.money(_("Taxes"), hint=_("0 where there are none."))

    def run(self, request: HttpRequest) -> None:
        """Send it."""
        do(request, invoices.send, _milestone(self.about, self.row), **self.rest())


def agreement(request: HttpRequest, code: str) -> HttpResponse:
    """An agreement: read it, propose other words, name who signs, sign, deliver."""
    actor = signed_in(request)
    found = only_read(request, get_own_agreement(code, actor=actor))
    use_clock(found.step.challenge.municipality.zone)
    must_sign = is_to_sign(found, actor)
    acts: dict[str, Listed[Any]] = {}
    if found.state == AgreementState.DRAFTING:
        acts = editing_acts(found, signers=[(p.code, p.name) for p in list_members(found.vendor_id)])
        if must_sign:
            acts["sign"] = Listed(SignForVendor, found)
    elif found.state == AgreementState.SIGNED:
        acts = {
            "deliver": Listed(Deliver, found),
            "backlog": Listed(AddToBacklog, found),
            "reach": Listed(Reach, found),
            "invoice": Listed(SendInvoice, found),
        }
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "suppliers/agreement.html", taken, agreement_context(request, found, side=Side.VENDOR))


def _milestone(found: Agreement, item: str) -> Milestone:
    if found.kind != AgreementKind.CONTRACT:
        raise Unknown
    return get_milestone(found.step.challenge, item)
