"""The consensus of a panel: a matrix of everybody's scores, and the one at hand; the chair records what is agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, QueryDict

from mix.data.models import Evaluation, PanelMember, Submission
from mix.readers.choice.evaluations import criteria_now, criteria_of, panel_of, scheme_of, stages_of
from mix.readers.choice.scoring import Cell, Scoring, consensus_table, scoring_of, unmet_to_freeze
from mix.readers.core.errors import Unknown
from mix.readers.core.paging import page_of
from mix.rules.choice.consensus import points_so_far, widest_first
from mix.rules.choice.states import Seat
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.web.documents.specs import Answer
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.evaluator.agreeing import Agreeable, Agreed, Box, take_agreed
from mix.web.evaluator.reading import scored_by
from mix.web.evaluator.saving import Asked
from mix.web.evaluator.seats import own_seat, seat_context

AFTER_SCORING = (
    EvaluationPhase.CONSENSUS,
    EvaluationPhase.BETWEEN,
    EvaluationPhase.QUALITY_FROZEN,
    EvaluationPhase.FINAL,
)
AT_A_TIME = 10  # to agree on, in the list


@dataclass(frozen=True)
class Place:
    """One score to agree on: the panel's letter of its submission, the member's own, its name; what the panel gave.

    `is_here` says that the submission is still read where it is scored: it did not fall away.
    """

    item: str
    letter: str
    own: str
    name: str
    submission: Submission
    cell: Cell
    is_here: bool


@dataclass(frozen=True)
class Row:
    """A submission with its scores, and its points as they stand, out of the weight of what is agreed."""

    letter: str
    own: str
    name: str
    places: Sequence[Place]
    points: Fraction
    of: int

    @property
    def is_open(self) -> bool:
        """Say whether something is still to be agreed."""
        return any(place.cell.agreed is None for place in self.places)


@dataclass(frozen=True)
class ConsensusContext:
    """What the consensus draws.

    `hidden` is how many the member may not see, `here` the score at hand, `absent` who gave none there, `following`
    what comes after it; `weights` the most points. The chair alone has `agreed`, what became of its form, and `boxes`,
    its fields.
    """

    rows: Sequence[Row]
    weights: int
    done: int
    every: int
    wide: int
    open: Sequence[Place]
    pager: Pager
    here: Place | None
    after: Place | None
    following: str
    absent: Sequence[PanelMember]
    beside: Sequence[Answer]
    equal: Sequence[Place]
    unmet: tuple[Unmet, ...]
    hidden: int
    agreed: Agreed | None
    boxes: Mapping[str, Box]
    is_last: bool
    is_meeting: bool


def consensus(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Everybody's scores side by side; the chair records what the panel agrees on, with reasons."""
    found, member = own_seat(request, code, key)
    so_far = scoring_of(found)
    if found.phase not in AFTER_SCORING or not so_far.is_admitted(member):
        raise Unknown
    chairs = found.phase == EvaluationPhase.CONSENSUS and member.seat == Seat.CHAIR
    if request.method == "POST" and member.seat != Seat.CHAIR:
        raise Unknown
    rows, agreed = _rows(so_far, member), None
    if chairs or request.method == "POST":
        cells = {place.item: (place.submission, place.cell.criterion) for row in rows for place in row.places}
        taken = take_agreed(request, Agreeable(found, cells), _way)
        if isinstance(taken, HttpResponse):
            return taken
        agreed, so_far = taken, scoring_of(found)
        rows = _rows(so_far, member)
    context = _context(request, so_far, member, rows, agreed)
    status = agreed.status if agreed else HTTPStatus.OK
    return draw_page(request, "evaluator/consensus.html", seat_context(found, member), context, status=status)


def _way(request: HttpRequest, item: str, after: str) -> str:
    """Return the address of a score, or of the next, after another was recorded; the focus goes to its fields."""
    query = QueryDict(mutable=True)
    query.update({key: value for key, value in (("cell", item), ("after", after)) if value})
    if "meeting" in request.GET:
        query["meeting"] = "yes"
    return f"{request.path}?{query.urlencode()}#agree" if query else f"{request.path}#agree"


