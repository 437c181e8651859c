"""Methods as data: the document that describes how a challenge runs, and what may be wrong with it.

The program that reads this knows step kinds only; every name of a stage, box, field, gate or role's duty is in the
document (docs/method-KEY.md is generated from each).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from mix.rules.city.schemes import WEIGHED, PriceFormula
from mix.rules.core.access import Role
from mix.rules.core.catalogue import Part
from mix.rules.core.fields import Bilingual, FieldSpec, Wording, with_reasons
from mix.rules.core.kinds import (
    AgreementKind,
    Basis,
    DeliverySection,
    Envelope,
    Route,
    SprintSection,
    Standing,
    StepKind,
)

# Steps in which vendors take part: whoever is chosen for one of them was told so before.
VENDORS_WORK = frozenset(
    {
        StepKind.SOLICITATION,
        StepKind.EVALUATION,
        StepKind.CONVERSATION,
        StepKind.SPRINT,
        StepKind.AGREEMENT,
        StepKind.DELIVERY,
    }
)
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)]


class Gate(Part):
    """A decision with a number: who signs, whether by value, and whether each city decides or the lead alone.

    *Revise* sends back its own step, or `returns_to`: an earlier step, which begins again with all that rests on it.
    """

    key: str = Field(pattern=r"^[A-Z]\d{1,2}$")
    title: Bilingual
    decided_by: tuple[Role, ...] = ()
    by_value: bool = False
    each_city: bool = False
    returns_to: Key | None = None


class Criterion(Part):
    """A rated criterion with its weight in percent of the whole, and what a call may make of that weight.

    `anchors` say what a score means, in words, by the score from 0 to 5; what lies between two is between them.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Wording
    guideline: Wording
    weight: int = Field(ge=0, le=100)
    between: tuple[Annotated[int, Field(ge=0, le=100)], Annotated[int, Field(ge=0, le=100)]] | None = None
    minimum: int = Field(default=0, ge=0, le=5)
    anchors: dict[Annotated[str, Field(pattern="^[0-5]$")], Wording] = Field(default_factory=dict)
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


class SolicitationSpec(Part):
    """What a solicitation step asks: its legal form, who may answer, what they answer, in which envelopes.

    A call may let a vendor answer together with others, `most_co_applicants` at most; with 0 none may.
    `notice` are the places ("step.field") whose words are part of its notice. Each row of `requirements` becomes a
    question; how a rated one is met is scored by the criterion of that name.

    With `invites` it is open to those vendors alone whom the city names before it is published, so many at least.
    """

    document_form: str = Field(pattern=r"^(RFI|EOI|RFSQ|NRFP|RFP|RFQ|RFT|ITN|CONTEST|PLAN|REVISION)$")
    open_to: Standing | None = None
    invites: int | None = Field(default=None, ge=1, le=20)
    gives: Standing = Standing.INTERESTED
    answers: tuple[FieldSpec, ...]
    minimum_days: int = Field(default=10, ge=0)
    most_questions: int = Field(default=16, ge=1, le=60)
    most_co_applicants: int = Field(default=4, ge=0, le=20)
    purchase_option: bool = False
    notice: tuple[str, ...] = ()
    requirements: str = ""
    requirements_scored_by: str = ""

    @property
    def binds(self) -> bool:
        """Say whether anything may be bought by what the call leads to: not by asking who is interested, or what is.

        Nor by a contest: whoever wins it gets a prize.
        """
        return self.document_form not in ("RFI", "EOI", "CONTEST")

    @model_validator(mode="after")
    def _invites_who_may_answer(self) -> SolicitationSpec:
        if (self.invites is not None) != (self.open_to is Standing.INVITED):
            raise ValueError("a call that is open to 'invited', and it alone, says how many it invites")
        return self

    @property
    def envelopes(self) -> tuple[Envelope, ...]:
        """The envelopes in the order in which they are opened."""
        used = {spec.envelope for spec in self.answers}
        return tuple(e for e in Envelope if e.value in used)

    def fields_of(self, envelope: str) -> tuple[FieldSpec, ...]:
        """Return the answers that lie in one envelope."""
        return tuple(spec for spec in self.answers if spec.envelope == envelope)


