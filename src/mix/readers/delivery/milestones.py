"""Questions about implementation."""

from __future__ import annotations

from typing import Any

from mix.data.models import (
    Agreement,
    BacklogItem,
    Challenge,
    ChangeOrder,
    Milestone,
    OutcomeReading,
    Step,
    TakeOver,
)
from mix.data.models.delivery.milestones import MONTHS
from mix.readers.case.challenges import list_steps, method_for, spec_of
from mix.readers.case.documents import gather_facts
from mix.readers.core.rows import get_row
from mix.readers.delivery.acceptance import find_tests, unmet_by_tests
from mix.readers.delivery.agreements import find_contract
from mix.rules.city.methods import Fact
from mix.rules.core.kinds import DeliverySection
from mix.rules.core.unmet import Unmet


def list_measures(challenge: Challenge) -> list[dict[str, Any]]:
    """List the outcomes that were promised at commissioning, with baseline and target."""
    return list(gather_facts(challenge).get(Fact.OUTCOMES, []))


def changed_cents(agreement: Agreement) -> int:
    """Add up the approved change orders of a contract, in cents."""
    return sum(agreement.changes.filter(approved_at__isnull=False).values_list("value_cents", flat=True))


def list_backlog(challenge: Challenge) -> list[BacklogItem]:
    """List the shared backlog, oldest first."""
    return list(challenge.backlogitems.order_by("added_at", "id"))


def get_backlog_item(challenge: Challenge, item: str) -> BacklogItem:
    """Return one entry of the backlog. Raises Unknown."""
    return get_row(challenge.backlogitems.all(), item)


def list_changes(challenge: Challenge) -> list[ChangeOrder]:
    """List the change orders, decided or not, by number."""
    return list(challenge.changeorders.select_related("asked_by", "approved_by").order_by("number"))


def get_change(challenge: Challenge, item: str) -> ChangeOrder:
    """Return one change order with its contract. Raises Unknown."""
    return get_row(challenge.changeorders.select_related("agreement"), item)


def list_milestones(challenge: Challenge) -> list[Milestone]:
    """List the milestones, those that are due first first."""
    return list(challenge.milestones.order_by("due_on", "id"))


def get_milestone(challenge: Challenge, item: str) -> Milestone:
    """Return one milestone. Raises Unknown."""
    return get_row(challenge.milestones.all(), item)


def list_named_tests(challenge: Challenge) -> tuple[str, ...]:
    """List the tests by which the milestones of a challenge are accepted, as the document says that names them."""
    keys = [spec.key for spec in method_for(challenge).steps if spec.delivery is DeliverySection.MILESTONES]
    found = (find_tests(step) for step in list_steps(challenge) if step.key in keys)
    return tuple(dict.fromkeys(line for tests in found if tests for line in tests.lines))


def gather_readings(challenge: Challenge) -> dict[tuple[int, str], OutcomeReading]:
    """Return what was measured, by month and measure."""
    return {(r.month, r.measure): r for r in challenge.outcomereadings.order_by("month", "id")}


def list_take_overs(challenge: Challenge) -> list[TakeOver]:
    """List the cities that asked to take over what worked, the first first."""
    return list(challenge.takeovers.select_related("city", "asked_by").order_by("asked_at"))


def _unmet_in_backlog(step: Step) -> tuple[Unmet, ...]:
    items = step.challenge.backlogitems
    if not items.exists():
        return (Unmet("backlog_empty", place="backlog"),)
    left = items.filter(settled_at=None).count()
    return (Unmet("backlog_unsettled", {"count": str(left)}, place="backlog"),) if left else ()


def _unmet_in_changes(step: Step) -> tuple[Unmet, ...]:
    left = step.challenge.changeorders.filter(approved_at=None, refused_reason="").count()
    return (Unmet("changes_undecided", {"count": str(left)}, place="changes"),) if left else ()


def _unmet_in_milestones(step: Step) -> tuple[Unmet, ...]:
    milestones = list_milestones(step.challenge)
    if not milestones:
        return (Unmet("milestones_missing", place="milestones"),)
    left = sum(m.accepted_at is None for m in milestones)
    late = (Unmet("milestones_unaccepted", {"count": str(left)}, place="milestones"),) if left else ()
    return (*late, *unmet_by_tests(step, milestones))


def _unmet_in_outcomes(step: Step) -> tuple[Unmet, ...]:
    read = set(step.challenge.outcomereadings.values_list("month", "measure"))
    return tuple(
        Unmet("outcome_unread", {"measure": m["measure"], "month": str(month)}, place="outcomes")
        for month in MONTHS
        for m in list_measures(step.challenge)
        if (month, m["measure"]) not in read
    )


_UNMET = {
    DeliverySection.BACKLOG: _unmet_in_backlog,
    DeliverySection.CHANGES: _unmet_in_changes,
    DeliverySection.SUPPORT: lambda step: (),  # noqa: ARG005 - the support plan is the step's own document
    DeliverySection.MILESTONES: _unmet_in_milestones,
    DeliverySection.OUTCOMES: _unmet_in_outcomes,
}


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what a step of implementation lacks."""
    part = spec_of(step).delivery
    if find_contract(step.challenge) is None:
        return (Unmet("contract_missing"),)
    return _UNMET[part](step) if part else ()
