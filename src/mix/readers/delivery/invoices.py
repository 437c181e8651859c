"""Questions about invoices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mix.data.models import Agreement, Invoice, Milestone
from mix.readers.core.actors import Actor
from mix.readers.core.rows import get_row
from mix.rules.core.access import Permission, grants
from mix.rules.delivery.invoices import InvoiceState, days_late


@dataclass(frozen=True, slots=True)
class Invoiced:
    """A milestone, its invoices with the days by which each is late, and what may still be asked for (cents)."""

    milestone: Milestone
    invoices: list[tuple[Invoice, int]]
    left_cents: int


def left_of(milestone: Milestone) -> int:
    """Return what may still be asked for a milestone, in cents before taxes: nothing before it was accepted."""
    return _left(milestone, milestone.invoices.all())


def _left(milestone: Milestone, invoices: Iterable[Invoice]) -> int:
    asked = sum(invoice.amount_cents for invoice in invoices if invoice.state != InvoiceState.RETURNED)
    return milestone.value_cents - asked if milestone.accepted_at else 0


def numbers_of(agreement: Agreement) -> frozenset[str]:
    """Return the numbers, in lower case, of the invoices under a contract that were not returned."""
    rows = agreement.invoices.exclude(state=InvoiceState.RETURNED.value)
    return frozenset(number.lower() for number in rows.values_list("number", flat=True))


def list_invoiced(agreement: Agreement, milestones: list[Milestone], *, today: date) -> list[Invoiced]:
    """List milestones with their invoices, the first first. One query; `today` is the city's."""
    found: dict[int, list[Invoice]] = {milestone.pk: [] for milestone in milestones}
    for row in agreement.invoices.order_by("received_at", "id"):
        found[row.milestone_id].append(row)
    return [
        Invoiced(
            milestone,
            [(row, _late_by(row, today=today)) for row in found[milestone.pk]],
            _left(milestone, found[milestone.pk]),
        )
        for milestone in milestones
    ]


def _late_by(invoice: Invoice, *, today: date) -> int:
    if invoice.state == InvoiceState.RETURNED:
        return 0
    return days_late(invoice.due_on, invoice.paid_on, today=today)


def get_invoice(agreement: Agreement, item: str) -> Invoice:
    """Return one invoice of a contract. Raises Unknown."""
    return get_row(agreement.invoices.select_related("agreement__step__challenge", "vendor", "milestone"), item)


def list_payable(actor: Actor) -> list[Invoice]:
    """List the approved invoices of the cities in which the actor records payments, those that are due first first."""
    cities = [code for code in actor.duties if grants(actor.roles_at(code), Permission.PAYMENT_RECORD)]
    rows = Invoice.objects.filter(municipality__code__in=cities, state=InvoiceState.APPROVED.value)
    named = rows.select_related("municipality", "agreement__step__challenge", "vendor", "milestone")
    return list(named.order_by("due_on", "received_at", "id"))
