"""What a step lacks, who must give a word at its gate, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, ChallengeCity, GateSignature, MethodVersion, Solicitation, StaffRole, Step
from mix.readers.case.carrying import unmet_by_sources
from mix.readers.case.challenges import list_cities, list_city_rows, list_steps, spec_of
from mix.readers.case.documents import gather_facts, gather_facts_of, latest_content, total_value
from mix.readers.choice import awards
from mix.readers.city.methods import method_on
from mix.readers.city.municipalities import gather_bands
from mix.readers.core.actors import Actor
from mix.readers.core.once import are_to_be_read, is_read, once, tell
from mix.readers.flow.findings import policy_unmet
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.delegation import Band
from mix.rules.city.kinds import kind_of, nobody
from mix.rules.city.methods import Gate
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Role
from mix.rules.core.fields import missing_answers
from mix.rules.core.kinds import Decision, Route, StepKind, StepState
from mix.rules.core.unmet import Unmet
from mix.rules.flow.moves import Duty, GateFacts, Signature, open_duties
from mix.rules.flow.states import TaskKind

M = TypeVar("M", bound=Model)


def unmet_to_ask(step: Step, *, now: datetime) -> tuple[Unmet, ...]:
    """List everything that a step lacks before its gate, or before it ends where it has none."""
    spec = spec_of(step)
    return (
        *missing_answers(spec.fields, latest_content(step)),
        *unmet_by_sources(step),
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
        bands=_bands_in(step.challenge) if gate.by_value else {},
        signatures=tuple(
            Signature(s.city.code, Role(s.role), s.person.code, Decision(s.decision)) for s in list_signatures(step)
        ),
    )


@once
def _bands_in(challenge: Challenge) -> Mapping[str, tuple[Band, ...]]:
    return gather_bands(c.id for c in list_cities(challenge))


def _gather_ahead(asked: Sequence[Step]) -> None:
    """Fetch at once what several gates must know. Six queries at most, but for awards that wait for their gate."""
    are_to_be_read(asked)
    if not any(map(is_read, asked)):
        return
    challenges = {s.challenge_id: s.challenge for s in asked}
    words = GateSignature.objects.filter(step__in=asked).select_related("city", "person").order_by("signed_at", "id")
    cities = ChallengeCity.objects.filter(challenge__in=challenges).select_related("municipality")
    by_step, by_challenge = _by(words, "step_id"), _by(cities.order_by("-is_lead", "id"), "challenge_id")
    for step in asked:
        tell(list_all_signatures, step, by_step.get(step.pk, []))
    for pk, challenge in challenges.items():
        tell(list_city_rows, challenge, by_challenge.get(pk, []))
    valued = [s.challenge for s in asked if (gate := spec_of(s).gate) and gate.by_value]
    if not valued:
        return
    steps = _by(Step.objects.filter(challenge__in=valued).order_by("position"), "challenge_id")
    bands = gather_bands(c.id for challenge in valued for c in list_cities(challenge))
    for challenge in valued:
        tell(list_steps, challenge, steps[challenge.pk])
        tell(_bands_in, challenge, bands)
    facts = gather_facts_of(valued)
    for challenge in valued:
        tell(gather_facts, challenge, facts[challenge.pk])


def _by(rows: Iterable[M], column: str) -> dict[int, list[M]]:
    found: dict[int, list[M]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


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
    found = _words(step.pk)
    for word in found:
        word.step = step
    return found


def list_deciders(step: Step, *, until: datetime) -> list[GateSignature]:
    """List who let a step proceed in the last round that was decided by an instant, in the order of their words."""
    words = [s for s in list_all_signatures(step) if s.signed_at <= until and s.decision == Decision.PROCEED]
    return [s for s in words if s.round == max(w.round for w in words)]


@asked
def _words(step: int) -> QuerySet[GateSignature]:
    rows = GateSignature.objects.filter(step_id=step).select_related("city", "person")
    return rows.order_by("signed_at", "id")


@once
def list_decisions(challenge: Challenge) -> list[GateSignature]:
    """List every word given at any gate, oldest first."""
    return _decisions(challenge.pk)


@asked
def _decisions(challenge: int) -> QuerySet[GateSignature]:
    rows = GateSignature.objects.filter(step__challenge_id=challenge).select_related("city", "person", "step")
    return rows.order_by("signed_at", "id")


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
    steps = _list_near(actor)
    _gather_ahead([s for s in steps if s.asked_at])
    for step in steps:
        if step.asked_at:
            tasks.extend(Task(step.challenge, step, TaskKind.SIGN, duty) for duty in duties_of(step, actor))
        elif spec_of(step).owner in actor.roles_at(step.challenge.municipality.code):
            tasks.append(Task(step.challenge, step, TaskKind.WORK))
        elif kind_of(step.kind).waits_for(step, actor):
            tasks.append(Task(step.challenge, step, TaskKind.REVIEW))
    return sorted(tasks, key=lambda t: t.kind is not TaskKind.SIGN)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A step that is active in a challenge that runs, as its row and its method say; `city` is the lead city's code."""

    pk: int
    key: str
    asked_at: datetime | None
    started_at: datetime
    round: int
    challenge: int
    city: str
    spec: StepSpec
    room: str | None


