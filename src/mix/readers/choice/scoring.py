"""How far an evaluation's scoring stands: who is scored, who may read what, what was given and what is owed.

It is gathered once for whoever asks. A conflicted member knows nothing of that vendor; before the consensus nobody
reads the scores of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mix.data.models import ConsensusScore, Declaration, Evaluation, PanelMember, Score, Submission
from mix.readers.choice.evaluations import (
    contenders,
    criteria_now,
    labels_of,
    latest_consensus,
    panel_of,
    reached_by,
    spec_of_evaluation,
    stage_now,
)
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.choice.scoring import SPREAD_ALERT, spread
from mix.rules.choice.states import Conflict
from mix.rules.city.methods import Criterion
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet

# A score's place: the member's seat, the submission, the key of the criterion.
Place: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Scoring:
    """An evaluation with its contenders by vendor, their letters, and what some of its members declared and gave."""

    evaluation: Evaluation
    contenders: Sequence[Submission]
    here: Sequence[Submission]
    letters: Mapping[int, str]
    declared: Mapping[int, Mapping[int, str]]
    scores: Mapping[Place, Score]

    def has_declared(self, member: PanelMember) -> bool:
        """Say whether the member has declared about every vendor on the list."""
        return {s.vendor_id for s in self.contenders} <= self._declared(member).keys()

    def hidden_from(self, member: PanelMember) -> frozenset[int]:
        """Return the vendors of which this member may know nothing."""
        return frozenset(v for v, conflict in self._declared(member).items() if conflict != Conflict.NONE)

    def readable(self, member: PanelMember) -> list[Submission]:
        """List what a member may read, by lot. Raises Forbidden before it has declared."""
        if not self.has_declared(member):
            raise Forbidden(Permission.SUBMISSION_READ)
        hidden = self.hidden_from(member)
        own = [s for s in self.contenders if s.vendor_id not in hidden]
        return sorted(own, key=lambda s: self.letters.get(s.pk, ""))

    def get_readable(self, member: PanelMember, letter: str) -> Submission:
        """Return one submission that a member may read, by its letter. Raises Unknown, Forbidden."""
        for submission in self.readable(member):
            if self.letters.get(submission.pk) == letter:
                return submission
        raise Unknown

    def to_score(self, member: PanelMember) -> list[Submission]:
        """List what a member scores in the present stage, by lot. Raises Forbidden before it has declared."""
        here = {s.pk for s in self.here}
        return [s for s in self.readable(member) if s.pk in here]

    def given(self, member: PanelMember, submission: Submission, criterion: str) -> Score | None:
        """Return the score that a member gave last."""
        return self.scores.get((member.pk, submission.pk, criterion))

    def progress(self, member: PanelMember) -> tuple[int, int]:
        """Return how many scores of the present stage a member has given, and how many it owes. Raises Forbidden."""
        places = [(member.pk, s.pk, c.key) for s in self.to_score(member) for c in criteria_now(self.evaluation)]
        return sum(place in self.scores for place in places), len(places)

    def name(self, submission: Submission) -> str:
        """Return what panel members call a submission: its letter while names are hidden, else the vendor's name."""
        if spec_of_evaluation(self.evaluation).anonymous and self.evaluation.phase != EvaluationPhase.FINAL:
            return self.letters.get(submission.pk, "?")
        return submission.vendor.name

    def _declared(self, member: PanelMember) -> Mapping[int, str]:
        return self.declared.get(member.pk, {})


def scoring_of(evaluation: Evaluation, *members: PanelMember) -> Scoring:
    """Gather how far the scoring stands, with what these members declared and gave: everybody seated, if none is named.

    The number of queries depends neither on the members nor on the submissions.
    """
    found = contenders(evaluation)
    reached = reached_by(evaluation) if evaluation.stage else {}
    about = {"member_id__in": [m.pk for m in members]} if members else {"member__left_at": None}
    declared: dict[int, dict[int, str]] = {}
    for row in Declaration.objects.filter(member__evaluation=evaluation, **about):
        declared.setdefault(row.member_id, {})[row.vendor_id] = row.conflict
    scores = Score.objects.filter(member__evaluation=evaluation, **about).order_by("id")
    return Scoring(
        evaluation,
        found,
        [s for s in found if reached.get(s.pk, 0) == evaluation.stage],
        labels_of(evaluation),
        declared,
        {(s.member_id, s.submission_id, s.criterion): s for s in scores},
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one submission at consensus: everybody's scores, how far they differ, what was agreed."""

    criterion: Criterion
    scores: list[tuple[PanelMember, Score]]
    spread: int
    is_wide: bool
    agreed: ConsensusScore | None


def consensus_table(
    now: Scoring, submissions: Sequence[Submission], criteria: Sequence[Criterion]
) -> list[tuple[Submission, list[Cell]]]:
    """Gather the consensus table, by submission and criterion."""
    agreed, members = latest_consensus(now.evaluation), panel_of(now.evaluation)

    def cell(submission: Submission, criterion: Criterion) -> Cell:
        given = [(m, s) for m in members if (s := now.given(m, submission, criterion.key))]
        wide = spread([s.score for _, s in given])
        return Cell(criterion, given, wide, wide > SPREAD_ALERT, agreed.get((submission.pk, criterion.key)))

    return [(submission, [cell(submission, c) for c in criteria]) for submission in submissions]


def unmet_to_hand_in(now: Scoring, member: PanelMember) -> tuple[Unmet, ...]:
    """List the scores that a member still owes."""
    if not now.has_declared(member):
        return (Unmet("declaration_missing", {"name": member.person.name}),)
    given, all_of_them = now.progress(member)
    owed = all_of_them - given
    unmet = [Unmet("scores_missing", {"name": member.person.name, "count": str(owed)})] if owed else []
    return (*unmet, *unmet_meetings(now))


def unmet_meetings(now: Scoring) -> tuple[Unmet, ...]:
    """Say how many vendors of the present stage were not met yet, where the stage rests on meeting them."""
    stage = stage_now(now.evaluation)
    if stage is None or not stage.basis.is_met:
        return ()
    owed = now.evaluation.invitations.filter(
        stage=now.evaluation.stage, submission_id__in=[s.pk for s in now.here], recorded_at__isnull=True
    ).count()
    return (Unmet("meetings_missing", {"count": str(owed)}, place="meetings"),) if owed else ()


def unmet_for_consensus(now: Scoring) -> tuple[Unmet, ...]:
    """List what keeps the scores from being shown: members who have not handed in, too few for a submission."""
    found = [
        Unmet("not_handed_in", {"name": m.person.name}, place="panel")
        for m in panel_of(now.evaluation)
        if m.handed_in_at is None
    ]
    keys = {c.key for c in criteria_now(now.evaluation)}
    for submission in now.here:
        by = {member for member, scored, key in now.scores if scored == submission.pk and key in keys}
        if len(by) < 2:
            found.append(Unmet("too_few_scores", {"name": now.name(submission)}, place="panel"))
    return tuple(found)


def unmet_to_freeze(now: Scoring) -> tuple[Unmet, ...]:
    """List the cells without an agreed score."""
    agreed = latest_consensus(now.evaluation)
    owed = sum((s.pk, c.key) not in agreed for s in now.here for c in criteria_now(now.evaluation))
    return (Unmet("consensus_incomplete", {"count": str(owed)}, place="consensus"),) if owed else ()
