"""What vendors hand in: versions with receipts, acknowledgements, and the answers once they are opened."""

from collections.abc import Mapping, Sequence

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
from mix.rules.market.states import Joining, SubmissionState


class Submission(Kept):
    """One vendor's answer to one call. Its draft and its files lie in the vault, as ciphertext.

    `beside` are the vendors that answer with it (code and name), as its envelope said when it was opened; until then it
    is empty. `parties` are all of them, the lead first, where a reader fetched them along.
    """

    loose = frozenset({"draft_version", "reminded"})
    # where a reader fetched them along: nobody scores it, and whether that is for a mandatory item
    is_out: bool
    has_failed: bool
    parties: tuple[Vendor, ...]

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="submissions")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="submissions")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    state = choice(SubmissionState, default=SubmissionState.DRAFT.value)
    draft_version = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    reminded = models.CharField(max_length=60, blank=True)  # of which instant its team was reminded, before or after
    beside = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["solicitation", "vendor"], name="submission_once"),
            one_of("state", SubmissionState),
        ]

    @property
    def names(self) -> str:
        """The name of the vendor, and once the answer was opened those of all that answer with it."""
        return joined_names(self.vendor, self.beside)


def joined_names(lead: Vendor, beside: Sequence[Mapping[str, str]]) -> str:
    """Return the name of a vendor with those that answer with it."""
    return " · ".join((lead.name, *(one["name"] for one in beside)))


class CoApplicant(Kept):
    """That a vendor is asked to answer a call together with another, the `lead`, and what it said.

    Nobody but the vendors of one answer sees it before that is opened. Once it joined, its people write the draft, too.
    """

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="co_applicants")
    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="co_applications")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    state = choice(Joining, default=Joining.ASKED.value)
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "vendor"],
                condition=models.Q(state__in=[Joining.ASKED.value, Joining.JOINED.value]),
                name="co_applicant_once",
            ),
            models.UniqueConstraint(
                fields=["solicitation", "vendor"],
                condition=models.Q(state=Joining.JOINED.value),
                name="co_applicant_of_one_answer",
            ),
            models.CheckConstraint(condition=~models.Q(vendor=models.F("lead")), name="co_applicant_beside_another"),
            models.CheckConstraint(
                condition=~models.Q(state=Joining.JOINED.value) | models.Q(answered_at__isnull=False),
                name="co_applicant_joined_by_word",
            ),
            one_of("state", Joining),
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
