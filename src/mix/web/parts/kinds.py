"""A step kind as it stands on our rows, deeds and pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from django.http import HttpRequest

from mix.actions.core.deeds import Deed
from mix.data.models import Challenge, Step
from mix.readers.core.actors import Actor
from mix.readers.core.catalogue import PACKAGE
from mix.rules.city.kinds import Kind
from mix.rules.core.access import Role
from mix.web.parts.acts import Acts

Panel: TypeAlias = Callable[[HttpRequest, Step, frozenset[Role]], tuple[Acts, Any]]
StepKindOf: TypeAlias = Kind[Step, Challenge, Actor, Deed, Panel]

TEMPLATES = PACKAGE / "web" / "templates" / "staff"  # where the templates of our own kinds stand
