"""The five-stage bar: which cells are done, now, waiting or next, and one line of state for each stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mix.data.models import Challenge, Step
from mix.readers.case.challenges import method_for
from mix.rules.core.kinds import StepState
from mix.web.drawing.showing import day, language, said

CELLS = {"done": "d", "skipped": "d", "active": "n", "waiting": ""}


@dataclass(frozen=True, slots=True)
class StepCell:
    """One step on the map."""

    key: str
    title: str
    mark: str
    note: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class StageColumn:
    """One column of the bar."""

    number: int
    title: str
    state: str
    is_now: bool
    cells: list[StepCell]


@dataclass(frozen=True, slots=True)
class StageBar:
    """The whole bar and one sentence for cards."""

    columns: list[StageColumn]
    sentence: str


def stage_bar(challenge: Challenge, steps: Sequence[Step] | None = None, *, here: str = "") -> StageBar:
    """Gather the bar of a challenge. A case from before has no steps of its own: its cells are not known."""
    rows = {s.key: s for s in (steps if steps is not None else challenge.steps.all())}
    columns, sentence = [], ""
    for number, stage in enumerate(method_for(challenge).stages, start=1):
        cells = [_cell(rows.get(s.key), said(s.title), s.key, here=here) for s in stage.steps]
        active = [c for c in cells if c.mark in ("n", "w")]
        known = [rows[s.key] for s in stage.steps if s.key in rows]
        if active:
            state = ", ".join(c.title for c in active[:2])
            sentence = sentence or _("Stage %(number)d of %(of)d: %(title)s. %(state)s.") % {
                "number": number,
                "of": len(method_for(challenge).stages),
                "title": stage.title.in_(language()),
                "state": state,
            }
        elif known and all(s.state in (StepState.DONE, StepState.SKIPPED) for s in known):
            last = max((s.done_at for s in known if s.done_at), default=None)
            state = _("Done %(day)s") % {"day": day(last)} if last else _("Done")
        else:
            state = "" if known else _("Not on the public record")
        columns.append(StageColumn(number, said(stage.title), state, bool(active), cells))
    return StageBar(columns, sentence)


def on_bars(challenges: Iterable[Challenge]) -> list[tuple[Challenge, StageBar]]:
    """Put each challenge beside its bar; its steps are fetched already."""
    return [(c, stage_bar(c, list(c.steps.all()))) for c in challenges]


def _cell(row: Step | None, title: str, key: str, *, here: str) -> StepCell:
    if row is None:
        return StepCell(key, title, "u", _("Not on the public record"), is_here=False)
    mark = CELLS[row.state]
    note = ""
    if row.state == StepState.ACTIVE:
        mark = "w" if row.asked_at else "n"
        note = _("Waits for its gate since %(day)s") % {"day": day(row.asked_at)} if row.asked_at else _("Now")
    elif row.done_at:
        note = (_("Left out %(day)s") if row.state == StepState.SKIPPED else _("Done %(day)s")) % {
            "day": day(row.done_at)
        }
    return StepCell(key, title, mark, note, is_here=key == here)
