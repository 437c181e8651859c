"""Awards: the recommendation, negotiation, approval, and debriefs with their clock."""

from django.db import models

from mix.data.models.challenges import Step
from mix.data.models.columns import choice, money, one_of
from mix.data.models.evaluations import Result
from mix.data.models.municipalities import Municipality
from mix.data.models.people import Person
from mix.data.models.vendors import Vendor

AWARD_STATES = ("recommended", "failed", "approved", "revoked")


class Award(models.Model):
    """One recommended vendor; when negotiation fails or it is disqualified, the next-ranked follows."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="awards")
    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="award")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="awards")
    state = choice(AWARD_STATES, default="recommended")
    value_cents = money()
    negotiation = models.TextField(blank=True)
    recommended_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    notice_due_on = models.DateField(null=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step"],
                condition=models.Q(state__in=["recommended", "approved"]),
                name="award_one_live",
            ),
            one_of("state", AWARD_STATES),
        ]


class Debrief(models.Model):
    """A vendor's request to hear more, by when it must be held, and what was said."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="debriefs")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="debriefs")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    meets_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    notes = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "vendor"], name="debrief_once")]
