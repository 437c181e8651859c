"""The consensus of a panel: everybody's scores side by side; the chair records what is agreed, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from mix.readers.choice.evaluations import criteria_now, criteria_of, stages_of
from mix.readers.choice.scoring import Cell, consensus_table, scoring_of, unmet_to_freeze
from mix.readers.core.errors import Unknown
from mix.rules.choice.states import Seat
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.web.drawing.pages import draw_page
from mix.web.evaluator.agreeing import Agreeable, Agreed, Box, take_agreed
from mix.web.evaluator.seats import own_seat, seat_context

AFTER_SCORING = (
    EvaluationPhase.CONSENSUS,
    EvaluationPhase.BETWEEN,
    EvaluationPhase.QUALITY_FROZEN,
    EvaluationPhase.FINAL,
)


@dataclass(frozen=True)
class ConsensusContext:
    """What the consensus draws: each submission with the panel's letter, the member's own, its name and its cells.

    `hidden` is how many the member may not see. The chair has `agreed`, what became of the form that it sent, and
    `boxes` with its fields.
    """

    table: list[tuple[str, str, str, list[Cell]]]
    unmet: tuple[Unmet, ...]
    hidden: int
    agreed: Agreed | None
    boxes: dict[str, Box]
    is_last: bool


def consensus(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Everybody's scores side by side; the chair records what the panel agrees on, with reasons."""
    found, member = own_seat(request, code, key)
    so_far = scoring_of(found)
    if found.phase not in AFTER_SCORING or not so_far.is_admitted(member):
        raise Unknown
    is_over = found.phase in (EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL)
    if is_over:
        own, criteria = so_far.readable(member), criteria_of(found)
    else:
        own, criteria = so_far.to_score(member), criteria_now(found)
    chairs = found.phase == EvaluationPhase.CONSENSUS and member.seat == Seat.CHAIR
    if request.method == "POST" and member.seat != Seat.CHAIR:
        raise Unknown
    agreed = None
    if chairs or request.method == "POST":
        cells = {f"{so_far.letter(s)}-{c.key}": (s, c) for s in own for c in criteria}
        taken = take_agreed(request, Agreeable(found, cells))
        if isinstance(taken, HttpResponse):
            return taken
        agreed, so_far = taken, scoring_of(found)
    table = [
        (so_far.letter(s), so_far.letter(s, member), so_far.name(s), cells)
        for s, cells in consensus_table(so_far, sorted(own, key=so_far.letter), criteria)
    ]
    context = ConsensusContext(
        table=table,
        unmet=unmet_to_freeze(so_far),
        hidden=len(so_far.hidden_from(member)),
        agreed=agreed,
        boxes=agreed.boxes() if agreed else {},
        is_last=found.stage + 1 >= len(stages_of(found)),
    )
    status = agreed.status if agreed else HTTPStatus.OK
    return draw_page(request, "evaluator/consensus.html", seat_context(found, member), context, status=status)
