"""Needs that staff report, the challenges that come of them, their cities and their steps."""

from datetime import datetime

from django.db import models

from mix.data.models.city.methods import MethodVersion
from mix.data.models.city.municipalities import Department, Municipality
from mix.data.models.city.people import Person
from mix.data.models.core.columns import choice, money, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.core.wordings import Worded
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.kinds import CityState, NeedState, Origin, Route, StepState


class Challenge(Kept, Worded):
    """The whole case, from commission to outcome. The route is frozen by the first public notice.

    `bar` is where it stands, for cards (`rules.case.bars`); empty for a case from before, whose steps are not known.
    `begun_from` is another whose words its documents and calls begin with.
    """

    loose = frozenset({"bar"})  # it says what the steps say, of which the log speaks

    first_call_at: "datetime | None"  # where a reader fetched it along

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="challenges")
    code = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    question = models.TextField()
    method = models.ForeignKey(MethodVersion, on_delete=models.PROTECT, related_name="challenges")
    route = choice(Route)
    route_reason = models.TextField()
    route_frozen_at = models.DateTimeField(null=True)
    joins_until = models.DateField(null=True)  # the last day, at the lead city, on which later cities may ask to join
    joins_percent = models.PositiveIntegerField(null=True)  # of the value, for all of them together
    status = choice(ChallengeStatus, default=ChallengeStatus.RUNNING.value)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)
    value_cents = money(null=True)
    origin = choice(Origin, default=Origin.LIVE.value)
    is_fictional = models.BooleanField(default=False)
    is_trial = models.BooleanField(default=False)  # begun while the lead city was on trial: it stays one
    reissue_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reissues")
    begun_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    commissioned_at = models.DateTimeField()
    bar = models.TextField(blank=True)

    class Meta:
        constraints = [
            one_of("status", ChallengeStatus),
            one_of("route", Route),
            models.CheckConstraint(
                name="challenge_value_positive", condition=models.Q(value_cents=None) | models.Q(value_cents__gte=0)
            ),
        ]
        indexes = [models.Index(fields=["status", "-commissioned_at"])]


class ChallengeCity(Kept):
    """A city that takes part, the lead included. Shares are in percent of the value."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="cities")
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    is_lead = models.BooleanField(default=False)
    share_percent = models.PositiveIntegerField(default=100)
    state = choice(CityState, default=CityState.TAKING_PART.value)
    left_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "municipality"], name="challenge_city_once"),
            models.UniqueConstraint(fields=["challenge"], condition=models.Q(is_lead=True), name="challenge_one_lead"),
            one_of("state", CityState),
        ]


class Step(Kept):
    """One box of the method, in one challenge. `asked_at` is set while it stands before its gate.

    `begun_at` is when it first became active, `started_at` when its present round did.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="steps")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=40)  # one that is registered: methods name no other
    position = models.PositiveIntegerField()
    state = choice(StepState, default=StepState.WAITING.value)
    round = models.PositiveIntegerField(default=1)
    begun_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    skipped_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["challenge", "key"], name="step_once"),
            one_of("state", StepState),
        ]


class Need(Kept):
    """A problem that a member of staff reported."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="needs")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="needs")
    code = models.CharField(max_length=20, unique=True, default=new_code)
    title = models.CharField(max_length=150)
    what = models.TextField()
    who = models.TextField()
    cost = models.TextField(blank=True)
    tried = models.TextField(blank=True)
    reported_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    state = choice(NeedState, default=NeedState.OPEN.value)
    reason = models.TextField(blank=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    challenge = models.ForeignKey(Challenge, null=True, on_delete=models.PROTECT, related_name="needs")

    class Meta:
        constraints = [
            one_of("state", NeedState),
            models.CheckConstraint(
                name="need_declined_with_reason",
                condition=~models.Q(state=NeedState.DECLINED.value) | ~models.Q(reason=""),
            ),
        ]
        indexes = [models.Index(fields=["municipality", "state"])]
