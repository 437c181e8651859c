"""Where a challenge stands, as one line that is kept with it: the state of each of its steps, in reading order.

    need:done:2026-11-03T14:02Z brief:active call:waiting

It says nothing that the steps do not say: cards draw their bar by it, and a check makes it anew from the steps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from mix.rules.core.kinds import StepState


class BarStep(NamedTuple):
    """What is said of a step: when its gate was asked while it stands before it, when it was done or left out."""

    key: str
    state: str
    asked_at: datetime | None = None
    done_at: datetime | None = None


def bar_of(steps: Iterable[BarStep]) -> str:
    """Return the line of some steps; instants to the minute."""
    return " ".join(map(_said, steps))


def _said(step: BarStep) -> str:
    at = step.asked_at if step.state == StepState.ACTIVE else step.done_at
    said = f"{step.key}:{step.state}"
    return f"{said}:{at.astimezone(UTC):%Y-%m-%dT%H:%MZ}" if at else said


def read_bar(line: str) -> list[BarStep]:
    """Return the steps of a line."""
    return [_read(*said.split(":", 2)) for said in line.split()]


def _read(key: str, state: str, at: str = "") -> BarStep:
    then = datetime.fromisoformat(at) if at else None
    is_active = state == StepState.ACTIVE
    return BarStep(key, StepState(state), then if is_active else None, None if is_active else then)
