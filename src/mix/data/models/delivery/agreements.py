"""Agreements with vendors: clauses and edits with reasons, signatories, documents that expire, paid deliverables."""

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.market.vendors import Vendor
from mix.rules.core.kinds import AgreementKind
from mix.rules.delivery.states import AgreementState, EditState, PaperKind, Side


class Agreement(Kept):
    """A sprint agreement or a contract with one vendor. Values in cents, options apart.

    `differs_reason` is why its terms are not those of the step's agreements before it.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="agreements")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="agreements")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    kind = choice(AgreementKind)
    state = choice(AgreementState, default=AgreementState.DRAFTING.value)
    value_cents = money()
    options_cents = money(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField()
    drafted_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)
    differs_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "vendor"], name="agreement_once"),
            one_of("kind", AgreementKind),
            one_of("state", AgreementState),
            models.CheckConstraint(name="agreement_dates", condition=models.Q(ends_on__gte=models.F("starts_on"))),
            models.CheckConstraint(
                name="agreement_values", condition=models.Q(value_cents__gte=0, options_cents__gte=0)
            ),
        ]


class Clause(Kept):
    """One clause as it stands, in the words of the agreement.

    One that names tests has the place of the method where they stand as its `source`; `said` is what stood there when
    the clause was drafted, or when both sides last agreed on its words.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="clauses")
    key = models.SlugField(max_length=60)
    position = models.PositiveIntegerField()
    title = models.CharField(max_length=150)
    text = models.TextField()
    source = models.CharField(max_length=130, blank=True)
    said = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="clause_once")]


class ClauseEdit(Kept):
    """Other words for a clause, proposed by one side with a reason, accepted or refused by the other."""

    clause = models.ForeignKey(Clause, on_delete=models.PROTECT, related_name="edits")
    side = choice(Side)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    before = models.TextField()
    text = models.TextField()
    reason = models.TextField()
    state = choice(EditState, default=EditState.PROPOSED.value)
    answer = models.TextField(blank=True)
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("side", Side), one_of("state", EditState)]


class Signatory(Kept):
    """A named person who signs for one side.

    `signed_digest` is of the agreement as it was signed. A signature that a later change voided is none any more; when
    that was stands in `voided_at`.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatories")
    side = choice(Side)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    signed_at = models.DateTimeField(null=True)
    signed_digest = models.CharField(max_length=64, blank=True)
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "person"], name="signatory_once"),
            models.CheckConstraint(
                name="signatory_signed_a_text",
                condition=models.Q(signed_at=None, signed_digest="")
                | models.Q(signed_at__isnull=False) & ~models.Q(signed_digest=""),
            ),
            one_of("side", Side),
        ]


class Paper(Kept):
    """A certificate that an agreement needs, with the day on which it expires."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="papers")
    kind = choice(PaperKind)
    name = models.CharField(max_length=150)
    expires_on = models.DateField(null=True)
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("kind", PaperKind)]


class Deliverable(Kept):
    """Something that a sprint fee pays for: delivered, accepted or refused with a reason, paid."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="deliverables")
    title = models.CharField(max_length=200)
    due_on = models.DateField()
    fee_cents = money()
    delivered_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    refused_reason = models.TextField(blank=True)
    paid_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="deliverable_paid_when_accepted",
                condition=models.Q(paid_at=None) | models.Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(name="deliverable_fee", condition=models.Q(fee_cents__gte=0)),
        ]
