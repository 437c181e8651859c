"""Awards: the recommendation, negotiation, approval; letters; debriefs and objections with their clocks."""

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.case.publishing import Notice
from mix.data.models.choice.evaluations import Evaluation, Result
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.data.models.market.submissions import joined_names
from mix.data.models.market.vendors import Vendor
from mix.rules.choice.debriefs import DebriefSheet
from mix.rules.choice.states import AwardState, DisputeOutcome


class Award(Kept):
    """One recommended vendor; when negotiation fails or it is disqualified, the next-ranked follows.

    `beside` are those that answered with it (code and name): the award names all, and is contracted with the vendor.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="awards")
    result = models.OneToOneField(Result, on_delete=models.PROTECT, related_name="award")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="awards")
    state = choice(AwardState, default=AwardState.RECOMMENDED.value)
    value_cents = money()
    negotiation = models.TextField(blank=True)
    recommended_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    notice_due_on = models.DateField(null=True)
    notice = models.OneToOneField(Notice, null=True, on_delete=models.PROTECT, related_name="award")
    ended_reason = models.TextField(blank=True)
    beside = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step"],
                condition=models.Q(state__in=[AwardState.RECOMMENDED.value, AwardState.APPROVED.value]),
                name="award_one_live",
            ),
            one_of("state", AwardState),
        ]

    @property
    def names(self) -> str:
        """The names of all to whom it goes."""
        return joined_names(self.vendor, self.beside)


class Letter(Kept):
    """What a vendor is told, with its own scores, the range, strengths and what was better. Never changed (trigger).

    `award` is the award that decided, where the evaluation only recommended; `is_selected` then means that it is the
    vendor's. Every award that is made has its own letters, also the one after another was revoked.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="letters")
    award = models.ForeignKey(Award, null=True, on_delete=models.PROTECT, related_name="letters")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="letters")
    is_selected = models.BooleanField()
    sheet = models.JSONField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evaluation", "vendor"], condition=models.Q(award=None), name="letter_once"
            ),
            models.UniqueConstraint(fields=["award", "vendor"], name="letter_once_an_award"),
        ]

    @property
    def debrief_sheet(self) -> DebriefSheet:
        """What the vendor is told of its points. Raises FormUnknown."""
        return DebriefSheet.read(self.sheet)


class Debrief(Kept):
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


class Dispute(Kept, Worded):
    """A vendor's objection to a result, with the day by which it is answered, and the answer with its reasons."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="disputes")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="disputes")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    text = models.TextField()
    filed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    due_on = models.DateField()
    outcome = choice(DisputeOutcome, blank=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step", "vendor"], condition=models.Q(answered_at=None), name="dispute_one_open"
            ),
            models.CheckConstraint(
                name="dispute_answered_whole",
                condition=models.Q(answered_at=None, outcome="", answer="")
                | (
                    models.Q(answered_at__isnull=False, outcome__in=[o.value for o in DisputeOutcome])
                    & ~models.Q(answer="")
                ),
            ),
        ]
