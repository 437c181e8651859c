"""An evaluation, on its step page: the panel, its progress, the result. Procurement runs it and does not score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from mix.data.models import (
    Declaration,
    Evaluation,
    PanelInvitation,
    PanelMember,
    Person,
    Ranking,
    Result,
    StageInvitation,
    Step,
    Submission,
    TieBreak,
)
from mix.readers.case.challenges import list_cities, spec_of
from mix.readers.choice.conflicts import list_declarations, list_standing
from mix.readers.choice.evaluations import (
    compute,
    criteria_now,
    criteria_of,
    find_evaluation,
    list_invitations,
    list_left,
    list_rankings,
    list_tie_breaks,
    most_of,
    panel_of,
    scheme_of,
    stage_now,
    stages_of,
    tied_now,
    unmet_by_tie,
)
from mix.readers.choice.lots import Lot, find_lot, list_lots
from mix.readers.choice.prizes import list_won
from mix.readers.choice.scoring import Cell, consensus_table, scoring_of
from mix.readers.city.people import list_with_role
from mix.readers.market.item_checks import list_failed
from mix.readers.market.shared_people import list_shared
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.scoring import NOT_INVITED, tied_for_a_place
from mix.rules.choice.states import Conflict, Seat
from mix.rules.city.methods import Criterion, EvaluationSpec, ScoringStage
from mix.rules.city.schemes import Scheme
from mix.rules.core.access import Permission, Role, grants, reads_for_the_city
from mix.rules.core.fields import Bilingual, Wording
from mix.rules.core.kinds import EvaluationPhase, StepState
from mix.web.drawing.requests import now_of
from mix.web.forms.acts import Acts, Listed, granted
from mix.web.staff.choice.evaluations_acts import (
    Appoint,
    Appointable,
    AppointSeveral,
    BreakTie,
    DrawLot,
    EndSeat,
    Finalise,
    FixLot,
    GiveChair,
    Invite,
    OpenScoring,
    RecordMeeting,
    RuleOnConflict,
    SetMeeting,
    Tie,
)
from mix.web.staff.choice.outsiders import invited_rows, outsider_acts
from mix.web.staff.choice.practice import practice_acts, practising

# From consensus on, those who may read scores for the city see the table.
AFTER_SCORING = frozenset(
    {EvaluationPhase.CONSENSUS, EvaluationPhase.BETWEEN, EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL}
)


def _panel_rows(evaluation: Evaluation, *, sees_progress: bool) -> list[tuple[PanelMember, int, int]]:
    """Return each member; with how many scores are given and owed, where that is drawn and known."""
    members = panel_of(evaluation)
    if not sees_progress or all(m.handed_in_at for m in members):
        return [(m, 0, 0) for m in members]
    so_far = scoring_of(evaluation)
    count = len(criteria_now(evaluation))
    return [(m, *(so_far.progress(m) if so_far.is_admitted(m) else (0, so_far.share(m) * count))) for m in members]


@dataclass(frozen=True)
class PrizeRow:
    """One prize as it is drawn: the rank, the vendor's name, the amount in cents."""

    rank: int
    vendor: str
    cents: int


