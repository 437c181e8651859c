"""A step kind as it stands on our rows, deeds and pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from django.http import HttpRequest

from mix.actions.core.deeds import Deed
from mix.data.models import Challenge, Step
from mix.readers.core.actors import Actor
from mix.readers.core.catalogue import PACKAGE
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.kinds import Kind
from mix.rules.core.access import Role
from mix.rules.core.kinds import StepState
from mix.web.drawing.pages import Context
from mix.web.forms.acts import Acts

Panel: TypeAlias = Callable[[HttpRequest, Step, frozenset[Role]], tuple[Acts, Context]]
StepKindOf: TypeAlias = Kind[Step, Challenge, Actor, Deed, Panel]

TEMPLATES = PACKAGE / "web" / "templates" / "staff"  # where the templates of our own kinds stand


@dataclass(frozen=True)
class Nothing:
    """What a kind draws that has nothing beside its document."""


def no_panel(_request: HttpRequest, _step: Step, _roles: frozenset[Role]) -> tuple[Acts, Nothing]:
    """Offer nothing beside what can be done on any step."""
    return {}, Nothing()


def is_under_way(step: Step) -> bool:
    """Say whether a step is worked on: it is at hand, its gate was not asked for, and its challenge runs."""
    at_hand = step.state == StepState.ACTIVE and step.asked_at is None
    return at_hand and step.challenge.status == ChallengeStatus.RUNNING
