"""What vendors hand in: versions with receipts, acknowledgements, and the answers once they are opened."""

from django.db import models

from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.market.solicitations import Addendum, Solicitation
from mix.data.models.market.vendors import Vendor
from mix.rules.core.access import Role
from mix.rules.core.kinds import Envelope
from mix.rules.market.receipts import ReceiptStatement
from mix.rules.market.states import SubmissionState


class Submission(Kept):
    """One vendor's answer to one call. Its draft and its files lie in the vault, as ciphertext."""

    loose = frozenset({"draft_version", "reminded"})
    # where a reader fetched them along: nobody scores it, and whether that is for a mandatory item
    is_out: bool
    has_failed: bool

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="submissions")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="submissions")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    state = choice(SubmissionState, default=SubmissionState.DRAFT.value)
    draft_version = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    reminded = models.CharField(max_length=60, blank=True)  # of which instant its team was reminded, before or after

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["solicitation", "vendor"], name="submission_once"),
            one_of("state", SubmissionState),
        ]


class SubmissionVersion(models.Model):
    """One finalised version and its receipt. The last one finalised before closing counts.

    `receipt` is the signed document of `statement`. `draft_mark` tells which draft was sealed, so that a retry with
    another one is noticed; it tells no content.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    reference = models.CharField(max_length=30, unique=True)
    received_at = models.DateTimeField()
    finalised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    retry_key = models.CharField(max_length=64)
    draft_mark = models.CharField(max_length=64, blank=True)
    receipt = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "number"], name="submission_version_once"),
            models.UniqueConstraint(fields=["submission", "retry_key"], name="submission_retry_once"),
        ]

    @property
    def statement(self) -> ReceiptStatement:
        """What the receipt states. Raises FormUnknown."""
        return ReceiptStatement.read(self.receipt["statement"])


class Acknowledgement(Kept):
    """A vendor's word that it has read an addendum; for a substantial one, given again after it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="acknowledgements")
    addendum = models.ForeignKey(Addendum, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "addendum"], name="acknowledgement_once")]


class OpenedEnvelope(Kept):
    """The readable content of one envelope, from the moment of opening."""

    private = frozenset({"answers"})

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="opened")
    envelope = choice(Envelope)
    answers = models.JSONField()
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "envelope"], name="opened_once")]


class OwnHours(models.Model):
    """How many hours an answer took, as its vendor notes for itself. Nobody else sees it, and the log knows nothing."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="own_hours")
    hours = models.DecimalField(max_digits=8, decimal_places=2)
    noted_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="own_hours_positive", condition=models.Q(hours__gt=0))]


class ItemCheck(Kept):
    """What somebody with the duty that a call names says of one mandatory item of a submission, and why.

    Never changed (trigger): the latest about an item counts. `item` is the key of its question.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="item_checks")
    item = models.CharField(max_length=60)
    passed = models.BooleanField()
    reason = models.TextField()
    role = choice(Role)
    checked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="item_check_with_reason", condition=~models.Q(reason="")),
            one_of("role", Role),
        ]