class ConversationSpec(Part):
    """What is written together with each vendor of a standing: the vendor fills the boxes, the city replies to them.

    Nobody competes by it: it is sealed from other vendors alone, and nothing scores it.
    """

    open_to: Standing
    answers: Annotated[tuple[FieldSpec, ...], Field(min_length=1)]


def stage_position(keys: Sequence[str], criterion: Criterion) -> int:
    """Return the position of the stage that scores a criterion."""
    return keys.index(criterion.stage) if criterion.stage else 0


class EvaluationSpec(Part):
    """Which submissions a panel scores, by which default criteria, and what standing it gives.

    It chooses at most `most`, and with `fills_places` never more than the challenge has places in the sprint; of a
    later phase `places` is the field ("step.field") that says how many there are. With `gives_prizes` each that is
    chosen gets the prize of its rank, and no more are chosen than there are prizes. With
    `outside_chair` the chair may be offered to somebody from outside of the cities.
    """

    of: Key
    gives: Standing
    criteria: tuple[Criterion, ...]
    price_weight: int = Field(default=0, ge=0, le=100)
    price_formula: PriceFormula = PriceFormula.LOWEST_OVER_PRICE
    quality_minimum: int = Field(default=0, ge=0, le=100)
    most: int | None = Field(default=None, ge=1)
    fills_places: bool = False
    places: str = ""
    gives_prizes: bool = False
    anonymous: bool = False
    outside_chair: bool = False
    stages: tuple[ScoringStage, ...] = ()

    @model_validator(mode="after")
    def _stages_fit(self) -> EvaluationSpec:
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
    def _weights_sum(self) -> EvaluationSpec:
        total = sum(c.weight for c in self.criteria) + self.price_weight
        if total != 100:
            raise ValueError(f"weights add up to {total}, not 100")
        if self.price_weight and self.price_formula not in WEIGHED:
            raise ValueError(f"price has no weight under '{self.price_formula.value}'")
        return self


