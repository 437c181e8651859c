"""Verbs of implementation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mix.actions.case.locking import keep_open, lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import BacklogItem, Challenge, ChangeOrder, Milestone, Municipality, OutcomeReading, TakeOver
from mix.data.models.delivery.milestones import MONTHS
from mix.readers.case.challenges import list_cities
from mix.readers.city.municipalities import gather_bands
from mix.readers.city.people import list_members, list_with_role
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import find_contract
from mix.readers.delivery.milestones import changed_cents, list_measures, list_named_tests
from mix.readers.market.vendors import get_own_vendor
from mix.rules.city.delegation import decider_for
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import StepKind
from mix.rules.core.unmet import Refused, Unmet, require
from mix.rules.delivery.acceptance import Acceptance, left_over, read_tests, write_tests


def _keep_open(challenge: Challenge) -> None:
    """Refuse once the delivery is done. Raises Unknown, Refused."""
    steps = list(
        challenge.steps.filter(kind=StepKind.DELIVERY).select_related("challenge__method").order_by("position")
    )
    if not steps:
        raise Unknown
    keep_open(steps)


def add_backlog_item(deed: Deed, challenge: Challenge, *, kind: str, text: str) -> BacklogItem:
    """Add a decision, a test or a piece of work to the shared backlog; either side may."""
    role = _role_on_either_side(challenge, actor=deed.actor)
    _keep_open(challenge)
    require(bool(text.strip()), "answer_missing", field="text")
    made = BacklogItem.objects.create(
        municipality_id=challenge.municipality_id, challenge=challenge, kind=kind, text=text, added_at=deed.now
    )
    deed.record("delivery.add_backlog_item", challenge, role=role)
    return made


def _role_on_either_side(challenge: Challenge, *, actor: Actor) -> str:
    contract = find_contract(challenge)
    if contract and contract.vendor_id in actor.vendors:
        get_own_vendor(contract.vendor.code, actor=actor)
        return "vendor"
    return lock_challenge(challenge, actor=actor, needs=Permission.DELIVERY_RUN)[1].value


def settle_backlog_item(deed: Deed, item: BacklogItem, *, result: str) -> BacklogItem:
    """Note what came of an item."""
    challenge, role = lock_challenge(item.challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN)
    _keep_open(challenge)
    require(bool(result.strip()), "answer_missing", field="result")
    item.result, item.settled_at = result, deed.now
    item.save(update_fields=["result", "settled_at"])
    deed.record("delivery.settle_backlog_item", challenge, role=role.value)
    return item


def plan_milestone(
    deed: Deed,
    challenge: Challenge,
    *,
    title: str,
    due_on: date,
    value_cents: int,
    tests: Sequence[str] | None = None,
    own_test: str = "",
    why: str = "",
) -> Milestone:
    """Plan something due for a sum; all milestones together stay within the contract and its changes.

    `tests` are those of the document that the method names by which it is accepted; None: all that no milestone has
    yet. `own_test` stands only here, and says why.
    """
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN)
    _keep_open(challenge)
    contract = find_contract(challenge)
    if contract is None:
        raise Refused(Unmet("contract_missing"))
    require(bool(title.strip()), "answer_missing", field="title")
    planned = sum(challenge.milestones.values_list("value_cents", flat=True)) + value_cents
    most = contract.value_cents + contract.options_cents + changed_cents(contract)
    require(planned <= most, "milestones_exceed_contract", field="value")
    made = Milestone.objects.create(
        municipality_id=challenge.municipality_id,
        challenge=challenge,
        title=title,
        due_on=due_on,
        value_cents=value_cents,
        tests=write_tests(_tests(challenge, tests, own_test=own_test, why=why)),
    )
    deed.record("delivery.plan_milestone", challenge, role=role.value)
    return made


def _tests(challenge: Challenge, chosen: Sequence[str] | None, *, own_test: str, why: str) -> list[Acceptance]:
    """Return by what a milestone is accepted. Raises Refused for what nobody named, or without a reason."""
    named = list_named_tests(challenge)
    if chosen is None:
        chosen = left_over(named, [test for m in challenge.milestones.all() for test in read_tests(m.tests)])
    require(set(chosen) <= set(named), "test_unknown", field="tests")
    found = [Acceptance(text) for text in named if text in set(chosen)]
    if own := own_test.strip():
        require(own not in named, "test_is_named", field="own_test")
        require(bool(why.strip()), "reason_missing", field="why")
        found.append(Acceptance(own, why.strip()))
    return found


def set_tests(
    deed: Deed, milestone: Milestone, *, tests: Sequence[str], own_test: str = "", why: str = ""
) -> Milestone:
    """Say anew by what a milestone is accepted that is not accepted yet: tests of its document, and one only here."""
    challenge, role = lock_challenge(milestone.challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN)
    _keep_open(challenge)
    milestone = challenge.milestones.get(pk=milestone.pk)
    require(milestone.accepted_at is None, "milestone_accepted")
    milestone.tests = write_tests(_tests(challenge, tests, own_test=own_test, why=why))
    milestone.save(update_fields=["tests"])
    deed.record("delivery.set_tests", challenge, role=role.value)
    return milestone


def deliver_milestone(deed: Deed, milestone: Milestone) -> Milestone:
    """Say, as the vendor, that a milestone is reached."""
    contract = find_contract(milestone.challenge)
    if contract is None:
        raise Refused(Unmet("contract_missing"))
    get_own_vendor(contract.vendor.code, actor=deed.actor)
    _keep_open(milestone.challenge)
    milestone.delivered_at, milestone.refused_reason = deed.now, ""
    milestone.save(update_fields=["delivered_at", "refused_reason"])
    deed.tell(
        list_with_role([milestone.municipality_id], Role.PROJECT_LEAD),
        "milestone_delivered",
        challenge=milestone.challenge,
        path=f"city/challenges/{milestone.challenge.code}/",
        title=milestone.title,
    )
    deed.record("delivery.deliver_milestone", milestone.challenge, role=Role.VENDOR)
    return milestone


def judge_milestone(deed: Deed, milestone: Milestone, *, accept: bool, reason: str = "") -> Milestone:
    """Accept a delivered milestone, or refuse it with a reason."""
    challenge, role = lock_challenge(milestone.challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN)
    _keep_open(challenge)
    require(milestone.delivered_at is not None and milestone.accepted_at is None, "not_delivered")
    require(accept or bool(reason.strip()), "reason_missing", field="reason")
    if accept:
        milestone.accepted_at = deed.now
    else:
        milestone.delivered_at, milestone.refused_reason = None, reason
    milestone.save(update_fields=["accepted_at", "delivered_at", "refused_reason"])
    contract = find_contract(challenge)
    if contract:
        deed.tell(
            list_members(contract.vendor_id),
            "milestone_judged",
            challenge=challenge,
            path=f"vendor/agreements/{contract.code}/",
            title=milestone.title,
        )
    deed.record("delivery.judge_milestone", challenge, role=role.value, reason=reason)
    return milestone


def ask_change(deed: Deed, challenge: Challenge, *, value_cents: int, reason: str) -> ChangeOrder:
    """Ask for a change of the contract's value, up or down, with a reason."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN)
    _keep_open(challenge)
    contract = find_contract(challenge)
    if contract is None:
        raise Refused(Unmet("contract_missing"))
    require(bool(reason.strip()), "reason_missing", field="reason")
    require(abs(value_cents) < 10**13, "amount_too_large", field="value", given=str(value_cents))
    made = ChangeOrder.objects.create(
        municipality_id=challenge.municipality_id,
        challenge=challenge,
        agreement=contract,
        number=contract.changes.count() + 1,
        reason=reason,
        value_cents=value_cents,
        asked_by=deed.actor.someone,
        asked_at=deed.now,
    )
    deed.record("delivery.ask_change", challenge, role=role.value, reason=reason)
    return made


