"""The five-stage bar: which cells are done, now, waiting or next, and one line of state for each stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from django.utils.translation import gettext as _

from mix.data.models import Challenge, Step
from mix.readers.case.challenges import method_for
from mix.rules.case.bars import BarStep
from mix.rules.core.kinds import StepState
from mix.web.drawing.showing import day, language, plain, said

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


def stage_bar(
    challenge: Challenge, steps: Sequence[Step | BarStep] | None = None, *, here: str = "", is_mini: bool = False
) -> StageBar:
    """Gather the bar of a challenge. A case from before has no steps of its own: its cells are not known.

    A mini bar has cells without notes.
    """
    rows: dict[str, Step | BarStep] = {s.key: s for s in (challenge.steps.all() if steps is None else steps)}
    columns: list[StageColumn] = []
    sentence = ""
    for number, (title, stage) in enumerate(_titles(challenge), start=1):
        cells = [_cell(rows.get(key), named, key, here=here, is_mini=is_mini) for key, named in stage]
        active = [c for c in cells if c.mark in ("n", "w")]
        known = [rows[key] for key, _named in stage if key in rows]
        if active:
            state = ", ".join(c.title for c in active[:2])
            sentence = sentence or _("Stage %(number)d of %(of)d: %(title)s. %(state)s.") % {
                "number": number,
                "of": len(_titles(challenge)),
                "title": plain(title),
                "state": state,
            }
        elif known and all(s.state in (StepState.DONE, StepState.SKIPPED) for s in known):
            last = max((s.done_at for s in known if s.done_at), default=None)
            state = _("Done %(day)s") % {"day": day(last)} if last else _("Done")
        else:
            state = "" if known else _("Not on the public record")
        columns.append(StageColumn(number, title, state, bool(active), cells))
    return StageBar(columns, sentence)


Titles: TypeAlias = list[tuple[str, list[tuple[str, str]]]]
MOST = 256  # methods in a language; with more of them all are said anew
_said: dict[tuple[str, str, str], Titles] = {}


def _titles(challenge: Challenge) -> Titles:
    """Return the title of each stage, and key and title of each of its steps; said once in each language."""
    key = challenge.method.digest, challenge.route, language()
    found = _said.get(key)
    if found is None:
        if len(_said) >= MOST:
            _said.clear()
        stages = method_for(challenge).stages
        found = [(said(stage.title), [(s.key, said(s.title)) for s in stage.steps]) for stage in stages]
        _said[key] = found
    return found


def _cell(row: Step | BarStep | None, title: str, key: str, *, here: str, is_mini: bool) -> StepCell:
    if row is None:
        return StepCell(key, title, "u", _("Not on the public record"), is_here=False)
    mark = CELLS[row.state]
    note = ""
    if row.state == StepState.ACTIVE:
        mark = "w" if row.asked_at else "n"
    if is_mini:
        pass
    elif row.state == StepState.ACTIVE:
        note = _("Waits for its gate since %(day)s") % {"day": day(row.asked_at)} if row.asked_at else _("Now")
    elif row.done_at:
        note = (_("Left out %(day)s") if row.state == StepState.SKIPPED else _("Done %(day)s")) % {
            "day": day(row.done_at)
        }
    return StepCell(key, title, mark, note, is_here=key == here)
