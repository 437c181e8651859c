"""The sprint room: sign-offs, data grants, check-ins, evidence, incidents, demos and the parity ledger."""

from django.db import models

from mix.data.models.case.challenges import Challenge
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.market.vendors import Vendor
from mix.rules.delivery.states import Area, Confidence, EvidenceVerdict, IncidentKind, ParityKind, Side


class _SprintRow(Kept):
    """A row of one sprint room: the step that opens the room, and its round, since a sprint may be run again."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="%(class)ss")
    room = models.SlugField(max_length=60)
    round = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class SignOff(_SprintRow):
    """A specialist's word that the sprint may start, for one area."""

    area = choice(Area)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "room", "round", "area"], name="sign_off_once"),
            one_of("area", Area),
        ]


class DataGrant(_SprintRow):
    """Access of one vendor to one data set, until it expires by itself or the data is returned.

    `reason` is why it is not as the framework of the sprint names it: another set, or on another basis.
    """

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    data_set = models.CharField(max_length=200)
    legal_basis = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    granted_on = models.DateField()
    expires_on = models.DateField()
    returned_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "room", "round", "vendor", "data_set"], name="data_grant_once"
            ),
            models.CheckConstraint(
                name="data_grant_expires", condition=models.Q(expires_on__gt=models.F("granted_on"))
            ),
        ]


class CheckIn(_SprintRow):
    """Five minutes a week from each side: how it goes (1 to 5), progress, what blocks."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    week = models.PositiveIntegerField()
    side = choice(Side)
    mood = models.PositiveIntegerField()
    progress = models.TextField()
    blockers = models.TextField(blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "room", "round", "vendor", "week", "side"], name="check_in_once"
            ),
            one_of("side", Side),
            models.CheckConstraint(name="check_in_mood", condition=models.Q(mood__gte=1, mood__lte=5)),
        ]


class Evidence(_SprintRow):
    """One test of one hypothesis by one vendor. Append-only: the latest counts."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    hypothesis = models.CharField(max_length=20)
    how = models.TextField()
    result = models.CharField(max_length=200)
    verdict = choice(EvidenceVerdict)
    confidence = choice(Confidence)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("verdict", EvidenceVerdict), one_of("confidence", Confidence)]


class Incident(_SprintRow):
    """Something that went wrong, who was told, and how it was settled."""

    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")
    kind = choice(IncidentKind)
    text = models.TextField()
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settlement = models.TextField(blank=True)

    class Meta:
        constraints = [one_of("kind", IncidentKind)]


class Demo(_SprintRow):
    """What a vendor showed, and its answers."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField()
    recording = models.URLField(blank=True)
    answers = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "room", "round", "vendor"], name="demo_once")]


class ParityEntry(_SprintRow):
    """What one vendor got from the city: hours, meetings, site days, answers."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    kind = choice(ParityKind)
    amount = models.DecimalField(max_digits=8, decimal_places=2)
    given_on = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            one_of("kind", ParityKind),
            models.CheckConstraint(name="parity_positive", condition=models.Q(amount__gt=0)),
        ]


class ParityReason(_SprintRow):
    """Why one vendor got more or less of something than the middle one."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    kind = choice(ParityKind)
    reason = models.TextField()
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "room", "round", "vendor", "kind"], name="parity_reason_once"),
            one_of("kind", ParityKind),
        ]
