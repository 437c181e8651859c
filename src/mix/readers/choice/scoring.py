"""How far an evaluation's scoring stands: who is scored, who may read what, what was given and what is owed.

It is gathered once for whoever asks. A conflicted member knows nothing of that vendor; before the consensus nobody
reads the scores of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import ConsensusScore, Evaluation, PanelMember, Score, Submission
from mix.readers.choice.conflicts import Said, last_words
from mix.readers.choice.evaluations import (
    contenders,
    criteria_now,
    labels_of,
    latest_consensus,
    panel_of,
    reached_by,
    spec_of_evaluation,
    stage_now,
    vendors_in,
)
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.once import once
from mix.rules.choice.consensus import as_reason, common_score, dots
from mix.rules.choice.merging import Written
from mix.rules.choice.scoring import SPREAD_ALERT, spread
from mix.rules.choice.sharing import Shares
from mix.rules.choice.states import Ruling, Seat
from mix.rules.city.methods import Criterion
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet

# A score's place: the member's seat, the submission, the key of the criterion.
Place: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True)
class Scoring:
    """An evaluation with its contenders by vendor, their letters, and what some of its members declared and gave.

    `written` holds what a member wrote last, also where it is a comment alone, which only that member reads.
    """

    evaluation: Evaluation
    contenders: Sequence[Submission]
    here: Sequence[Submission]
    declared: Mapping[int, Mapping[int, Said]]
    scores: Mapping[Place, Score]
    written: Mapping[Place, Score]
    panel: Sequence[PanelMember] = ()

    @cached_property
    def _scorers(self) -> Mapping[int, frozenset[int]]:
        """Who (seats) scores each submission, where the panel shares them; nothing where everybody scores all.

        From the consensus on the whole panel speaks of all of them, as it does in a later stage.
        """
        now = self.evaluation
        if now.shares is None or now.stage or now.phase != EvaluationPhase.SCORING:
            return {}
        shares, seated = Shares.read(now.shares), [m.pk for m in self.panel]
        hidden = {m.pk: self.hidden_from(m) for m in self.panel}
        return {
            s.pk: shares.scorers(s.pk, seated=seated, barred=[m for m in seated if vendors_in(s) & hidden[m]])
            for s in self.here
        }

    @cached_property
    def _here(self) -> frozenset[int]:
        """The vendors on the list: of each answer all that answer together."""
        return frozenset(vendor for s in self.contenders for vendor in vendors_in(s))

    @cached_property
    def letters(self) -> Mapping[int | None, Mapping[int, str]]:
        """The letters by submission, of each member and of the whole panel; fetched where they are first asked for."""
        return labels_of(self.evaluation)

    def has_declared(self, member: PanelMember) -> bool:
        """Say whether the member has declared about every vendor on the list."""
        return self._here <= self._declared(member).keys()

    def hidden_from(self, member: PanelMember) -> frozenset[int]:
        """Return the vendors of which this member may know nothing."""
        return frozenset(vendor for vendor, said in self._declared(member).items() if said.stands)

    def has_conflict(self, member: PanelMember) -> bool:
        """Say whether the member may know nothing of somebody who is still on the list."""
        return not self.hidden_from(member).isdisjoint(self._here)

    def is_waiting(self, member: PanelMember) -> bool:
        """Say whether somebody else has yet to decide if the member, who has a conflict, scores the rivals."""
        here, declared = self._here, self._declared(member)
        return any(said.stands and said.ruling != Ruling.KEPT for vendor, said in declared.items() if vendor in here)

    def is_admitted(self, member: PanelMember) -> bool:
        """Say whether the member may read: it has declared, and goes on where it has a conflict."""
        return self.has_declared(member) and not self.is_waiting(member)

    def readable(self, member: PanelMember) -> list[Submission]:
        """List what a member may read, by its own letters. Raises Forbidden before it is admitted."""
        return sorted(self._own(member), key=lambda s: self.letter(s, member))

    def _own(self, member: PanelMember) -> list[Submission]:
        if not self.is_admitted(member):
            raise Forbidden(Permission.SUBMISSION_READ)
        hidden = self.hidden_from(member)
        return [s for s in self.contenders if vendors_in(s).isdisjoint(hidden)]

    def get_readable(self, member: PanelMember, letter: str) -> Submission:
        """Return one submission that a member may read, by its own letter. Raises Unknown, Forbidden."""
        for submission in self.readable(member):
            if self.letter(submission, member) == letter:
                return submission
        raise Unknown

    def to_score(self, member: PanelMember) -> list[Submission]:
        """List what a member scores in this stage, by its own letters. Raises Forbidden before it is admitted."""
        return sorted(self._owed(member), key=lambda s: self.letter(s, member))

    def _owed(self, member: PanelMember) -> list[Submission]:
        here, shared = {s.pk for s in self.here}, self._scorers
        return [s for s in self._own(member) if s.pk in here and (not shared or member.pk in shared[s.pk])]

    def share(self, member: PanelMember) -> int:
        """Return how many submissions of this stage a member scores, whether or not it may read them yet."""
        shared = self._scorers
        return sum(member.pk in shared[s.pk] for s in self.here) if shared else len(self.here)

    def given(self, member: PanelMember, submission: Submission, criterion: str) -> Score | None:
        """Return the score that a member gave last."""
        return self.scores.get((member.pk, submission.pk, criterion))

    def last_of(self, member: PanelMember, submission: Submission, criterion: str) -> Score | None:
        """Return what a member wrote last, be it a comment that still waits for its score."""
        return self.written.get((member.pk, submission.pk, criterion))

    def progress(self, member: PanelMember) -> tuple[int, int]:
        """Return how many scores of the present stage a member has given, and how many it owes. Raises Forbidden."""
        keys = [c.key for c in criteria_now(self.evaluation)]
        places = [(member.pk, s.pk, key) for s in self._owed(member) for key in keys]
        return sum(place in self.scores for place in places), len(places)

    def owes(self, member: PanelMember) -> int:
        """Return how many scores of the present stage a member still owes. Raises Forbidden."""
        given, all_of_them = self.progress(member)
        return all_of_them - given

    def letter(self, submission: Submission, member: PanelMember | None = None) -> str:
        """Return the letter of a submission to a member, or to the whole panel; "?" where none was drawn."""
        return self.letters.get(member.pk if member else None, {}).get(submission.pk, "?")

    def name(self, submission: Submission, member: PanelMember | None = None) -> str:
        """Return what a member calls a submission, or the panel: its letter while names are hidden, else the vendor."""
        if spec_of_evaluation(self.evaluation).anonymous and self.evaluation.phase != EvaluationPhase.FINAL:
            return self.letter(submission, member)
        return submission.names

    def _declared(self, member: PanelMember) -> Mapping[int, Said]:
        return self.declared.get(member.pk, {})


@once
def scoring_of(evaluation: Evaluation, *members: PanelMember) -> Scoring:
    """Gather how far the scoring stands, with what these members declared and gave: everybody seated, if none is named.

    What a member gave before it declared a conflict with that vendor does not count. The number of queries depends
    neither on the members nor on the submissions.
    """
    found = contenders(evaluation)
    reached = reached_by(evaluation) if evaluation.stage else {}
    panel = () if members and evaluation.shares is None else tuple(panel_of(evaluation))
    seated = members or panel
    declared = last_words(evaluation, panel or seated) if seated else {}
    vendors = {s.pk: vendors_in(s) for s in found}
    hidden = {(member, v) for member, words in declared.items() for v, said in words.items() if said.stands}
    written = {
        (s.member_id, s.submission_id, s.criterion): s
        for s in _scores(tuple(m.pk for m in seated))
        if hidden.isdisjoint((s.member_id, vendor) for vendor in vendors.get(s.submission_id, ()))
    }
    return Scoring(
        evaluation,
        found,
        [s for s in found if reached.get(s.pk, 0) == evaluation.stage],
        declared,
        {place: s for place, s in written.items() if s.score is not None},
        written,
        panel,
    )


@asked
def _scores(members: tuple[int, ...]) -> QuerySet[Score]:
    return Score.objects.filter(member_id__in=members).order_by("id")


def written_by(row: Score | None) -> Written:
    """Return what a row says; nothing where there is none."""
    return Written(row.score, row.comment) if row else Written()


def find_written(member: PanelMember, submission: Submission, criterion: str, *, key: int) -> Written:
    """Return what a member had written in a row that stood on a page; nothing for the key 0."""
    return written_by(Score.objects.filter(member=member, submission=submission, criterion=criterion, pk=key).first())


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one submission at consensus: everybody's scores, how far they differ, what was agreed."""

    criterion: Criterion
    scores: list[tuple[PanelMember, Score]]
    spread: int
    is_wide: bool
    agreed: ConsensusScore | None

    @property
    def given(self) -> list[int]:
        """The scores alone, by member."""
        return [s.score for _member, s in self.scores if s.score is not None]

    @property
    def dots(self) -> tuple[tuple[int, int], ...]:
        """The scores that were given, and how many gave each."""
        return dots(self.given)

    @property
    def common(self) -> int | None:
        """The score on which all agree already."""
        return common_score(self.given)

    @property
    def comments(self) -> str:
        """What the members wrote, as a text that a reason may begin with."""
        return as_reason(s.comment for _member, s in self.scores)


