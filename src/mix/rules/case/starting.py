"""Which steps may begin: those that wait, and whose needs are done."""

from __future__ import annotations

from collections.abc import Mapping

from mix.rules.city.methods import Method
from mix.rules.core.kinds import (
    StepState,
)


def startable(method: Method, states: Mapping[str, StepState]) -> tuple[str, ...]:
    """List the waiting steps whose needs are all done or skipped, in reading order."""
    over = {StepState.DONE, StepState.SKIPPED}
    return tuple(
        step.key
        for step in method.steps
        if states[step.key] is StepState.WAITING and all(states[need] in over for need in step.needs)
    )
