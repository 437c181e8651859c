"""Verbs of invoices: a vendor sends one for what was accepted, the city approves or returns it, and pays."""

from __future__ import annotations

from datetime import date

from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import Invoice, Milestone
from mix.readers.city.people import list_members, list_with_role
from mix.readers.delivery.agreements import find_contract
from mix.readers.delivery.invoices import left_of, numbers_of
from mix.readers.market.vendors import get_own_vendor
from mix.rules.city.calendar import day_in
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require
from mix.rules.delivery.invoices import Asked, InvoiceState, due_on, unmet_in


def send(
    deed: Deed, milestone: Milestone, *, number: str, dated_on: date, amount_cents: int, tax_cents: int
) -> Invoice:
    """Send, as the vendor, an invoice for an accepted milestone. The same number twice is refused.

    Also once the challenge is over: what was accepted is paid.
    """
    contract = find_contract(milestone.challenge)
    if contract is None:
        raise Refused(Unmet("contract_missing"))
    vendor = get_own_vendor(contract.vendor.code, actor=deed.actor)
    contract = type(contract).objects.select_for_update().get(pk=contract.pk)  # two that come at once count both
    city = milestone.challenge.municipality
    today = day_in(city.zone, deed.now)
    asked = Asked(number.strip(), dated_on, amount_cents, tax_cents)
    require(milestone.accepted_at is not None, "invoice_before_acceptance")
    refuse_if(unmet_in(asked, left_cents=left_of(milestone), known=numbers_of(contract), today=today))
    made = Invoice.objects.create(
        municipality=city,
        agreement=contract,
        vendor=vendor,
        milestone=milestone,
        number=asked.number,
        dated_on=asked.dated_on,
        amount_cents=asked.amount_cents,
        tax_cents=asked.tax_cents,
        sent_by=deed.actor.someone,
        received_at=deed.now,
        due_on=due_on(today),
    )
    deed.tell(
        list_with_role([city.pk], *TABLE[Permission.DELIVERY_RUN]),
        "invoice_received",
        challenge=milestone.challenge,
        path=_page_of(made),
        vendor=vendor.name,
        number=made.number,
    )
    deed.record("invoices.send", milestone.challenge, role=Role.VENDOR)
    return made


def judge(deed: Deed, invoice: Invoice, *, accept: bool, reason: str = "") -> Invoice:
    """Approve an invoice for payment, or return it with a reason: its vendor may then send it anew."""
    challenge, role = lock_challenge(
        invoice.agreement.step.challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN, running=False
    )
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    require(invoice.state == InvoiceState.RECEIVED, "invoice_judged")
    require(accept or bool(reason.strip()), "reason_missing", field="reason")
    invoice.state = InvoiceState.APPROVED if accept else InvoiceState.RETURNED
    invoice.returned_reason = "" if accept else reason
    invoice.judged_by, invoice.judged_at = deed.actor.someone, deed.now
    invoice.save(update_fields=["state", "returned_reason", "judged_by", "judged_at"])
    if accept:
        payers = list_with_role([invoice.municipality_id], *TABLE[Permission.PAYMENT_RECORD])
        deed.tell(
            [payer for payer in payers if payer.pk != deed.actor.someone.pk],
            "invoice_to_pay",
            challenge=challenge,
            path=_page_of(invoice),
            vendor=invoice.vendor.name,
            number=invoice.number,
        )
    else:
        _tell_vendor(deed, invoice, "invoice_returned", reason=reason)
    deed.record("invoices.judge", challenge, role=role.value, reason=reason)
    return invoice


def record_payment(deed: Deed, invoice: Invoice, *, paid_on: date, payment: str = "") -> Invoice:
    """Record that an approved invoice was paid, on a day of the city, by what its own system calls it."""
    challenge, role = lock_challenge(
        invoice.agreement.step.challenge, actor=deed.actor, needs=Permission.PAYMENT_RECORD, running=False
    )
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    require(invoice.state == InvoiceState.APPROVED, "invoice_not_to_pay")
    require(invoice.judged_by_id != deed.actor.someone.pk, "approver_pays")
    today = day_in(challenge.municipality.zone, deed.now)
    require(paid_on <= today, "payment_ahead", field="paid_on")
    require(paid_on >= day_in(challenge.municipality.zone, invoice.received_at), "payment_before", field="paid_on")
    invoice.state, invoice.paid_on, invoice.payment = InvoiceState.PAID, paid_on, payment.strip()
    invoice.paid_by = deed.actor.someone
    invoice.save(update_fields=["state", "paid_on", "payment", "paid_by"])
    _tell_vendor(deed, invoice, "invoice_paid", day=paid_on.isoformat())
    deed.record("invoices.record_payment", challenge, role=role.value)
    return invoice


def _tell_vendor(deed: Deed, invoice: Invoice, code: str, *, reason: str = "", day: str = "") -> None:
    deed.tell(
        list_members(invoice.vendor_id),
        code,
        challenge=invoice.agreement.step.challenge,
        path=f"vendor/agreements/{invoice.agreement.code}/",
        number=invoice.number,
        reason=reason,
        day=day,
    )


def _page_of(invoice: Invoice) -> str:
    agreement = invoice.agreement
    return f"city/challenges/{agreement.step.challenge.code}/agreements/{agreement.code}/"
