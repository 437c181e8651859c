"""What an invoice may ask for, where it stands, and by when it is to be paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from mix.rules.core.unmet import Unmet

DAYS_TO_PAY = 30  # from the day on which it came in
MOST_CENTS = 10**13


class InvoiceState(StrEnum):
    """Where an invoice stands."""

    RECEIVED = "received"
    APPROVED = "approved"
    RETURNED = "returned"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an invoice says: its vendor's number, its day, its amount and the taxes on it (cents, CAD)."""

    number: str
    dated_on: date
    amount_cents: int
    tax_cents: int

    @property
    def total_cents(self) -> int:
        """What is to be paid."""
        return self.amount_cents + self.tax_cents


def due_on(received_on: date) -> date:
    """Return the last day on which an invoice that came in on a day is paid in time."""
    return received_on + timedelta(days=DAYS_TO_PAY)


def days_late(due: date, paid_on: date | None, *, today: date) -> int:
    """Return by how many days a payment was late, or is by now; 0 in time."""
    return max(((paid_on or today) - due).days, 0)


def unmet_in(asked: Asked, *, left_cents: int, known: frozenset[str], today: date) -> tuple[Unmet, ...]:
    """List what keeps an invoice from being sent.

    `left_cents` is what was accepted and not asked for yet, before taxes; `known` are the numbers, in lower case, of
    the invoices that the vendor sent under this contract and that were not returned.
    """
    found = []
    if not asked.number:
        found.append(Unmet("answer_missing", field="number"))
    if asked.number.lower() in known:
        found.append(Unmet("invoice_twice", {"number": asked.number}, field="number"))
    if asked.dated_on > today:
        found.append(Unmet("invoice_dated_ahead", field="dated_on"))
    if asked.amount_cents <= 0:
        found.append(Unmet("invoice_empty", field="amount_cents"))
    elif asked.amount_cents > left_cents:
        found.append(Unmet("invoice_above_accepted", {"left": str(left_cents)}, field="amount_cents"))
    if not 0 <= asked.tax_cents <= asked.amount_cents:
        found.append(Unmet("invoice_taxes", field="tax_cents"))
    return tuple(found)
