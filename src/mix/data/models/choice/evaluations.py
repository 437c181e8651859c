"""Evaluation: panel, declarations, scores that are only ever added, consensus, results, ties that were broken."""

from __future__ import annotations

from django.db import models

from mix.data.models.case.challenges import Step
from mix.data.models.city.municipalities import Municipality
from mix.data.models.city.people import Person, languages
from mix.data.models.core.columns import choice, new_code, one_of
from mix.data.models.core.kept import Kept
from mix.data.models.market.solicitations import Solicitation
from mix.data.models.market.submissions import Submission
from mix.data.models.market.vendors import Vendor
from mix.rules.choice.states import Conflict, RankingCause, Ruling, Seat
from mix.rules.core.kinds import EvaluationPhase


class Evaluation(Kept):
    """The scoring of one call's submissions, by criteria frozen when the call was published.

    `stage` is the position of the scoring stage that is under way, or was last; the first is 0. `shares` is how a large
    panel shares the first one, a `mix.rules.choice.sharing.Shares`; null where everybody scores everything.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="evaluations")
    round = models.PositiveIntegerField(default=1)
    solicitation = models.ForeignKey(Solicitation, on_delete=models.PROTECT, related_name="evaluations")
    phase = choice(EvaluationPhase, default=EvaluationPhase.PANEL.value)
    stage = models.PositiveIntegerField(default=0)
    shares = models.JSONField(null=True)
    due_at = models.DateTimeField(null=True)
    finalised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["step", "round"], name="evaluation_round_once"),
            one_of("phase", EvaluationPhase),
        ]


class PanelMember(Kept):
    """A seat on the panel, until the person is replaced with a reason.

    `organization` is where somebody works who sits from outside of the cities, and sees nothing of these but the panel
    while it is at work; empty for the cities' own.
    """

    loose = frozenset({"reminded"})
    private = frozenset({"organization"})

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="panel")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="panel_seats")
    seat = choice(Seat)
    organization = models.CharField(max_length=200, blank=True)
    appointed_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_reason = models.TextField(blank=True)
    handed_in_at = models.DateTimeField(null=True)
    reminded = models.CharField(max_length=60, blank=True)  # of which due instant, before or after

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "person"], name="panel_member_once"),
            models.UniqueConstraint(
                fields=["evaluation"], condition=models.Q(seat=Seat.CHAIR.value, left_at=None), name="panel_one_chair"
            ),
            one_of("seat", Seat),
        ]


class PanelInvitation(Kept):
    """A seat offered by mail to somebody from outside of the cities, kept and accepted as a `StaffInvitation` is.

    Nobody sits by it before they accept; `member` is the seat that they then have, `seat` the one that is offered.
    """

    private = frozenset({"email", "name", "organization", "token_hash"})
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="panel_invitations")
    email = models.EmailField()
    name = models.CharField(max_length=200)
    organization = models.CharField(max_length=200)
    seat = choice(Seat, default=Seat.EVALUATOR.value)
    language = models.CharField(max_length=5, default="en", choices=languages)
    token_hash = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=20, unique=True, default=new_code)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    member = models.OneToOneField(PanelMember, on_delete=models.PROTECT, related_name="invitation", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="panel_invitation_answered_once",
                condition=models.Q(member=None, accepted_at=None)
                | models.Q(member__isnull=False, accepted_at__isnull=False, declined_at=None, withdrawn_at=None),
            ),
            one_of("seat", Seat),
        ]


class Label(Kept):
    """The letter of a submission, drawn by lot: to one member who reads alone, or to all of them from the consensus on.

    A member's letters are drawn among what it may read, so that a gap in them tells nothing of what it may not.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="labels")
    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="labels", null=True)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="labels")
    label = models.CharField(max_length=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "submission"], name="label_submission_once"),
            models.UniqueConstraint(fields=["member", "label"], name="label_once"),
            models.UniqueConstraint(
                fields=["evaluation", "submission"],
                condition=models.Q(member=None),
                name="label_common_submission_once",
            ),
            models.UniqueConstraint(
                fields=["evaluation", "label"], condition=models.Q(member=None), name="label_common_once"
            ),
        ]


