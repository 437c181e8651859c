"""The consensus of a panel: everybody's scores side by side; the chair records what is agreed, with reasons."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import evaluations
from mix.data.models import Evaluation, Submission
from mix.readers.choice.evaluations import criteria_now, criteria_of, stages_of
from mix.readers.choice.scoring import Cell, Scoring, consensus_table, scoring_of, unmet_to_freeze
from mix.readers.core.errors import Unknown
from mix.rules.choice.states import Seat
from mix.rules.city.methods import Criterion
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet
from mix.web.evaluator.seats import own_seat, seat_context
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, show, take

AFTER_SCORING = (
    EvaluationPhase.CONSENSUS,
    EvaluationPhase.BETWEEN,
    EvaluationPhase.QUALITY_FROZEN,
    EvaluationPhase.FINAL,
)


@dataclass(frozen=True)
class Agreeable:
    """An evaluation, and what can be agreed on in its present stage: submissions and criteria by label and key."""

    evaluation: Evaluation
    cells: dict[str, tuple[Submission, Criterion]]


class Agree(RowAct[Agreeable]):
    """Record the score on which the panel agrees."""

    label = _("Record")
    done = _("Recorded.")

    score = fields.choice(_("Agreed score"), [fields.UNSAID, *((str(n), str(n)) for n in range(6))])
    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> str:
        """Record it, and come back to where it stands."""
        item, score, reason = (self.cleaned_data[name] for name in ("item", "score", "reason"))
        if item not in self.about.cells:
            raise Unknown
        submission, criterion = self.about.cells[item]
        facts = {"submission": submission, "criterion": criterion.key, "score": int(score), "reason": reason}
        do(request, evaluations.agree, self.about.evaluation, **facts)
        return f"{request.path}#c-{item}"


class AgreeWhereEqual(Act[Evaluation]):
    """Record every score on which all agree."""

    label = _("Record every score on which all agree")
    done = _("Recorded.")

    reason = fields.line(_("Reason for all of them"))

    def run(self, request: HttpRequest) -> None:
        """Record them."""
        do(request, evaluations.agree_where_equal, self.about, **self.cleaned_data)


class EndStage(Act[Evaluation]):
    """End a stage that is not the last."""

    label = _("This stage is agreed")
    done = _("Agreed. Procurement invites who reaches the next stage.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, evaluations.freeze_quality, self.about)


class FreezeQuality(EndStage):
    """End the last stage: quality is final."""

    label = _("Quality is final")
    done = _("Quality is final. Procurement computes the result.")


@dataclass(frozen=True)
class ConsensusContext:
    """What the consensus draws: each submission with the panel's letter, the member's own, its name and its cells.

    `hidden` is how many the member may not see.
    """

    table: list[tuple[str, str, str, list[Cell]]]
    unmet: tuple[Unmet, ...]
    hidden: int


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
    taken = take(request, _chair_acts(so_far, own) if chairs else {})
    if isinstance(taken, HttpResponse):
        return taken
    table = [
        (so_far.letter(s), so_far.letter(s, member), so_far.name(s), cells)
        for s, cells in consensus_table(so_far, sorted(own, key=so_far.letter), criteria)
    ]
    context = ConsensusContext(table, unmet_to_freeze(so_far), len(so_far.hidden_from(member)))
    return show(request, "evaluator/consensus.html", taken, seat_context(found, member), context)


def _chair_acts(so_far: Scoring, own: list[Submission]) -> Acts:
    found = so_far.evaluation
    cells = {f"{so_far.letter(s)}-{c.key}": (s, c) for s in own for c in criteria_now(found)}
    is_last = found.stage + 1 >= len(stages_of(found))
    return {
        "agree": Listed(Agree, Agreeable(found, cells)),
        "equal": Listed(AgreeWhereEqual, found),
        "freeze": Listed(FreezeQuality if is_last else EndStage, found),
    }
