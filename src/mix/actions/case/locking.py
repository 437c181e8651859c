"""How every verb on a challenge begins: lock it, read the actor's roles afresh, check that it still runs.

What belongs to a step changes while that step is active, and to several while one of them is: `lock_step` for the
city, `keep_open` whoever acts. What by its nature comes later (a debrief, a dispute, data given back, a lesson, another
city's wish) asks for neither.
"""

from collections.abc import Sequence

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Step
from mix.readers.case.challenges import check, spec_of
from mix.readers.core.actors import Actor
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.kinds import StepState
from mix.rules.core.unmet import require


def role_for(roles: frozenset[Role], needs: Permission) -> Role:
    """Return the role by which the actor acts: the first in the table's order that carries the permission."""
    return next(role for role in Role if role in roles and role in TABLE[needs])


def lock_challenge(
    challenge: Challenge, *, actor: Actor, needs: Permission, running: bool = True
) -> tuple[Challenge, Role]:
    """Lock a challenge and return it with the role by which the actor acts. Raises Unknown, Forbidden, Refused."""
    locked = _locked(challenge.pk)[0]
    roles = check(locked, actor=actor, needs=needs)
    if running:
        require(locked.status == ChallengeStatus.RUNNING, "challenge_over")
    return locked, role_for(roles, needs)


def lock_step(
    step: Step, *, actor: Actor, needs: Permission, editing: bool = False, ahead: bool = False
) -> tuple[Step, Role]:
    """Lock a step's challenge and return the step as it is now; it must be active, and not at its gate to be edited.

    What may be prepared `ahead` may also wait for its turn.
    """
    challenge, role = lock_challenge(step.challenge, actor=actor, needs=needs)
    fresh = _step(challenge.pk, step.pk)[0]
    fresh.challenge = challenge
    title = spec_of(fresh).title
    states = (StepState.ACTIVE, StepState.WAITING) if ahead else (StepState.ACTIVE,)
    require(fresh.state in states, "step_not_active", **title.params("step"))
    if editing:
        require(fresh.asked_at is None, "step_at_gate", **title.params("step"))
    return fresh, role


def keep_open(steps: Sequence[Step]) -> None:
    """Lock the challenge of steps, whoever acts, and refuse once it has ended or all of the steps are done."""
    (status,) = _status(steps[0].challenge_id)
    require(status == ChallengeStatus.RUNNING, "challenge_over")
    active = _active(steps[0].challenge_id, tuple(step.pk for step in steps))
    require(bool(active), "step_not_active", **spec_of(steps[-1]).title.params("step"))


@asked
def _locked(pk: int) -> QuerySet[Challenge]:
    rows = Challenge.objects.select_for_update(of=("self",)).select_related("municipality", "method")
    return rows.defer("method__document").filter(pk=pk)


@asked
def _status(pk: int) -> QuerySet[Challenge, str]:
    return Challenge.objects.select_for_update().filter(pk=pk).values_list("status", flat=True)


@asked
def _step(challenge: int, pk: int) -> QuerySet[Step]:
    return Step.objects.filter(challenge_id=challenge, pk=pk)


@asked
def _active(challenge: int, steps: tuple[int, ...]) -> QuerySet[Step, int]:
    rows = Step.objects.filter(challenge_id=challenge, pk__in=steps, state=StepState.ACTIVE)
    return rows.values_list("pk", flat=True)
