"""Official notices."""

from django.db import models

from mix.data.models.case.challenges import Challenge
from mix.data.models.city.municipalities import Municipality
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.rules.case.states import NoticeKind


class Notice(Kept, Worded):
    """Something published for everyone, with its number and day. Never changed (trigger).

    A notice of an award belongs to it, and holds in `details` what was true then: supplier, value in cents, number of
    bids, call, how the market was asked.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="notices")
    kind = choice(NoticeKind)
    reference = models.CharField(max_length=80, unique=True)
    title = models.CharField(max_length=300)
    text = models.TextField()
    published_at = models.DateTimeField()
    details = models.JSONField(default=dict)
    is_trial = models.BooleanField(default=False)  # as its challenge

    class Meta:
        constraints = [
            one_of("kind", NoticeKind),
        ]