class StageInvitation(Kept):
    """That a submission reached a later stage of the scoring; where the vendor is met, when, and what was noted."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="invitations")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="invitations")
    stage = models.PositiveIntegerField()
    invited_at = models.DateTimeField()
    meets_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=300, blank=True)
    minutes = models.PositiveIntegerField(null=True)
    present = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    recorded_at = models.DateTimeField(null=True)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "submission", "stage"], name="stage_invitation_once"),
            models.CheckConstraint(
                name="stage_meeting_whole",
                condition=models.Q(recorded_at=None)
                | models.Q(meets_at__isnull=False, minutes__isnull=False, recorded_by__isnull=False)
                & ~models.Q(present="")
                & ~models.Q(notes=""),
            ),
        ]


class Declaration(Kept):
    """A panel member's word about one vendor, given against the list of names before any content.

    Never changed (trigger): the latest about a vendor counts. `statement` is what was signed by it, as it was shown.
    """

    private = frozenset({"note"})

    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="declarations")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    conflict = choice(Conflict)
    note = models.TextField(blank=True)
    statement = models.TextField()
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [one_of("conflict", Conflict)]


class ConflictRuling(Kept):
    """What a second person says of a declared conflict, and why. Never changed (trigger): the latest counts.

    It is about that declaration alone: a later one of the same member about the same vendor waits for its own.
    """

    declaration = models.ForeignKey(Declaration, on_delete=models.PROTECT, related_name="rulings")
    ruling = choice(Ruling)
    reason = models.TextField()
    ruled_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    ruled_at = models.DateTimeField()

    class Meta:
        constraints = [
            one_of("ruling", Ruling),
            models.CheckConstraint(name="conflict_ruling_with_reason", condition=~models.Q(reason="")),
        ]


class Score(Kept):
    """One score with its comment. Never changed (trigger): the latest of a member counts, with the reason for it.

    A comment may stand before there is a score; it waits for it, and counts for nothing.
    """

    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="scores")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=60)
    score = models.PositiveIntegerField(null=True)
    comment = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="score_range", condition=models.Q(score__lte=5))]


class ConsensusScore(Kept):
    """The score that the chair records for all, with the reason. Never changed (trigger): the latest counts."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="consensus")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    criterion = models.CharField(max_length=60)
    score = models.PositiveIntegerField()
    reason = models.TextField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="consensus_range", condition=models.Q(score__lte=5)),
            models.CheckConstraint(name="consensus_with_reason", condition=~models.Q(reason="")),
        ]


class Ranking(Kept):
    """One ranking of the bids of an evaluation: when it was computed, and why. Never changed (trigger).

    The latest is in force; those before stay as they were decided on. `vendor` is who fell away.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="rankings")
    number = models.PositiveIntegerField()
    cause = choice(RankingCause)
    vendor = models.ForeignKey(Vendor, null=True, on_delete=models.PROTECT, related_name="+")
    ranked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "number"], name="ranking_number_once"),
            one_of("cause", RankingCause),
        ]


class Results(models.QuerySet["Result"]):
    """Results, of which those of the latest ranking of each evaluation are in force."""

    def in_force(self) -> Results:
        """Leave out the results of rankings that another followed."""
        later = Ranking.objects.filter(
            evaluation=models.OuterRef("ranking__evaluation"), number__gt=models.OuterRef("ranking__number")
        )
        return self.filter(~models.Exists(later))


class Result(Kept):
    """A submission's points (as exact fractions), rank and selection in one ranking. Never changed (trigger)."""

    objects = Results.as_manager()

    ranking = models.ForeignKey(Ranking, on_delete=models.PROTECT, related_name="results")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="results")
    points = models.JSONField()
    total = models.CharField(max_length=60)
    rank = models.PositiveIntegerField(null=True)
    eliminated_by = models.JSONField(default=list)
    is_tied = models.BooleanField(default=False)
    is_selected = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ranking", "submission"], name="result_once")]


class TieBreak(Kept):
    """The order of equals that no rule could part, as it was drawn: how, why so, by whom. Never changed (trigger).

    `order` holds the keys of submissions, the first first.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="tie_breaks")
    order = models.JSONField()
    how = models.TextField()
    reason = models.TextField()
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="tie_break_said", condition=~models.Q(how="") & ~models.Q(reason="")),
        ]
