"""Implementation: backlog, change orders, milestones, outcome readings, and cities that take over."""

from django.db import models

from mix.data.models.case.challenges import Challenge
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.delivery.agreements import Agreement
from mix.rules.delivery.states import BacklogKind

MONTHS = (3, 6, 12)


class _DeliveryRow(Kept):
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="%(class)ss")

    class Meta:
        abstract = True


class BacklogItem(_DeliveryRow):
    """A decision, a test or a piece of work, and what came of it."""

    kind = choice(BacklogKind)
    text = models.TextField()
    result = models.TextField(blank=True)
    added_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [one_of("kind", BacklogKind)]


class ChangeOrder(_DeliveryRow):
    """A change of the contract's value (cents, may be negative) with reason and authority."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveIntegerField()
    reason = models.TextField()
    value_cents = money()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_role = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True)
    refused_reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="change_order_once")]


class Milestone(_DeliveryRow):
    """Something due on a day for a sum; accepted by its tests, or refused with a reason.

    `tests` are rows of `rules.delivery.acceptance.Acceptance`.
    """

    title = models.CharField(max_length=200)
    due_on = models.DateField()
    value_cents = money()
    tests = models.JSONField(default=list)
    delivered_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    refused_reason = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(name="milestone_value", condition=models.Q(value_cents__gte=0))]


class OutcomeReading(_DeliveryRow):
    """One measure, so many months after the start, beside its baseline and target. "" means not measured."""

    month = models.PositiveIntegerField()
    measure = models.CharField(max_length=200)
    baseline = models.CharField(max_length=60, blank=True)
    target = models.CharField(max_length=60, blank=True)
    actual = models.CharField(max_length=60)
    note = models.TextField(blank=True)
    read_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "month", "measure"], name="outcome_reading_once"),
            models.CheckConstraint(name="outcome_month", condition=models.Q(month__in=MONTHS)),
        ]


class TakeOver(_DeliveryRow):
    """A city that asked to take over what worked."""

    city = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "city"], name="take_over_once")]