def consensus_table(
    now: Scoring, submissions: Sequence[Submission], criteria: Sequence[Criterion]
) -> list[tuple[Submission, list[Cell]]]:
    """Gather the consensus table, by submission and criterion."""
    agreed, members = latest_consensus(now.evaluation), panel_of(now.evaluation)

    def cell(submission: Submission, criterion: Criterion) -> Cell:
        given = [(m, s) for m in members if (s := now.given(m, submission, criterion.key))]
        wide = spread([s.score for _, s in given if s.score is not None])
        return Cell(criterion, given, wide, wide > SPREAD_ALERT, agreed.get((submission.pk, criterion.key)))

    return [(submission, [cell(submission, c) for c in criteria]) for submission in submissions]


def unmet_to_hand_in(now: Scoring, member: PanelMember) -> tuple[Unmet, ...]:
    """List the scores that a member still owes."""
    if not now.has_declared(member):
        return (Unmet("declaration_missing", {"name": member.person.name}),)
    if now.is_waiting(member):
        return (Unmet("conflict_waits", {"name": member.person.name}),)
    keys = [c.key for c in criteria_now(now.evaluation)]
    owed = {s: sum(now.given(member, s, key) is None for key in keys) for s in now.to_score(member)}
    unmet = [
        Unmet("scores_missing", {"name": now.name(s, member), "count": str(count)}, place="missing")
        for s, count in owed.items()
        if count
    ]
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
    """List what keeps the scores from being shown, by the chair's letters.

    Members who have not handed in, a chair who may not see everything that is to be agreed, too few scores.
    """
    seated = panel_of(now.evaluation)
    chair = next((m for m in seated if m.seat == Seat.CHAIR), None)
    found = [Unmet("not_handed_in", {"name": m.person.name}, place="panel") for m in seated if m.handed_in_at is None]
    found += [Unmet("conflict_waits", {"name": m.person.name}, place="panel") for m in seated if now.is_waiting(m)]
    if chair and now.has_conflict(chair):
        found.append(Unmet("chair_has_conflict", {"name": chair.person.name}, place="panel"))
    keys = {c.key for c in criteria_now(now.evaluation)}
    for submission in now.here:
        by = {member for member, scored, key in now.scores if scored == submission.pk and key in keys}
        if len(by) < 2:
            found.append(Unmet("too_few_scores", {"name": now.name(submission, chair)}, place="panel"))
    return tuple(found)


def unmet_to_freeze(now: Scoring) -> tuple[Unmet, ...]:
    """List the cells without an agreed score."""
    agreed = latest_consensus(now.evaluation)
    owed = sum((s.pk, c.key) not in agreed for s in now.here for c in criteria_now(now.evaluation))
    return (Unmet("consensus_incomplete", {"count": str(owed)}, place="consensus"),) if owed else ()
