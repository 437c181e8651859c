"""What policy must know of a challenge that no other step says, and rules that were set aside for it."""

from django.db import models

from mix.data.models.case.challenges import Challenge, Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, one_of
from mix.data.models.core.kept import Kept
from mix.rules.city.policy.facts import Category, Competition, Ground


class Purchase(Kept):
    """What is bought and how the market is asked. Amounts are cents before tax; None is not said yet."""

    challenge = models.OneToOneField(Challenge, on_delete=models.PROTECT, related_name="purchase")
    category = choice(Category)
    competition = choice(Competition, default=Competition.OPEN.value)
    quotes = models.PositiveIntegerField(default=0)
    limited_ground = choice(Ground, default=Ground.NONE.value)
    circumstances = models.TextField(blank=True)
    related_cents = money(null=True)
    lends_cents = money(null=True)

    class Meta:
        constraints = [
            one_of("category", Category),
            one_of("competition", Competition),
            one_of("limited_ground", Ground),
        ]


class ParticipationNotice(Kept):
    """Where a city published that it takes part in a challenge of several cities."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="participation_notices")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    address = models.URLField(max_length=300)
    published_on = models.DateField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "municipality"], name="participation_notice_once")]


class RequirementReason(Kept):
    """Why a requirement that may keep new firms out stays as it is. `mark` is `rules.city.policy.lint.Hit.mark`."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="requirement_reasons")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="+")
    mark = models.CharField(max_length=40)
    words = models.TextField()
    reason = models.TextField()
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "mark"], name="requirement_reason_once"),
            models.CheckConstraint(name="requirement_reason_given", condition=~models.Q(reason="")),
        ]


class RuleWaiver(Kept):
    """That one city sets a rule aside for one challenge, with its reason; where the rule says so, two people do."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="waivers")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=80)
    reason = models.TextField()
    needs_second = models.BooleanField()
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "municipality", "rule"], name="rule_waiver_once"),
            models.CheckConstraint(name="rule_waiver_with_reason", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="rule_waiver_agreed_by_a_second",
                condition=models.Q(agreed_by=None, agreed_at=None)
                | models.Q(agreed_by__isnull=False, agreed_at__isnull=False)
                & ~models.Q(agreed_by=models.F("asked_by")),
            ),
        ]
