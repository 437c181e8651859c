"""What a step lacks, who must give a word at its gate, and what waits for whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from mix.data.models import Challenge, GateSignature, StaffRole, Step
from mix.readers.case.challenges import list_cities, method_for, spec_of
from mix.readers.case.documents import fact_date, gather_facts, latest_content, total_value
from mix.readers.choice import awards, evaluations
from mix.readers.city.municipalities import gather_bands
from mix.readers.core.actors import Actor
from mix.readers.delivery import agreements, disclosures, milestones, sprints
from mix.readers.flow.findings import Judged, policy_unmet
from mix.readers.market import engagements, solicitations
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.calendar import day_in
from mix.rules.city.methods import Fact, Gate
from mix.rules.core.access import Role
from mix.rules.core.fields import missing_answers
from mix.rules.core.kinds import Decision, SprintPart, StepKind, StepState
from mix.rules.core.unmet import Unmet
from mix.rules.flow.moves import Duty, GateFacts, Signature, open_duties
from mix.rules.flow.states import TaskKind

DRIFT_PERCENT = 10


def _document(step: Step, now: datetime) -> tuple[Unmet, ...]:  # noqa: ARG001 - one shape for all kinds
    """Compare the value as designed with the award, where the method has both."""
    place = method_for(step.challenge).place_of(Fact.DESIGNED_VALUE)
    award = awards.find_approved(step.challenge)
    if place is None or place[0] != step.key or award is None:
        return ()
    designed = int(latest_content(step).get(place[1]) or 0)
    if (designed - award.value_cents) * 100 > award.value_cents * DRIFT_PERCENT:
        return (Unmet("drift_too_large", {"most": str(DRIFT_PERCENT)}, f"f-{place[1]}"),)
    return ()


def _market_scan(step: Step, now: datetime) -> tuple[Unmet, ...]:
    expires = latest_content(step).get("expires_on")
    if expires and expires < day_in(step.challenge.municipality.zone, now).isoformat():
        return (Unmet("scan_expired", {"on": expires}, "f-expires_on"),)
    return ()


def _sprint(step: Step, now: datetime) -> tuple[Unmet, ...]:
    if spec_of(step).sprint is SprintPart.SET_UP:
        return sprints.unmet_to_start(step)
    ends = fact_date(gather_facts(step.challenge), Fact.SPRINT_ENDS)
    today = day_in(step.challenge.municipality.zone, now)
    early = (Unmet("sprint_still_runs", {"until": ends.isoformat()}, "results"),) if ends and today < ends else ()
    return (*early, *sprints.unmet_to_close(step))


UNMET_BY_KIND: dict[StepKind, Callable[[Step, datetime], tuple[Unmet, ...]]] = {
    StepKind.DOCUMENT: _document,
    StepKind.MARKET_SCAN: _market_scan,
    StepKind.ENGAGEMENT: lambda step, _now: engagements.unmet_in(step),
    StepKind.SOLICITATION: lambda step, now: solicitations.unmet_in(step, now=now),
    StepKind.EVALUATION: lambda step, _now: evaluations.unmet_in(step),
    StepKind.SPRINT: _sprint,
    StepKind.AWARD: lambda step, _now: awards.unmet_in(step),
    StepKind.AGREEMENT: lambda step, _now: agreements.unmet_in(step),
    StepKind.DELIVERY: lambda step, _now: milestones.unmet_in(step),
    StepKind.DISCLOSURE: lambda step, _now: disclosures.unmet_in(step),
}


def unmet_to_ask(step: Step, *, now: datetime, judged: Judged | None = None) -> tuple[Unmet, ...]:
    """List everything that a step lacks before its gate, or before it ends where it has none.

    `judged` is what policy says of it, where that was asked already.
    """
    spec = spec_of(step)
    return (
        *missing_answers(spec.fields, latest_content(step)),
        *UNMET_BY_KIND[spec.kind](step, now),
        *policy_unmet(step, now=now, judged=judged),
    )


def unmet_to_proceed(step: Step) -> tuple[Unmet, ...]:
    """List what forbids *proceed* but not *revise* or *stop*."""
    if step.kind == StepKind.SOLICITATION:
        return solicitations.unmet_to_proceed(step)
    return disclosures.unmet_to_proceed(step) if step.kind == StepKind.DISCLOSURE else ()


def gather_gate(step: Step) -> tuple[Gate, GateFacts] | None:
    """Gather what the rules must know about the step's gate, or None where it has none."""
    gate = spec_of(step).gate
    if gate is None:
        return None
    cities = list_cities(step.challenge)
    value = award_value(step.challenge)
    return gate, GateFacts(
        cities=tuple(c.code for c in cities),
        lead=step.challenge.municipality.code,
        value_cents=value if value is not None else total_value(step.challenge),
        bands=gather_bands(c.id for c in cities),
        signatures=tuple(
            Signature(s.city.code, Role(s.role), s.person.code, Decision(s.decision)) for s in list_signatures(step)
        ),
    )


def award_value(challenge: Challenge) -> int | None:
    """Return the value of the live award in cents, which replaces the estimate once there is one."""
    steps = challenge.steps.filter(kind=StepKind.AWARD.value, state=StepState.ACTIVE.value)
    live = awards.find_live(step) if (step := steps.first()) else None
    return live.value_cents if live else None


def list_signatures(step: Step) -> list[GateSignature]:
    """List the words given in the step's present round, oldest first."""
    return list(step.signatures.filter(round=step.round).select_related("city", "person").order_by("signed_at", "id"))


def list_decisions(challenge: Challenge) -> list[GateSignature]:
    """List every word given at any gate, oldest first."""
    return list(
        GateSignature.objects.filter(step__challenge=challenge)
        .select_related("city", "person", "step")
        .order_by("signed_at", "id")
    )


def duties_of(step: Step, actor: Actor) -> list[Duty]:
    """List the words at the step's gate that this actor could give."""
    gathered = gather_gate(step)
    if gathered is None:
        return []
    return [d for d in open_duties(*gathered) if d.role in actor.roles_at(d.municipality)]


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for somebody: a gate to sign, or a step to work on."""

    challenge: Challenge
    step: Step
    kind: TaskKind
    duty: Duty | None = None


def list_tasks(actor: Actor) -> list[Task]:
    """List what waits for the actor in running challenges: gates first, then own steps, by position."""
    tasks: list[Task] = []
    steps = (
        Step.objects.filter(
            challenge__status=ChallengeStatus.RUNNING,
            state=StepState.ACTIVE.value,
            challenge__cities__municipality__code__in=actor.duties,
        )
        .distinct()
        .select_related("challenge__municipality", "challenge__method")
        .order_by("challenge_id", "position")
    )
    for step in steps:
        if step.asked_at:
            tasks.extend(Task(step.challenge, step, TaskKind.SIGN, duty) for duty in duties_of(step, actor))
        elif spec_of(step).owner in actor.roles_at(step.challenge.municipality.code):
            tasks.append(Task(step.challenge, step, TaskKind.WORK))
        elif step.kind == StepKind.DISCLOSURE and disclosures.may_review(step, actor):
            tasks.append(Task(step.challenge, step, TaskKind.REVIEW))
    return sorted(tasks, key=lambda t: t.kind is not TaskKind.SIGN)


def list_left_alone(given: StaffRole) -> list[Task]:
    """List what waits for this duty in running challenges when nobody else in the city has it."""
    others = StaffRole.objects.filter(municipality=given.municipality, role=given.role, ended_at=None)
    if others.exclude(person=given.person).exists():
        return []
    return list_tasks(Actor(given.person, {given.municipality.code: frozenset({Role(given.role)})}))
