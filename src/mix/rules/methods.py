"""Methods as data: the document that describes how a challenge runs, and what may be wrong with it.

The program that reads this knows step kinds only; every name of a stage, box, field, gate or role's duty is in the
document (docs/method.md is generated from it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Annotated

import yaml
from pydantic import Field, model_validator

from mix.rules.access import Role
from mix.rules.catalogue import Part, Problem, line_of, read
from mix.rules.fields import Bilingual, FieldSpec, FieldType
from mix.rules.kinds import Basis, DeliveryPart, Envelope, Route, SprintPart, Standing, StepKind
from mix.rules.scoring import WEIGHED, PriceFormula

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]


class Gate(Part):
    """A decision with a number: who signs, whether by value, and whether each city decides or the lead alone."""

    key: str = Field(pattern=r"^[A-Z]\d{1,2}$")
    title: Bilingual
    decided_by: tuple[Role, ...] = ()
    by_value: bool = False
    each_city: bool = False


class Criterion(Part):
    """A rated criterion with its weight in hundredths of a percent of the whole, so 30 % is 30."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Bilingual
    guideline: Bilingual
    weight: int = Field(ge=0, le=100)
    minimum: int = Field(default=0, ge=0, le=5)
    stage: Key | None = None  # which of the evaluation's stages scores it; None is the first


class ScoringStage(Part):
    """A part of the scoring that is done on its own, once the part before it is agreed.

    `most` is how many vendors reach it at most, `minutes` how long each is met.
    """

    key: Key
    basis: Basis
    title: Bilingual
    most: int | None = Field(default=None, ge=1)
    minutes: int | None = Field(default=None, ge=5, le=480)


class SolicitationPart(Part):
    """What a solicitation step asks: its legal form, who may answer, what they answer, in which envelopes."""

    document_form: str = Field(pattern=r"^(RFI|EOI|RFSQ|NRFP|RFP|PLAN|REVISION)$")
    open_to: Standing | None = None
    gives: Standing = Standing.INTERESTED
    answers: tuple[FieldSpec, ...]
    minimum_days: int = Field(default=10, ge=0)
    purchase_option: bool = False

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        """The envelopes in the order in which they are opened."""
        used = {spec.envelope for spec in self.answers}
        return tuple(e for e in Envelope if e.value in used)

    def fields_of(self, envelope: str) -> tuple[FieldSpec, ...]:
        """Return the answers that lie in one envelope."""
        return tuple(spec for spec in self.answers if spec.envelope == envelope)


def stage_position(keys: Sequence[str], criterion: Criterion) -> int:
    """Return the position of the stage that scores a criterion."""
    return keys.index(criterion.stage) if criterion.stage else 0


class EvaluationPart(Part):
    """Which submissions a panel scores, by which default criteria, and what standing it gives."""

    of: Key
    gives: Standing
    criteria: tuple[Criterion, ...]
    price_weight: int = Field(default=0, ge=0, le=100)
    price_formula: PriceFormula = PriceFormula.LOWEST_OVER_PRICE
    quality_minimum: int = Field(default=0, ge=0, le=100)
    most: int | None = None
    anonymous: bool = False
    stages: tuple[ScoringStage, ...] = ()

    @model_validator(mode="after")
    def _stages_fit(self) -> EvaluationPart:
        keys = [stage.key for stage in self.stages]
        if len(set(keys)) != len(keys):
            raise ValueError("two stages of the scoring have one key")
        if self.stages and self.stages[0].most is not None:
            raise ValueError("every submission reaches the first stage of the scoring")
        for criterion in self.criteria:
            if criterion.stage is not None and criterion.stage not in keys:
                raise ValueError(f"'{criterion.stage}' is no stage of the scoring")
        scored = {stage_position(keys, criterion) for criterion in self.criteria}
        if missing := [key for n, key in enumerate(keys) if n not in scored]:
            raise ValueError(f"stage '{missing[0]}' of the scoring scores nothing")
        return self

    @model_validator(mode="after")
    def _weights_sum(self) -> EvaluationPart:
        total = sum(c.weight for c in self.criteria) + self.price_weight
        if total != 100:
            raise ValueError(f"weights add up to {total}, not 100")
        if self.price_weight and self.price_formula not in WEIGHED:
            raise ValueError(f"price has no weight under '{self.price_formula.value}'")
        return self

    @property
    def counts_price(self) -> bool:
        """Say whether a bid needs a price to be ranked."""
        return bool(self.price_weight) or self.price_formula not in WEIGHED


class Step(Part):
    """One box of the method."""

    key: Key
    kind: StepKind
    title: Bilingual
    guidance: Bilingual
    box: str
    owner: Role
    needs: tuple[Key, ...] = ()
    optional: bool = False
    fields: tuple[FieldSpec, ...] = ()
    gate: Gate | None = None
    solicitation: SolicitationPart | None = None
    evaluation: EvaluationPart | None = None
    sprint: SprintPart | None = None
    delivery: DeliveryPart | None = None
    agreement: str | None = Field(default=None, pattern=r"^(sprint|contract)$")

    @model_validator(mode="after")
    def _settings_fit_the_kind(self) -> Step:
        for kind, given in (
            (StepKind.SOLICITATION, self.solicitation),
            (StepKind.EVALUATION, self.evaluation),
            (StepKind.SPRINT, self.sprint),
            (StepKind.DELIVERY, self.delivery),
        ):
            if (self.kind is kind) != (given is not None):
                raise ValueError(f"'{kind.value}' belongs to a step of that kind, and to it alone")
        return self


