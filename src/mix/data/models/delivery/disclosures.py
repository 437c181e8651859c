"""What a sprint taught, disclosed to the whole market before an open final call, and who checked that it is fair."""

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.rules.delivery.states import Review


class Disclosure(Kept):
    """The disclosure of one step and round: its neutral reviewer, the reviewer's word, and the pack as published.

    The pack is kept as it was: what is saved later never changes what the market was given.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="disclosures")
    round = models.PositiveIntegerField(default=1)
    reviewer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    appointed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    appointed_at = models.DateTimeField()
    review = choice(Review, blank=True, default="")
    note = models.TextField(blank=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed = models.CharField(max_length=64, blank=True)
    pack = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "round"], name="disclosure_once"),
            one_of("review", ("", *Review)),
            models.CheckConstraint(
                name="disclosure_reviewed_whole",
                condition=models.Q(review="", reviewed_at=None)
                | (~models.Q(review="") & models.Q(reviewed_at__isnull=False) & ~models.Q(note="")),
            ),
            models.CheckConstraint(
                name="disclosure_published_fair",
                condition=models.Q(published_at=None) | models.Q(review=Review.FAIR.value, pack__isnull=False),
            ),
        ]
