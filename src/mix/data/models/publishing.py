"""Official notices."""

from django.db import models

from mix.data.models.challenges import Challenge
from mix.data.models.columns import choice, one_of
from mix.data.models.municipalities import Municipality

NOTICE_KINDS = ("engagement", "intended_procurement", "addendum", "award", "cancellation", "result", "disclosure")


class Notice(models.Model):
    """Something published for everyone, with its number and day. Never changed (trigger)."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="notices")
    kind = choice(NOTICE_KINDS)
    reference = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    text = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("kind", NOTICE_KINDS)]