def _rows(so_far: Scoring, member: PanelMember) -> list[Row]:
    """List what the member may see: after the last stage everything, before it what is agreed on in this one."""
    found = so_far.evaluation
    if found.phase in (EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL):
        own, criteria = so_far.readable(member), criteria_of(found)
    else:
        own, criteria = so_far.to_score(member), criteria_now(found)
    keys = {c.key for c in criteria}
    weighted = [c for c in scheme_of(found).criteria if c.key in keys]
    rows = []
    for submission, cells in consensus_table(so_far, sorted(own, key=so_far.letter), criteria):
        letter, mine, name = so_far.letter(submission), so_far.letter(submission, member), so_far.name(submission)
        is_here = submission in so_far.here
        places = [Place(f"{letter}-{c.criterion.key}", letter, mine, name, submission, c, is_here) for c in cells]
        agreed = {c.criterion.key: c.agreed.score for c in cells if c.agreed}
        rows.append(Row(letter, mine, name, places, *points_so_far(agreed, weighted)))
    return rows


def _context(
    request: HttpRequest, so_far: Scoring, member: PanelMember, rows: Sequence[Row], agreed: Agreed | None
) -> ConsensusContext:
    found = so_far.evaluation
    places = {place.item: place for row in rows for place in row.places}
    waits = {item: place.cell.spread for item, place in places.items() if place.cell.agreed is None}
    queue = widest_first(waits)
    refused = next(iter(agreed.refused if agreed else ()), "")
    asked = request.GET.get("cell", "")
    item = next((i for i in (refused, _returned(agreed), asked, *queue) if i in places), "")
    here = places.get(item)
    after = places.get(request.GET.get("after", ""))
    page = page_of([places[i] for i in queue], number_of(request), size=AT_A_TIME)
    drawn = [i for i in dict.fromkeys((item, *(agreed.refused if agreed else ()))) if i]
    if agreed and agreed.is_over:
        drawn = [i for i in agreed.waiting if i in places]
    return ConsensusContext(
        rows=rows,
        weights=sum(place.cell.criterion.weight for place in rows[0].places) if rows else 0,
        done=len(places) - len(queue),
        every=len(places),
        wide=sum(places[i].cell.is_wide for i in queue),
        open=page.rows,
        pager=pager(request, page),
        here=here,
        after=after if after and after.cell.agreed else None,
        following=_following(queue, item),
        absent=_absent(found, here),
        beside=_beside(found, here),
        equal=[places[i] for i in queue if places[i].cell.common is not None],
        unmet=unmet_to_freeze(so_far),
        hidden=len(so_far.hidden_from(member)),
        agreed=agreed,
        boxes={i: agreed.box(i) for i in drawn} if agreed else {},
        is_last=found.stage + 1 >= len(stages_of(found)),
        is_meeting="meeting" in request.GET,
    )


def _returned(agreed: Agreed | None) -> str:
    """Return the first score of which something was typed signed out; that is what one comes back to."""
    return next(iter(agreed.waiting), "") if agreed and agreed.returned else ""


def _following(queue: Sequence[str], item: str) -> str:
    """Return what is to be agreed after a score, the first again after the last; empty where nothing else is."""
    place = queue.index(item) + 1 if item in queue else 0
    return next((i for i in (*queue[place:], *queue[:place]) if i != item), "")


def _absent(found: Evaluation, here: Place | None) -> list[PanelMember]:
    """List who sits on the panel and gave no score here, for whichever reason."""
    gave = {m.pk for m, _score in here.cell.scores} if here else set()
    return [m for m in panel_of(found) if here and m.pk not in gave]


def _beside(found: Evaluation, here: Place | None) -> list[Answer]:
    """Return the answers that the score at hand is scored by, where the call says which."""
    if here is None:
        return []
    one = Asked(here.submission, here.letter, here.cell.criterion, here.item)
    return scored_by(found, [one]).get(here.item, [])