class Stage(Part):
    """A column of the stage bar."""

    key: Key
    title: Bilingual
    note: Bilingual
    steps: tuple[Step, ...]


class Fact(StrEnum):
    """What the program reads out of artifacts; a method says in which step and field each one stands."""

    QUESTION = "question"
    PROBLEM = "problem"
    OUTCOMES = "outcomes"
    TIMELINE = "timeline"
    SPRINT_FEE = "sprint_fee"
    SPRINT_PLACES = "sprint_places"
    PURCHASE_VALUE = "purchase_value"
    OPTION_VALUE = "option_value"
    HYPOTHESES = "hypotheses"
    SPRINT_STARTS = "sprint_starts"
    SPRINT_ENDS = "sprint_ends"
    HOURS_OFFERED = "hours_offered"
    COMMON_LEARNING = "common_learning"
    DESIGNED_VALUE = "designed_value"
    OUTCOME_STORY = "outcome_story"
    VERDICT = "verdict"
    OFFER = "offer"


class Method(Part):
    """A whole method."""

    key: Key
    version: int = Field(ge=1)
    title: Bilingual
    summary: Bilingual
    routes: tuple[Route, ...]
    is_offered: bool = True  # False: cases of the past are recorded on it, and nothing new begins
    facts: dict[Fact, str] = Field(default_factory=dict)
    stages: tuple[Stage, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step in reading order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    def place_of(self, fact: Fact) -> tuple[str, str] | None:
        """Return the step and field in which a fact stands, or None where the method has no such fact."""
        if fact not in self.facts:
            return None
        step, _, field = self.facts[fact].partition(".")
        return step, field

    def step(self, key: str) -> Step:
        """Return one step. Raises KeyError."""
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)


def parse(text: str) -> Method:
    """Read a method document (YAML). Raises DocumentInvalid with line numbers."""
    return read(text, Method, _problems_in)


def _problems_in(method: Method, node: yaml.Node | None) -> Iterator[Problem]:
    places = {
        step.key: ("stages", s, "steps", n)
        for s, stage in enumerate(method.stages)
        for n, step in enumerate(stage.steps)
    }
    seen: set[str] = set()
    kinds = {step.key: step.kind for step in method.steps}
    if not method.routes:
        yield Problem(line_of(node, ("routes",)), "a method offers at least one route")
    for s, stage in enumerate(method.stages):
        if not stage.steps:
            yield Problem(line_of(node, ("stages", s)), f"stage '{stage.key}' has no step")
    if not method.stages:
        yield Problem(line_of(node, ("stages",)), "a method has at least one stage")
    for s, stage in enumerate(method.stages):
        for n, step in enumerate(stage.steps):
            at = ("stages", s, "steps", n)
            if step.key in seen:
                yield Problem(line_of(node, (*at, "key")), f"two steps are called '{step.key}'")
            seen.add(step.key)
            yield from _problems_in_step(step, kinds=kinds, line=lambda *tail, at=at: line_of(node, (*at, *tail)))
    fields = {f"{step.key}.{spec.key}" for step in method.steps for spec in step.fields}
    for fact, place in method.facts.items():
        if place not in fields:
            yield Problem(
                line_of(node, ("facts", fact.value)), f"fact '{fact.value}' names '{place}', which is no field"
            )
    yield from (Problem(line_of(node, (*places[key], "needs")), text) for key, text in _bad_order(method))


def _problems_in_step(step: Step, *, kinds: dict[str, StepKind], line: Callable[..., int]) -> Iterator[Problem]:
    for name in step.needs:
        if name not in kinds:
            yield Problem(line("needs"), f"'{step.key}' needs '{name}', which no step is called")
    if step.gate and not step.gate.decided_by and not step.gate.by_value:
        yield Problem(line("gate"), f"gate {step.gate.key} has nobody who decides")
    if step.evaluation and kinds.get(step.evaluation.of) is not StepKind.SOLICITATION:
        yield Problem(line("evaluation", "of"), f"'{step.evaluation.of}' is no solicitation that could be scored")
    if step.evaluation and not any(c.weight for c in step.evaluation.criteria):
        yield Problem(line("evaluation"), f"'{step.key}' scores nothing")
    for part in (step.fields, step.solicitation.answers if step.solicitation else ()):
        keys = [spec.key for spec in part]
        for key in {k for k in keys if keys.count(k) > 1}:
            yield Problem(line(), f"two fields of '{step.key}' are called '{key}'")
    if step.solicitation and any(
        spec.envelope not in tuple(Envelope) or (spec.envelope == Envelope.PRICE and spec.type is not FieldType.MONEY)
        for spec in step.solicitation.answers
    ):
        yield Problem(line("solicitation"), f"the price envelope of '{step.key}' may hold amounts only")


def _bad_order(method: Method) -> Iterator[tuple[str, str]]:
    """Find steps that can never begin: those in a cycle, and those that wait for one."""
    known = {step.key for step in method.steps}
    begun: set[str] = set()
    waiting = {step.key: {n for n in step.needs if n in known} for step in method.steps}
    while ready := {key for key, needs in waiting.items() if needs <= begun}:
        begun |= ready
        for key in ready:
            del waiting[key]
    for key in waiting:
        in_cycle = _reaches(key, key, waiting)
        yield key, f"'{key}' waits for itself" if in_cycle else f"'{key}' can never be reached"


def _reaches(start: str, goal: str, edges: dict[str, set[str]]) -> bool:
    todo, seen = list(edges[start]), set()
    while todo:
        key = todo.pop()
        if key == goal:
            return True
        if key not in seen:
            seen.add(key)
            todo.extend(edges.get(key, ()))
    return False