def list_at_hand(actor: Actor, *, called: bool = True) -> list[AtHand]:
    """List the active steps of running challenges of the actor's cities. Two queries.

    `called`: also those whose call is out. Nobody of the city has work there until it is opened.
    """
    rows = (_at_hand if called else _at_hand_uncalled)(tuple(sorted(actor.duties)))
    methods = {version.pk: version for version in _methods(tuple(sorted({row[7] for row in rows})))}
    told: dict[tuple[int, str, str], tuple[StepSpec, str | None]] = {}
    found = []
    for pk, key, asked_at, started_at, begun_at, round_, challenge, method, route, city in rows:
        if (method, route, key) not in told:
            on_route = method_on(methods[method], Route(route))
            told[method, route, key] = on_route.step(key), on_route.room_of(key)
        spec = told[method, route, key]
        found.append(AtHand(pk, key, asked_at, started_at or begun_at, round_, challenge, city, *spec))
    return found


def list_open_duties(asked: Sequence[AtHand]) -> list[tuple[AtHand, Duty]]:
    """List the words that gates wait for. Six queries at most, but for awards that wait for their gate."""
    rows = {row.pk: row for row in asked}
    if not rows:
        return []
    steps = _fetch_steps(tuple(rows))
    _gather_ahead(steps)
    found = []
    for step in steps:
        gathered = gather_gate(step)
        found += [(rows[step.pk], duty) for duty in open_duties(*gathered)] if gathered else []
    return found


def list_reviews(steps: Sequence[AtHand], actor: Actor) -> list[AtHand]:
    """List the steps that wait for the actor's word though somebody else owns them. Queries grow with these alone."""
    rows = {s.pk: s for s in steps if not s.asked_at and kind_of(s.spec.kind).waits_for is not nobody}
    return [rows[step.pk] for step in _fetch_steps(tuple(rows)) if kind_of(step.kind).waits_for(step, actor)]


def _list_near(actor: Actor) -> list[Step]:
    """List the active steps that may wait for the actor, with their challenges; those of others are not fetched."""
    near = [
        row.pk
        for row in list_at_hand(actor)
        if row.asked_at or row.spec.owner in actor.roles_at(row.city) or kind_of(row.spec.kind).waits_for is not nobody
    ]
    return _fetch_steps(tuple(near))


def _fetch_steps(keys: tuple[int, ...]) -> list[Step]:
    found = Step.objects.filter(pk__in=keys).select_related("challenge__municipality", "challenge__method")
    return list(found.defer("challenge__method__document").order_by("challenge_id", "position")) if keys else []


@asked
def _at_hand(cities: tuple[str, ...]) -> QuerySet[Any, Any]:
    own = ChallengeCity.objects.filter(challenge=OuterRef("challenge"), municipality__code__in=cities)
    rows = Step.objects.filter(Exists(own), state=StepState.ACTIVE, challenge__status=ChallengeStatus.RUNNING)
    around = ("challenge__method_id", "challenge__route", "challenge__municipality__code")
    return rows.values_list("pk", "key", "asked_at", "started_at", "begun_at", "round", "challenge_id", *around)


@asked
def _at_hand_uncalled(cities: tuple[str, ...]) -> QuerySet[Any, Any]:
    later = Solicitation.objects.filter(step=OuterRef("step"), round__gt=OuterRef("round"))
    out = Solicitation.objects.filter(step=OuterRef("pk"), published_at__isnull=False, technical_opened_at=None)
    return _at_hand.make(cities).filter(Q(asked_at__isnull=False) | ~Exists(out.exclude(Exists(later))))


@asked
def _methods(keys: tuple[int, ...]) -> QuerySet[MethodVersion]:
    return MethodVersion.objects.filter(pk__in=keys).defer("document")


def list_left_alone(given: StaffRole) -> list[Task]:
    """List what waits for this duty in running challenges when nobody else in the city has it."""
    others = StaffRole.objects.filter(municipality=given.municipality, role=given.role, ended_at=None)
    if others.exclude(person=given.person).exists():
        return []
    return list_tasks(Actor(given.person, {given.municipality.code: frozenset({Role(given.role)})}, sits=True))
