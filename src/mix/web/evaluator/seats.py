"""An evaluator's seat: the assignments at home, and what every page of one evaluation draws."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mix.data.models import Challenge, Evaluation, PanelMember, Step, Submission
from mix.readers.case.challenges import spec_of
from mix.readers.choice.evaluations import (
    criteria_now,
    get_evaluation,
    get_seat,
    list_own_seats,
    spec_of_evaluation,
    stage_now,
)
from mix.readers.choice.scoring import Scoring, scoring_of
from mix.readers.core.errors import Unknown
from mix.readers.core.paging import page_of
from mix.rules.choice.states import Seat
from mix.rules.city.methods import Criterion, ScoringStage
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import EvaluationPhase
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import only_read, signed_in
from mix.web.drawing.showing import use_clock


@dataclass(frozen=True)
class HomeContext:
    """What an evaluator's home draws: what waits, what its declaration lacks, scores given and owed; what is done."""

    waiting: list[tuple[PanelMember, str, int, int, Bilingual]]
    done: list[tuple[PanelMember, Bilingual]]
    pager: Pager


def home(request: HttpRequest) -> HttpResponse:
    """What do I still have to score?"""
    actor = signed_in(request)
    seats = list_own_seats(actor)
    if not seats and not actor.is_staff:
        raise Unknown
    waiting, done = [], []
    for seat in seats:
        title = spec_of(seat.evaluation.step).title
        if not _waits(seat):
            done.append((seat, title))
            continue
        so_far = scoring_of(seat.evaluation, seat)
        lacks = "declaration" if not so_far.has_declared(seat) else "ruling" if so_far.is_waiting(seat) else ""
        scores = seat.evaluation.phase == EvaluationPhase.SCORING
        given, owed = so_far.progress(seat) if scores and not lacks else (0, 0)
        waiting.append((seat, lacks, given, owed, title))
    page = page_of(done, number_of(request))
    return draw_page(request, "evaluator/home.html", HomeContext(waiting, page.rows, pager(request, page)))


def _waits(seat: PanelMember) -> bool:
    """Say whether an evaluation still waits for somebody: their scores, or the consensus that its chair records.

    What comes between two stages, and after the last, is procurement's.
    """
    if seat.evaluation.phase in (EvaluationPhase.PANEL, EvaluationPhase.SCORING):
        return seat.handed_in_at is None or seat.seat == Seat.CHAIR
    return seat.seat == Seat.CHAIR and seat.evaluation.phase == EvaluationPhase.CONSENSUS


def own_seat(request: HttpRequest, code: str, key: str) -> tuple[Evaluation, PanelMember]:
    """Return the evaluation of a step's present round and the actor's seat in it. Raises Unknown without a seat."""
    actor = signed_in(request)
    evaluation = only_read(request, get_evaluation(code, key))
    use_clock(evaluation.step.challenge.municipality.zone)
    return evaluation, get_seat(evaluation, actor)


@dataclass(frozen=True)
class SeatContext:
    """What every page of an evaluation draws."""

    evaluation: Evaluation
    member: PanelMember
    challenge: Challenge
    step: Step
    title: Bilingual
    anonymous: bool
    stage: ScoringStage | None


def seat_context(evaluation: Evaluation, member: PanelMember) -> SeatContext:
    """Say what every page of an evaluation draws."""
    return SeatContext(
        evaluation=evaluation,
        member=member,
        challenge=evaluation.step.challenge,
        step=evaluation.step,
        title=spec_of(evaluation.step).title,
        anonymous=spec_of_evaluation(evaluation).anonymous,
        stage=stage_now(evaluation),
    )


@dataclass(frozen=True)
class ListContext:
    """What the list beside a page draws: each submission, its label and name, scores given and owed."""

    rows: list[tuple[Submission, str, str, int, int]]
    criteria: tuple[Criterion, ...]


def list_context(so_far: Scoring, member: PanelMember) -> ListContext:
    """List what a member has to score, with how far it is."""
    criteria = criteria_now(so_far.evaluation)
    return ListContext(
        [
            (
                s,
                so_far.letter(s, member),
                so_far.name(s, member),
                sum(so_far.given(member, s, c.key) is not None for c in criteria),
                len(criteria),
            )
            for s in so_far.to_score(member)
        ],
        criteria,
    )
