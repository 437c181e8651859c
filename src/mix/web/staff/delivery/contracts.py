"""One agreement as the city sees it, and a submission's files once they are open."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import agreements, invoices
from mix.data.models import Agreement, Invoice
from mix.readers.case.challenges import get_challenge_and_roles
from mix.readers.city.people import list_with_role
from mix.readers.core.errors import Forbidden
from mix.readers.delivery.agreements import get_agreement, get_paper, is_to_sign
from mix.readers.delivery.invoices import get_invoice, list_payable
from mix.readers.market.sealing import stream_opened_file
from mix.readers.market.submissions import get_opened
from mix.rules.city.calendar import day_in
from mix.rules.core.access import TABLE, Permission, grants, reads_for_the_city
from mix.rules.core.kinds import Envelope
from mix.rules.delivery.states import AgreementState, Side
from mix.web.drawing.downloads import download
from mix.web.drawing.requests import only_read, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.drawing.tables import dollars, table
from mix.web.forms import fields
from mix.web.forms.acts import Listed, RowAct, do, show, take
from mix.web.forms.agreeing import Sign, agreement_context, editing_acts
from mix.web.staff.delivery.judging import Judge


class Receive(RowAct[Agreement]):
    """Note that a paper came in."""

    label = _("Received")
    done = _("Noted.")

    expires_on = fields.day(_("Holds until"), required=False)

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        paper = get_paper(self.about, self.row)
        do(request, agreements.receive_paper, paper, expires_on=self.cleaned_data["expires_on"])


class JudgeInvoice(Judge[Agreement]):
    """Approve an invoice for payment, or return it."""

    word = "approve"
    says = _("Approve for payment")

    def run(self, request: HttpRequest) -> None:
        """Judge it."""
        found = get_invoice(self.about, self.row)
        do(request, invoices.judge, found, accept=self.accepts(), reason=self.cleaned_data["reason"])


class RecordPayment(RowAct[Agreement]):
    """Record that an invoice was paid."""

    label = _("Record the payment")
    done = _("Recorded. The vendor was told.")

    paid_on = fields.day(_("Paid on"))
    payment = fields.line(_("Payment number"), hint=_("As the city’s own system has it."), required=False, most=60)

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        do(request, invoices.record_payment, get_invoice(self.about, self.row), **self.rest())


class SignForCity(Sign):
    """Sign for the city."""

    sentence = _("I may bind the city, and I sign this agreement.")


def agreement(request: HttpRequest, code: str, agreement: str) -> HttpResponse:
    """Read it, propose and answer edits, receive papers, name who signs, sign."""
    actor = signed_in(request)
    challenge, roles = get_challenge_and_roles(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    found = only_read(request, get_agreement(challenge, agreement))
    drafting = found.state == AgreementState.DRAFTING
    acts: dict[str, Listed[Any]] = {}
    if drafting and grants(roles, Permission.AGREEMENT_EDIT):
        people = list_with_role([challenge.municipality_id], *TABLE[Permission.AGREEMENT_SIGN])
        signers = sorted((p.code, p.name) for p in people)
        acts = {**editing_acts(found, signers=signers), "receive": Listed(Receive, found)}
    if drafting and is_to_sign(found, actor):
        acts["sign"] = Listed(SignForCity, found)
    if not drafting and grants(roles, Permission.DELIVERY_RUN):
        acts["judge_invoice"] = Listed(JudgeInvoice, found)
    if not drafting and grants(roles, Permission.PAYMENT_RECORD):
        acts["pay"] = Listed(RecordPayment, found)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    shown = found if taken.status == HTTPStatus.OK else get_agreement(challenge, found.code)
    reads = reads_for_the_city(roles, Permission.CONVERSATION_READ)
    context = agreement_context(request, shown, side=Side.CITY, reads_written=reads)
    return show(request, "staff/delivery/agreement.html", taken, context)


def payments(request: HttpRequest) -> HttpResponse:
    """Hand out what is approved and not paid yet, for the city's own system: a table with one line for each invoice."""
    actor = signed_in(request)
    if not grants({role for code in actor.duties for role in actor.roles_at(code)}, Permission.PAYMENT_RECORD):
        raise Forbidden(Permission.PAYMENT_RECORD)
    return table("payments.csv", _COLUMNS, map(_payment, list_payable(actor)))


_COLUMNS = (
    *("city", "challenge", "contract", "vendor", "vendor_number", "invoice", "dated_on", "received_on", "due_on"),
    *("amount", "taxes", "total", "currency", "milestone"),
)


def _payment(invoice: Invoice) -> tuple[object, ...]:
    city, vendor = invoice.municipality, invoice.vendor
    return (
        *(city.code, invoice.agreement.step.challenge.code, invoice.agreement.code, vendor.name, vendor.number),
        *(invoice.number, invoice.dated_on, day_in(city.zone, invoice.received_at), invoice.due_on),
        *(dollars(cents) for cents in (invoice.amount_cents, invoice.tax_cents, invoice.asked.total_cents)),
        *("CAD", invoice.milestone.title),
    )


def opened_file(request: HttpRequest, code: str, submission: str, file: str) -> StreamingHttpResponse:
    """Hand out one file of an opened envelope, always as a download."""
    actor = signed_in(request)
    challenge, roles = get_challenge_and_roles(code, actor=actor, needs=Permission.SUBMISSION_READ)
    if not reads_for_the_city(roles, Permission.SUBMISSION_READ):
        raise Forbidden(Permission.SUBMISSION_READ)
    found = get_opened(challenge, submission)
    fact, chunks = stream_opened_file(found, file)
    if fact.envelope == Envelope.PRICE and (
        found.solicitation.price_opened_at is None or not grants(roles, Permission.PRICE_READ)
    ):
        raise Forbidden(Permission.PRICE_READ)
    return download(fact.name, chunks)
