"""Invoices: what a vendor asks for under a contract, and what became of it."""

from django.db import models
from django.db.models.functions import Lower

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.delivery.agreements import Agreement
from mix.data.models.delivery.milestones import Milestone
from mix.data.models.market.vendors import Vendor
from mix.rules.delivery.invoices import Asked, InvoiceState


class Invoice(Kept):
    """An invoice for an accepted milestone: received, then returned with a reason, or approved and paid.

    `number` and `dated_on` are the vendor's; `amount_cents` is before taxes. `due_on` is the last day in time. Who
    approved it does not record its payment; `payment` is what the city's own system calls that.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="invoices")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="invoices")
    state = choice(InvoiceState, default=InvoiceState.RECEIVED.value)
    number = models.CharField(max_length=40)
    dated_on = models.DateField()
    amount_cents = money()
    tax_cents = money()
    sent_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    due_on = models.DateField()
    judged_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(blank=True)
    paid_on = models.DateField(null=True)
    paid_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    payment = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            one_of("state", InvoiceState),
            models.UniqueConstraint(
                "agreement",
                Lower("number"),
                name="invoice_number_once",
                condition=~models.Q(state=InvoiceState.RETURNED.value),
            ),
            models.CheckConstraint(name="invoice_amounts", condition=models.Q(amount_cents__gt=0, tax_cents__gte=0)),
            models.CheckConstraint(
                name="invoice_judged",
                condition=models.Q(state=InvoiceState.RECEIVED.value, judged_at=None)
                | ~models.Q(state=InvoiceState.RECEIVED.value) & models.Q(judged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="invoice_paid",
                condition=models.Q(state=InvoiceState.PAID.value, paid_on__isnull=False, paid_by__isnull=False)
                | ~models.Q(state=InvoiceState.PAID.value) & models.Q(paid_on=None, paid_by=None),
            ),
            models.CheckConstraint(name="invoice_paid_by_another", condition=~models.Q(paid_by=models.F("judged_by"))),
        ]

    @property
    def asked(self) -> Asked:
        """What it says."""
        return Asked(self.number, self.dated_on, self.amount_cents, self.tax_cents)
