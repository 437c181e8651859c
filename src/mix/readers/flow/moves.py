"""What a step lacks, who must give a word at its gate, and what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mix.data.models import Challenge, GateSignature, StaffRole, Step
from mix.readers.case.challenges import list_cities, list_steps, spec_of
from mix.readers.case.documents import latest_content, total_value
from mix.readers.choice import awards
from mix.readers.city.municipalities import gather_bands
from mix.readers.core.actors import Actor
from mix.readers.core.once import once
from mix.readers.flow.findings import policy_unmet
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.kinds import kind_of
from mix.rules.city.methods import Gate
from mix.rules.core.access import Role
from mix.rules.core.fields import missing_answers
from mix.rules.core.kinds import Decision, StepKind, StepState
from mix.rules.core.unmet import Unmet
from mix.rules.flow.moves import Duty, GateFacts, Signature, open_duties
from mix.rules.flow.states import TaskKind


def unmet_to_ask(step: Step, *, now: datetime) -> tuple[Unmet, ...]:
    """List everything that a step lacks before its gate, or before it ends where it has none."""
    spec = spec_of(step)
    return (
        *missing_answers(spec.fields, latest_content(step)),
        *kind_of(step.kind).unmet(step, now),
        *policy_unmet(step, now=now),
    )


def unmet_to_proceed(step: Step) -> tuple[Unmet, ...]:
    """List what forbids *proceed* but not *revise* or *stop*."""
    return kind_of(step.kind).unmet_to_proceed(step)


@once
def gather_gate(step: Step) -> tuple[Gate, GateFacts] | None:
    """Gather what the rules must know about the step's gate, or None where it has none."""
    gate = spec_of(step).gate
    if gate is None:
        return None
    cities = list_cities(step.challenge)
    return gate, GateFacts(
        cities=tuple(c.code for c in cities),
        lead=step.challenge.municipality.code,
        value_cents=highest(total_value(step.challenge), award_value(step.challenge)) if gate.by_value else None,
        bands=gather_bands(c.id for c in cities) if gate.by_value else {},
        signatures=tuple(
            Signature(s.city.code, Role(s.role), s.person.code, Decision(s.decision)) for s in list_signatures(step)
        ),
    )


def highest(*values: int | None) -> int | None:
    """Return the highest of the values that are known, in cents: it chooses who decides. None where none is.

    A low figure never chooses a lower decider, and nothing is no value.
    """
    return max((value for value in values if value), default=None)


def award_value(challenge: Challenge) -> int | None:
    """Return the value of the live award in cents; None where there is none."""
    steps = list_steps(challenge)
    step = next((s for s in steps if s.kind == StepKind.AWARD and s.state == StepState.ACTIVE), None)
    live = awards.find_live(step) if step else None
    return live.value_cents if live else None


def list_signatures(step: Step) -> list[GateSignature]:
    """List the words given in the step's present round, oldest first."""
    return [s for s in list_all_signatures(step) if s.round == step.round]


@once
def list_all_signatures(step: Step) -> list[GateSignature]:
    """List the words given in any round of the step, oldest first."""
    return list(step.signatures.select_related("city", "person").order_by("signed_at", "id"))


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
        .defer("challenge__method__document")
        .order_by("challenge_id", "position")
    )
    for step in steps:
        if step.asked_at:
            tasks.extend(Task(step.challenge, step, TaskKind.SIGN, duty) for duty in duties_of(step, actor))
        elif spec_of(step).owner in actor.roles_at(step.challenge.municipality.code):
            tasks.append(Task(step.challenge, step, TaskKind.WORK))
        elif kind_of(step.kind).waits_for(step, actor):
            tasks.append(Task(step.challenge, step, TaskKind.REVIEW))
    return sorted(tasks, key=lambda t: t.kind is not TaskKind.SIGN)


def list_left_alone(given: StaffRole) -> list[Task]:
    """List what waits for this duty in running challenges when nobody else in the city has it."""
    others = StaffRole.objects.filter(municipality=given.municipality, role=given.role, ended_at=None)
    if others.exclude(person=given.person).exists():
        return []
    return list_tasks(Actor(given.person, {given.municipality.code: frozenset({Role(given.role)})}))
