"""The vendors whom a city names before it publishes a call by invitation, and how it asks the market by that."""

from __future__ import annotations

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, NamedVendor, Step
from mix.readers.case.challenges import list_steps, method_for, spec_of
from mix.readers.core.once import once
from mix.readers.core.rows import get_row
from mix.rules.city.methods import SolicitationSpec
from mix.rules.city.policy.facts import Competition
from mix.rules.core.kinds import StepKind
from mix.rules.core.unmet import Unmet


@once
def list_named(step: Step) -> list[NamedVendor]:
    """List whom the city named for the call of a step, by name; nobody where it is not by invitation."""
    return _named(step.pk) if invites(step) else []


@asked
def _named(step: int) -> QuerySet[NamedVendor]:
    rows = NamedVendor.objects.filter(step_id=step, ended_at=None).select_related("vendor", "named_by")
    return rows.order_by("vendor__name", "id")


def invites(step: Step) -> int | None:
    """Return how many vendors the call of a step invites at least; None where it is not by invitation."""
    part = spec_of(step).solicitation
    return part.invites if part else None


def get_named(step: Step, item: str) -> NamedVendor:
    """Return one vendor that is named for the call of a step. Raises Unknown."""
    return get_row(NamedVendor.objects.filter(step=step, ended_at=None).select_related("vendor"), item)


def unmet_in_names(step: Step, part: SolicitationSpec) -> tuple[Unmet, ...]:
    """Say whether fewer vendors are named than the call of a step invites."""
    if part.invites is None or (count := len(list_named(step))) >= part.invites:
        return ()
    return (Unmet("too_few_named", {"count": str(count), "least": str(part.invites)}, place="named"),)


def competition_by_names(challenge: Challenge) -> tuple[Competition, int] | None:
    """Return how the market is asked where a challenge asks it by invitation, and how many are named by now.

    None where its first call is open, or it has none.
    """
    calls = [step for step in method_for(challenge).steps if step.kind == StepKind.SOLICITATION]
    part = calls[0].solicitation if calls else None
    if part is None or part.invites is None:
        return None
    steps = {step.key: step for step in list_steps(challenge)}
    count = len(list_named(steps[calls[0].key])) if calls[0].key in steps else 0
    if max(count, part.invites) == 1:
        return Competition.DIRECT, count
    return (Competition.QUOTES if part.document_form == "RFQ" else Competition.INVITED), count
