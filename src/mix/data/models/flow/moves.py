"""The words given at gates, and what policy said when they were given."""

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.rules.city.policy.judgements import JudgedRules
from mix.rules.core.access import Role
from mix.rules.core.kinds import Decision


class GateSignature(Kept, Worded):
    """One decider's word at a gate, in one round of its step. Never changed (trigger)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="signatures")
    gate = models.CharField(max_length=4)
    round = models.PositiveIntegerField()
    city = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    role = choice(Role)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    decision = choice(Decision)
    reason = models.TextField()
    public_summary = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "round", "city", "role"], name="gate_signature_once"),
            one_of("decision", Decision),
            one_of("role", Role),
            models.CheckConstraint(name="gate_signature_with_reason", condition=~models.Q(reason="")),
        ]


class Judgement(Kept):
    """What policy said of a step when a word was given at its gate. Never changed (trigger)."""

    signature = models.OneToOneField(GateSignature, on_delete=models.PROTECT, related_name="judgement")
    said = models.JSONField()

    @property
    def judged(self) -> JudgedRules:
        """The rules and their outcomes. Raises FormUnknown."""
        return JudgedRules.read(self.said)
