"""Which vendors take part in a challenge, and how far they have come."""

from django.db import models

from mix.data.models.case.challenges import Challenge, Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.market.vendors import Vendor
from mix.rules.core.kinds import Standing


class Participation(Kept):
    """A vendor's standing in a challenge; a disqualification ends it with a reason and an authority.

    The standings of before are rows of their own.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="participations")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="participations")
    standing = choice(Standing)
    since = models.DateTimeField()
    disqualified_at = models.DateTimeField(null=True)
    disqualified_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "vendor"], name="participation_once"),
            one_of("standing", Standing),
            models.CheckConstraint(
                name="participation_disqualified_with_reason",
                condition=models.Q(disqualified_at=None) | ~models.Q(disqualified_reason=""),
            ),
        ]


class StandingReached(Kept):
    """That a vendor reached a standing in a challenge, and when. Never changed (trigger): the latest is the present."""

    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="reached")
    standing = choice(Standing)
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participation", "standing"], name="standing_reached_once"),
            one_of("standing", Standing),
        ]


class NamedVendor(Kept):
    """A vendor whom the city names before a call by invitation is published, and why it; invited with publication.

    It stays named in a later round of the step. One that was taken out again has ended.
    """

    private = frozenset({"vendor", "why"})

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="named_vendors")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    why = models.TextField()
    named_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "vendor"], condition=models.Q(ended_at=None), name="named_vendor_once"
            ),
        ]