@dataclass(frozen=True)
class EvaluationContext:
    """What the step of an evaluation draws; `panel` is each member with scores given and owed.

    `invited` are those who were asked from outside and do not sit, each with whether the invitation has expired.
    `declared` holds every conflict that was declared, for procurement and those who oversee. `practice` are the keys of
    members that are played.
    """

    evaluation: Evaluation | None
    evaluation_spec: EvaluationSpec | None
    sees_progress: bool
    panel: list[tuple[PanelMember, int, int]]
    left: Sequence[PanelMember]
    practice: frozenset[int]
    invited: Sequence[tuple[PanelInvitation, bool]]
    declared: Sequence[Declaration]
    criteria: tuple[Criterion, ...]
    scheme: Scheme | None
    waits_for_price: bool
    rankings: list[tuple[Ranking, list[Result]]]
    table: list[tuple[Submission, list[Cell]]]
    not_invited: list[str]
    prizes: list[PrizeRow]
    tie_breaks: list[tuple[TieBreak, list[str]]]
    is_blocked_by_tie: bool
    lots: list[Lot]
    stages: list[tuple[int, ScoringStage, list[StageInvitation]]]
    stage_titles: dict[str, Bilingual]
    shared: list[tuple[Person, str]]
    failed: list[tuple[Submission, list[tuple[Wording, str]]]]


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, EvaluationContext]:
    """Appoint, open scoring, replace, open prices, compute the result."""
    evaluation, spec = find_evaluation(step), spec_of(step).evaluation
    acts: dict[str, Listed[Any]] = {}
    is_open = step.challenge.status == ChallengeStatus.RUNNING and step.asked_at is None
    if is_open and step.state == StepState.ACTIVE:
        acts |= _beginning(step, None) if evaluation is None else _going_on(step, evaluation)
        acts |= outsider_acts(step, evaluation)
        acts |= practice_acts(step, evaluation)
    ties = tied_now(evaluation) if evaluation and evaluation.phase == EvaluationPhase.FINAL else []
    if is_open and evaluation and ties:
        tie = _tie_to_break(evaluation, ties)
        is_fixed = find_lot(evaluation, tie.among) is not None
        acts |= {"draw_lot": Listed(DrawLot, tie)} if is_fixed else {"fix_lot": Listed(FixLot, tie)}
        acts["break_tie"] = Listed(BreakTie, tie)
    sees_progress = grants(roles, Permission.PANEL_APPOINT)
    if is_open and sees_progress and evaluation and evaluation.phase == EvaluationPhase.SCORING:
        standing = tuple(list_standing(evaluation))
        acts |= {"rule": Listed(RuleOnConflict, standing)} if standing else {}
    if evaluation is None:
        context = _before(spec, sees_progress=sees_progress)
    else:
        sees_scores = evaluation.phase in AFTER_SCORING and reads_for_the_city(roles, Permission.SCORES_READ)
        is_blocked = bool(ties) and bool(unmet_by_tie(evaluation))
        context = _shown(
            evaluation,
            spec,
            invited=invited_rows(evaluation, now=now_of(request)),
            sees_progress=sees_progress,
            sees_scores=sees_scores,
            sees_conflicts=reads_for_the_city(roles, Permission.CASE_FILE_READ),
            is_blocked=is_blocked,
        )
    return granted(roles, acts), context


def _before(spec: EvaluationSpec | None, *, sees_progress: bool) -> EvaluationContext:
    """Say what is known before anybody is appointed: what the method says."""
    stages = spec.stages if spec else ()
    return EvaluationContext(
        evaluation=None,
        evaluation_spec=spec,
        sees_progress=sees_progress,
        panel=[],
        left=(),
        practice=frozenset(),
        invited=(),
        declared=(),
        criteria=spec.criteria if spec else (),
        scheme=None,
        waits_for_price=False,
        rankings=[],
        table=[],
        not_invited=[NOT_INVITED],
        prizes=[],
        tie_breaks=[],
        is_blocked_by_tie=False,
        lots=[],
        stages=[(n, s, []) for n, s in enumerate(stages)],
        stage_titles={s.key: s.title for s in stages},
        shared=[],
        failed=[],
    )


def _shown(
    evaluation: Evaluation,
    spec: EvaluationSpec | None,
    *,
    invited: Sequence[tuple[PanelInvitation, bool]],
    sees_progress: bool,
    sees_scores: bool,
    sees_conflicts: bool,
    is_blocked: bool,
) -> EvaluationContext:
    criteria, stages = criteria_of(evaluation), stages_of(evaluation)
    meetings = list_invitations(evaluation) if stages else []
    rankings = list_rankings(evaluation) if evaluation.phase == EvaluationPhase.FINAL else []
    drawn = [(t, _in_order(rankings, t)) for t in list_tie_breaks(evaluation)] if rankings else []
    return EvaluationContext(
        evaluation=evaluation,
        evaluation_spec=spec,
        sees_progress=sees_progress,
        panel=_panel_rows(evaluation, sees_progress=sees_progress),
        left=list_left(evaluation),
        practice=frozenset(m.pk for m in practising(evaluation)),
        invited=invited,
        declared=_conflicts(evaluation) if sees_conflicts else (),
        criteria=criteria,
        scheme=scheme_of(evaluation),
        waits_for_price=evaluation.phase == EvaluationPhase.QUALITY_FROZEN and _waits_for_price(evaluation),
        rankings=rankings,
        table=_table(evaluation, criteria) if sees_scores else [],
        not_invited=[NOT_INVITED],
        prizes=[PrizeRow(w.rank, w.vendor.name, w.cents) for w in list_won(evaluation)],
        tie_breaks=drawn,
        is_blocked_by_tie=is_blocked,
        lots=list_lots(evaluation) if drawn or any(r.is_tied for _ranking, rows in rankings for r in rows) else [],
        stages=[(n, s, [i for i in meetings if i.stage == n]) for n, s in enumerate(stages)],
        stage_titles={s.key: s.title for s in stages},
        shared=list_shared(evaluation.solicitation) if sees_progress else [],
        failed=list_failed(evaluation.solicitation) if sees_progress else [],
    )


