"""The register of pilots: what is tried, by whose authority, until when, and what came of it."""

from django.db import models
from django.db.models import F, Q

from mix.data.models.case.challenges import Challenge
from mix.data.models.city.municipalities import Department, Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.rules.case.pilot_records import PilotRecord, PilotReport, Risk
from mix.rules.case.pilots import Word
from mix.rules.core.access import Role


class Pilot(Kept, Worded):
    """A trial of a vendor's product. Its terms are set when it is asked.

    `record` and `close_out` are what `catalogue/pilots.yaml` asks, as documents of `rules.case.pilot_records`.
    Its state is computed (`rules.case.pilots.state_of`). `declared_on` marks one that ran before anybody registered it.
    """

    loose = frozenset({"reminded"})

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="pilots")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="pilots")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    title = models.CharField(max_length=150)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    record = models.JSONField()
    registered_at = models.DateTimeField()
    is_trial = models.BooleanField(default=False)  # registered while the city was on trial: it stays one
    declared_on = models.DateField(null=True)
    asked_at = models.DateTimeField(null=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    value_cents = money(null=True)
    risk = choice(Risk, blank=True)
    decision = choice(Word, blank=True)
    decided_at = models.DateTimeField(null=True)
    stopped_on = models.DateField(null=True)
    stopped_reason = models.TextField(blank=True)
    close_out = models.JSONField(null=True)
    closed_at = models.DateTimeField(null=True)
    challenge = models.OneToOneField(Challenge, null=True, on_delete=models.PROTECT, related_name="pilot")
    reminded = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="pilot_risk", condition=Q(risk__in=["", *Risk])),
            models.CheckConstraint(name="pilot_decision", condition=Q(decision__in=["", *Word])),
            models.CheckConstraint(
                name="pilot_terms_when_asked",
                condition=Q(asked_at=None, starts_on=None, ends_on=None, value_cents=None, risk="")
                | Q(asked_at__isnull=False, ends_on__gte=F("starts_on"), value_cents__gte=0) & ~Q(risk=""),
            ),
            models.CheckConstraint(
                name="pilot_decided_when_asked",
                condition=Q(decision="", decided_at=None) | Q(asked_at__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="pilot_stopped_with_reason",
                condition=Q(stopped_on=None) | Q(decision=Word.AGREE.value) & ~Q(stopped_reason=""),
            ),
            models.CheckConstraint(
                name="pilot_closed_once_approved", condition=Q(closed_at=None) | Q(decision=Word.AGREE.value)
            ),
            models.CheckConstraint(
                name="pilot_converted_once_closed", condition=Q(challenge=None) | Q(closed_at__isnull=False)
            ),
        ]

    @property
    def written(self) -> PilotRecord:
        """What was written of it before its start. Raises FormUnknown."""
        return PilotRecord.read(self.record)

    @property
    def report(self) -> PilotReport | None:
        """What was reported of it at its end, if it was. Raises FormUnknown."""
        return None if self.close_out is None else PilotReport.read(self.close_out)


class PilotWord(Kept):
    """What one decider said of a pilot, in one role. Nobody speaks in two."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="words")
    role = choice(Role)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    word = choice(Word)
    reason = models.TextField(blank=True)
    said_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "role"], name="pilot_word_once_for_role"),
            models.UniqueConstraint(fields=["pilot", "person"], name="pilot_word_once_for_person"),
            models.CheckConstraint(
                name="pilot_refused_with_reason", condition=Q(word=Word.AGREE.value) | ~Q(reason="")
            ),
            one_of("role", Role),
            one_of("word", Word),
        ]


class PilotExtension(Kept):
    """The one extension of a pilot: asked for with a reason, agreed by whoever decides on its value."""

    pilot = models.OneToOneField(Pilot, on_delete=models.PROTECT, related_name="extension")
    ends_on = models.DateField()
    reason = models.TextField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="pilot_extended_with_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="pilot_extension_agreed_by_a_second",
                condition=Q(agreed_by=None, agreed_at=None)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False) & ~Q(agreed_by=F("asked_by")),
            ),
        ]