class Step(Part):
    """One box of the method. With `routes` it is there on these alone.

    `accepted_by` is the place ("step.field") of the tests by which what is delivered under its agreements, or its
    milestones, are accepted; `data_sets` that of the rows that name what data vendors of the sprint are given.
    """

    key: Key
    kind: str = Field(max_length=40)
    title: Bilingual
    guidance: Bilingual
    box: str
    owner: Role
    needs: tuple[Key, ...] = ()
    optional: bool = False
    routes: tuple[Route, ...] = ()
    fields: tuple[FieldSpec, ...] = ()
    gate: Gate | None = None
    solicitation: SolicitationSpec | None = None
    evaluation: EvaluationSpec | None = None
    conversation: ConversationSpec | None = None
    sprint: SprintSection | None = None
    delivery: DeliverySection | None = None
    agreement: AgreementKind | None = None
    accepted_by: str = ""
    data_sets: str = ""

    @property
    def answers(self) -> tuple[FieldSpec, ...]:
        """What vendors fill in here, in answer to a call or in a document that the city writes with them."""
        part = self.solicitation or self.conversation
        return part.answers if part else ()

    @property
    def open_to(self) -> Standing | None:
        """The standing that a vendor needs to fill it in; None where anybody may, or nobody does."""
        part = self.solicitation or self.conversation
        return part.open_to if part else None

    @model_validator(mode="after")
    def _settings_fit_the_kind(self) -> Step:
        for kind, given in (
            (StepKind.SOLICITATION, self.solicitation),
            (StepKind.EVALUATION, self.evaluation),
            (StepKind.CONVERSATION, self.conversation),
            (StepKind.SPRINT, self.sprint),
            (StepKind.DELIVERY, self.delivery),
        ):
            if (self.kind == kind) != (given is not None):
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
    REQUIREMENTS = "requirements"
    CATEGORY = "category"
    PRIZES = "prizes"
    LATER_FEES = "later_fees"


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

    def on(self, route: Route) -> Method:
        """Return the method as it runs on one route: what rests on a step that is not there rests on its needs."""
        here = {step.key for step in self.steps if is_on(route, step.routes)}
        needs = {step.key: step.needs for step in self.steps}

        def still(key: str) -> tuple[str, ...]:
            return (key,) if key in here else tuple(n for need in needs[key] for n in still(need))

        def all_of(step: Step) -> tuple[str, ...]:
            if here.issuperset(step.needs):
                return step.needs
            found = dict.fromkeys(n for need in step.needs for n in still(need))
            implied = {s.key for key in found for s in self._all_before(key)}
            return tuple(key for key in found if key not in implied)

        stages = []
        for stage in self.stages:
            steps = tuple(
                step.model_copy(
                    update={
                        "needs": all_of(step),
                        "fields": with_reasons([spec for spec in step.fields if is_on(route, spec.routes)]),
                        "solicitation": self._on_route(step, route),
                    }
                )
                for step in stage.steps
                if step.key in here
            )
            if steps:
                stages.append(stage.model_copy(update={"steps": steps}))
        fields = {f"{step.key}.{spec.key}" for stage in stages for step in stage.steps for spec in step.fields}
        facts = {fact: place for fact, place in self.facts.items() if place in fields}
        return self.model_copy(update={"stages": tuple(stages), "facts": facts})

    def _on_route(self, step: Step, route: Route) -> SolicitationSpec | None:
        """Return what a call asks on a route: the option to buy is declared where a purchase may follow from it.

        Its notice is made of what is there on the route. No option follows from a call that binds nobody.
        """
        part = step.solicitation
        ends_before_purchase = route.ends_before_purchase or (
            route is Route.SPRINT_THEN_OPEN
            and not any(s.kind == StepKind.DISCLOSURE for s in self._all_before(step.key))
        )
        if part is None:
            return None
        here = [s for s in self.steps if is_on(route, s.routes)]
        said = {f"{s.key}.{f.key}" for s in here for f in s.fields if is_on(route, f.routes)}
        changed: dict[str, object] = {"notice": tuple(place for place in part.notice if place in said)}
        if ends_before_purchase or not part.binds:
            changed["purchase_option"] = False
        return part.model_copy(update=changed)

    def before(self, key: str) -> Iterator[tuple[Step, ...]]:
        """Yield the steps on which a step rests, the nearest first: its needs, then theirs, each once."""
        seen: set[str] = {key}
        layer = self.step(key).needs
        while layer:
            steps = tuple(self.step(k) for k in layer)
            yield steps
            seen.update(layer)
            layer = tuple(dict.fromkeys(n for step in steps for n in step.needs if n not in seen))

    def chosen_by(self, key: str) -> tuple[Step, ...]:
        """Return the evaluations that decide which vendors a step is for: the nearest before it."""
        for layer in self.before(key):
            if found := tuple(step for step in layer if step.evaluation):
                return found
        return ()

    def is_only_recommended(self, key: str) -> bool:
        """Say whether an award decides what an evaluation recommends, before any vendor goes on with it."""
        waits = [need for step in self.steps if step.kind == StepKind.AWARD for need in step.needs]
        while waits:
            step = self.step(waits.pop())
            if step.key == key:
                return True
            if step.kind not in VENDORS_WORK:
                waits.extend(step.needs)
        return False

    def is_awarded_before(self, key: str) -> bool:
        """Say whether a step rests on an award, however far back."""
        return any(step.kind == StepKind.AWARD for step in self._all_before(key))

    def room_of(self, key: str) -> str | None:
        """Return the step that opens the sprint room in which a step works, or on which it rests."""
        step = self.step(key)
        if step.sprint is SprintSection.SET_UP:
            return key
        for layer in self.before(key):
            for earlier in layer:
                if earlier.sprint is SprintSection.SET_UP:
                    return earlier.key
                if earlier.sprint:
                    return key if step.sprint else self.room_of(earlier.key)
        return key if step.sprint else None

    def resting_on(self, key: str) -> tuple[str, ...]:
        """List a step and every step that rests on it, in reading order."""
        return tuple(
            step.key for step in self.steps if step.key == key or any(s.key == key for s in self._all_before(step.key))
        )

    def needed_by(self, step: Step) -> tuple[Step, ...]:
        """List what a step waits for directly."""
        return tuple(self.step(key) for key in step.needs)

    def _all_before(self, key: str) -> Iterator[Step]:
        for layer in self.before(key):
            yield from layer


def is_on(route: Route, routes: Sequence[Route]) -> bool:
    """Say whether a part of a method is there on a route; without routes it always is."""
    return not routes or route in routes