def _conflicts(evaluation: Evaluation) -> list[Declaration]:
    return [d for d in list_declarations(evaluation) if d.conflict != Conflict.NONE]


def _table(evaluation: Evaluation, criteria: Sequence[Criterion]) -> list[tuple[Submission, list[Cell]]]:
    so_far = scoring_of(evaluation)
    return consensus_table(so_far, so_far.contenders, criteria)


def _beginning(step: Step, evaluation: Evaluation | None) -> dict[str, Listed[Any]]:
    """Appoint the panel, one by one or several, then open scoring."""
    people = list_with_role([c.id for c in list_cities(step.challenge)], Role.EVALUATOR)
    seated = frozenset(m.person_id for m in panel_of(evaluation)) if evaluation else frozenset()
    about = Appointable(step, tuple(people), seated)
    acts: dict[str, Listed[Any]] = {"appoint": Listed(Appoint, about), "open_scoring": Listed(OpenScoring, step)}
    if len(people) > len(seated) + 1:
        acts["appoint_several"] = Listed(AppointSeveral, about)
    return acts


def _going_on(step: Step, evaluation: Evaluation) -> dict[str, Listed[Any]]:
    """Return what belongs to the phase: the panel, the stages and their meetings, the result."""
    phase = evaluation.phase
    acts: dict[str, Listed[Any]] = {}
    if phase == EvaluationPhase.PANEL:
        acts |= _beginning(step, evaluation)
    if phase == EvaluationPhase.SCORING:
        acts["appoint"] = _beginning(step, evaluation)["appoint"]
        if (stage := stage_now(evaluation)) and stage.basis.is_met:
            acts |= {"set_meeting": Listed(SetMeeting, evaluation), "record_meeting": Listed(RecordMeeting, evaluation)}
    if phase in (EvaluationPhase.PANEL, EvaluationPhase.SCORING, EvaluationPhase.CONSENSUS):
        members = tuple(panel_of(evaluation))
        acts["leave"] = Listed(EndSeat, members)
        acts["give_chair"] = Listed(GiveChair, tuple(m for m in members if m.seat != Seat.CHAIR))
    if phase == EvaluationPhase.BETWEEN:
        acts["invite"] = Listed(Invite, step)
    if phase == EvaluationPhase.QUALITY_FROZEN and not _waits_for_price(evaluation):
        acts["finalise"] = Listed(Finalise, evaluation)
    return acts


def _waits_for_price(evaluation: Evaluation) -> bool:
    return scheme_of(evaluation).price.counts and evaluation.solicitation.price_opened_at is None


def _tie_to_break(evaluation: Evaluation, ties: list[list[Result]]) -> Tie:
    """Return the equals whose order is drawn first: those for whom there are too few places, else the best."""
    keys = tied_for_a_place(compute(evaluation), most_of(evaluation))
    return Tie(evaluation, tuple(next((group for group in ties if str(group[0].submission_id) in keys), ties[0])))


def _in_order(rankings: list[tuple[Ranking, list[Result]]], drawn: TieBreak) -> list[str]:
    names = {str(r.submission_id): r.submission.names for _ranking, rows in rankings for r in rows}
    return [names[key] for key in drawn.order if key in names]