def decide_change(deed: Deed, change: ChangeOrder, *, approve: bool, reason: str = "") -> ChangeOrder:
    """Approve or refuse a change. Authority is by the contract's whole value with every change, never by the part."""
    challenge, _ = lock_challenge(change.challenge, actor=deed.actor, needs=Permission.CHALLENGE_READ)
    _keep_open(challenge)
    require(change.approved_at is None and not change.refused_reason, "change_decided")
    require(change.asked_by_id != (deed.actor.person.pk if deed.actor.person else 0), "approver_is_requester")
    contract = change.agreement
    whole = contract.value_cents + contract.options_cents + changed_cents(contract) + change.value_cents
    city = challenge.municipality
    needed = decider_for(gather_bands([city.id]).get(city.code, ()), max(whole, 0))
    if needed is None:
        raise Refused(Unmet("nobody_named_for_value", {"city": city.code}))
    require(needed in deed.actor.roles_at(city.code), "authority_needed", role=needed.value)
    require(approve or bool(reason.strip()), "reason_missing", field="reason")
    if approve:
        change.approved_by, change.approved_role, change.approved_at = deed.actor.person, needed.value, deed.now
    else:
        change.refused_reason = reason
    change.save(update_fields=["approved_by", "approved_role", "approved_at", "refused_reason"])
    deed.record("delivery.decide_change", challenge, role=needed.value, reason=reason)
    return change


def read_outcome(
    deed: Deed, challenge: Challenge, *, month: int, measure: str, actual: str, note: str = ""
) -> OutcomeReading:
    """Record what a promised measure shows after 3, 6 or 12 months, beside its baseline and target."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.DELIVERY_RUN)
    _keep_open(challenge)
    promised = {m["measure"]: m for m in list_measures(challenge)}
    require(measure in promised, "measure_unknown", field="measure")
    require(month in MONTHS, "month_unknown", field="month")
    require(bool(actual.strip()), "answer_missing", field="actual")
    made, _ = OutcomeReading.objects.update_or_create(
        challenge=challenge,
        month=month,
        measure=measure,
        defaults={
            "municipality_id": challenge.municipality_id,
            "baseline": promised[measure].get("baseline") or "",
            "target": promised[measure].get("target") or "",
            "actual": actual,
            "note": note,
            "read_by": deed.actor.someone,
            "read_at": deed.now,
        },
    )
    deed.record("delivery.read_outcome", challenge, role=role.value)
    return made


def take_over(deed: Deed, challenge: Challenge, *, city: Municipality, note: str = "") -> TakeOver:
    """Ask, as another city, to take over what worked."""
    require(bool(deed.actor.roles_at(city.code)), "city_not_yours")
    require(city.code not in {c.code for c in list_cities(challenge)}, "city_takes_part")
    require(challenge.outcomereadings.exists(), "nothing_to_take_over")
    made, new = TakeOver.objects.get_or_create(
        challenge=challenge,
        city=city,
        defaults={
            "municipality_id": challenge.municipality_id,
            "note": note,
            "asked_by": deed.actor.someone,
            "asked_at": deed.now,
        },
    )
    if new:
        deed.tell(
            list_with_role([challenge.municipality_id], Role.PROJECT_LEAD),
            "take_over_asked",
            challenge=challenge,
            path=f"city/challenges/{challenge.code}/",
            city=city.wording("name"),
        )
        deed.record("delivery.take_over", challenge, role=Role.PARTNER_CITY)
    return made
