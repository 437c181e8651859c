"""Acts that need no more than their fields: most of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mix.rules.core.kinds import DeliverySection, SprintSection, StepKind
from tests.journeys.play import Play, Values


def dated(play: Play, values: Values) -> dict[str, Any]:
    """Turn "+12" into the day it stands for."""
    return {k: play.day(x) if isinstance(x, str) and re.fullmatch(r"\+\d+", x) else x for k, x in values.items()}


def by_language(name: str, texts: dict[str, str]) -> dict[str, str]:
    """Name the boxes of a text by language as the form does."""
    return {name if code == "en" else f"{name}_{code}": text for code, text in texts.items()}


def beside_on_step(act: str, text: str, *fields: str) -> Callable[[Play, Values, str], None]:
    """Do an act whose form stands beside a text on the page of a step; without a step, where the sprint is run."""

    def do(play: Play, v: Values, by: str) -> None:
        visitor = play.person(by)
        visitor.go(play.step_path(v.get("step") or play.step_where(StepKind.SPRINT, SprintSection.RUN)))
        play.beside(visitor, v[text], act, **{f: v[f] for f in fields})

    return do


def on_step(
    act: str, *, kind: StepKind | None = None, part: DeliverySection | None = None, **fixed: str
) -> Callable[[Play, Values, str], None]:
    """Do an act on the page of the step that the scenario names, or of the one step of a kind."""

    def do(play: Play, v: Values, by: str) -> None:
        fields = {k: x for k, x in dated(play, v).items() if k != "step"}
        key = v.get("step") or (play.step_where(kind, part) if kind else "")
        play.on_step(by, key, act, **fields, **fixed)

    return do
