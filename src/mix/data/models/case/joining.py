"""Cities that ask to join a challenge after it began, within what its first notice declared."""

from django.db import models

from mix.data.models.case.challenges import Challenge
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.rules.case.states import JoinAnswer


class JoinRequest(Kept):
    """One city's wish to take part with a share of the value, and what the lead answered."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")  # the lead
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="join_requests")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    city = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    share_percent = models.PositiveIntegerField()
    note = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answer = choice(JoinAnswer, default="", blank=True)
    reason = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "city"], condition=models.Q(answer=""), name="join_request_open_once"
            ),
            models.CheckConstraint(
                name="join_request_share", condition=models.Q(share_percent__gte=0, share_percent__lte=99)
            ),
            one_of("answer", ("", *JoinAnswer)),
        ]
