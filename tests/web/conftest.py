"""What several tests of pages begin with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from mix.rules.core.kinds import StepState

if TYPE_CHECKING:
    from mix.data.models import Challenge


@pytest.fixture
def ended(challenge: Callable[[str], Challenge]) -> Challenge:
    """Return the sprint that was carried to its end, running, with every step at hand once more."""
    found = challenge("guelph-roads-sprint")
    type(found).objects.filter(pk=found.pk).update(status="running")
    found.steps.update(state=StepState.ACTIVE, asked_at=None)
    return found
