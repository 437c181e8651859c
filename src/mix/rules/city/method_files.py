"""Method documents as files: reading one, and everything that may be wrong with it, by line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import yaml

from mix.rules.city.kinds import is_known
from mix.rules.city.methods import EvaluationSpec, Fact, Gate, Method, Step
from mix.rules.city.policy.facts import Category
from mix.rules.city.schemes import WEIGHED
from mix.rules.city.sources import bad_sources
from mix.rules.core.access import DECIDERS, OWNERS
from mix.rules.core.catalogue import Problem, line_of, read
from mix.rules.core.fields import FieldType
from mix.rules.core.kinds import AgreementKind, Envelope, Route, SprintSection, Standing, StepKind

# What the field of a fact must be, for the program to read it: its type, and the columns of rows.
SHAPES: dict[Fact, tuple[FieldType, tuple[str, ...]]] = {
    Fact.QUESTION: (FieldType.TEXT, ()),
    Fact.PROBLEM: (FieldType.TEXT, ()),
    Fact.OUTCOMES: (FieldType.ROWS, ("measure", "target")),
    Fact.TIMELINE: (FieldType.ROWS, ("what", "planned_on")),
    Fact.SPRINT_FEE: (FieldType.MONEY, ()),
    Fact.SPRINT_PLACES: (FieldType.NUMBER, ()),
    Fact.PURCHASE_VALUE: (FieldType.MONEY, ()),
    Fact.OPTION_VALUE: (FieldType.MONEY, ()),
    Fact.HYPOTHESES: (FieldType.ROWS, ("key", "text", "threshold")),
    Fact.SPRINT_STARTS: (FieldType.DATE, ()),
    Fact.SPRINT_ENDS: (FieldType.DATE, ()),
    Fact.HOURS_OFFERED: (FieldType.NUMBER, ()),
    Fact.COMMON_LEARNING: (FieldType.TEXT, ()),
    Fact.DESIGNED_VALUE: (FieldType.MONEY, ()),
    Fact.OUTCOME_STORY: (FieldType.TEXT, ()),
    Fact.VERDICT: (FieldType.TEXT, ()),
    Fact.OFFER: (FieldType.TEXT, ()),
    Fact.REQUIREMENTS: (FieldType.ROWS, ("text", "weight", "evidence")),
    Fact.CATEGORY: (FieldType.CHOICE, ()),
    Fact.PRIZES: (FieldType.ROWS, ("amount",)),
    Fact.LATER_FEES: (FieldType.MONEY, ()),
}


def parse(text: str) -> Method:
    """Read a method document (YAML). Raises DocumentInvalid with line numbers."""
    return read(text, Method, _problems_in)


def _problems_in(method: Method, node: yaml.Node | None) -> Iterator[Problem]:
    places = {
        step.key: ("stages", s, "steps", n)
        for s, stage in enumerate(method.stages)
        for n, step in enumerate(stage.steps)
    }
    if not method.routes:
        yield Problem(line_of(node, ("routes",)), "a method offers at least one route")
    if not method.stages:
        yield Problem(line_of(node, ("stages",)), "a method has at least one stage")
    for s, stage in enumerate(method.stages):
        if not stage.steps:
            yield Problem(line_of(node, ("stages", s)), f"stage '{stage.key}' has no step")
        if stage.key in {other.key for other in method.stages[:s]}:
            yield Problem(line_of(node, ("stages", s, "key")), f"two stages are called '{stage.key}'")
        for n, step in enumerate(stage.steps):
            at = ("stages", s, "steps", n)
            yield from _problems_in_step(step, method, line=lambda *tail, at=at: line_of(node, (*at, *tail)))
            if places[step.key] != at:
                yield Problem(line_of(node, (*places[step.key], "key")), f"two steps are called '{step.key}'")
    yield from (Problem(line_of(node, ("facts", fact.value)), text) for fact, text in _bad_facts(method))
    yield from (Problem(line_of(node, places[key]), text) for key, text in _bad_places(method))
    bad_order = [*_bad_order(method)]
    yield from (Problem(line_of(node, (*places[key], "needs")), text) for key, text in bad_order)
    if not bad_order and places.keys() >= {need for step in method.steps for need in step.needs}:
        yield from (Problem(line_of(node, places.get(key, ("routes",))), text) for key, text in _bad_routes(method))


def _bad_facts(method: Method) -> Iterator[tuple[Fact, str]]:
    """Find facts whose place is no field, or a field that cannot hold what the program reads there."""
    fields = {f"{step.key}.{spec.key}": spec for step in method.steps for spec in step.fields}
    for fact, place in method.facts.items():
        type_, columns = SHAPES[fact]
        spec = fields.get(place)
        if spec is None:
            yield fact, f"fact '{fact.value}' names '{place}', which is no field"
        elif type_ is FieldType.TEXT and spec.type not in (FieldType.TEXT, FieldType.LINE, FieldType.CHOICE):
            yield fact, f"fact '{fact.value}' is a text, and '{place}' is not"
        elif type_ is not FieldType.TEXT and spec.type is not type_:
            yield fact, f"fact '{fact.value}' is of type '{type_.value}', and '{place}' is not"
        elif fact is Fact.CATEGORY and not {o.key for o in spec.options} <= set(Category):
            yield fact, f"fact '{fact.value}' is one of {', '.join(Category)}, and '{place}' offers another"
        elif missing := [key for key in columns if key not in {c.key for c in spec.columns}]:
            yield fact, f"fact '{fact.value}' needs the column '{missing[0]}', which '{place}' lacks"
        elif fact is Fact.PRIZES and any(c.key == "amount" and c.type is not FieldType.MONEY for c in spec.columns):
            yield fact, f"fact '{fact.value}' names amounts of money, and '{place}' has others"


def _bad_places(method: Method) -> Iterator[tuple[str, str]]:
    """Find sources that do not hold, once every step can be reached: they rest on the order of the steps."""
    known = {step.key for step in method.steps}
    if not [*_bad_order(method)] and known >= {need for step in method.steps for need in step.needs}:
        yield from bad_sources(method)


def _bad_routes(method: Method) -> Iterator[tuple[str, str]]:
    """Find what cannot run on a route: what is missing there, what the route does not allow (docs/glossary.md)."""
    for step in method.steps:
        for route in {*step.routes, *(r for spec in step.fields for r in spec.routes)} - {*method.routes}:
            yield step.key, f"'{step.key}' is for route '{route.value}', which the method does not offer"
    for route in method.routes:
        on_route = method.on(route)
        keys = {step.key for step in on_route.steps}
        if not keys:
            yield "", f"route '{route.value}' has no step"
        gates: dict[str, str] = {}
        for step in on_route.steps:
            if step.gate and step.gate.key in gates:
                yield step.key, f"gate {step.gate.key} of '{gates[step.gate.key]}' is also that of '{step.key}'"
            elif step.gate:
                gates[step.gate.key] = step.key
        for step in on_route.steps:
            yield from ((step.key, text) for text in _bad_on_route(on_route, step, route, keys))


def _bad_on_route(method: Method, step: Step, route: Route, keys: set[str]) -> Iterator[str]:
    back = step.gate.returns_to if step.gate else None
    if back is not None and (back not in keys or step.key not in method.resting_on(back)):
        yield f"gate {step.gate.key if step.gate else ''} returns to '{back}', on which '{step.key}' does not rest"
    if step.evaluation and step.evaluation.of not in keys:
        yield f"'{step.key}' scores '{step.evaluation.of}', which is not there on route '{route.value}'"
    elif step.evaluation and step.key not in method.resting_on(step.evaluation.of):
        yield f"'{step.key}' scores '{step.evaluation.of}', and does not wait for it"
    wanted = None if step.solicitation and step.solicitation.invites else step.open_to
    if wanted and not any(given.reaches(wanted) for given in _given_before(method, step)):
        yield f"'{step.key}' is open to '{wanted.value}', and nothing before it makes anybody that"
    if step.sprint is SprintSection.RUN and sum(s.sprint is SprintSection.SET_UP for s in method.needed_by(step)) > 1:
        yield f"'{step.key}' works in two sprint rooms"
    if route.ends_before_purchase and (step.kind == StepKind.AWARD or step.agreement is AgreementKind.CONTRACT):
        yield f"'{step.key}' buys, and route '{route.value}' has no purchase"
    if step.agreement is AgreementKind.CONTRACT and not _is_decided(method, step):
        yield f"'{step.key}' is a contract that neither an award nor a gate by value decides"
    if route is Route.SPRINT_THEN_OPEN and step.kind == StepKind.AWARD:
        yield from _not_open(method, step)


def _is_decided(method: Method, contract: Step) -> bool:
    """Say whether whoever has the authority for its value decides on a contract before it is made."""
    before = [step for layer in method.before(contract.key) for step in layer]
    return method.is_awarded_before(contract.key) or any(step.gate and step.gate.by_value for step in before)


def _given_before(method: Method, step: Step) -> Iterator[Standing]:
    """Yield every standing that the steps before a step give."""
    for layer in method.before(step.key):
        for earlier in layer:
            if earlier.kind == StepKind.AWARD:
                yield Standing.AWARDED
            yield from (part.gives for part in (earlier.solicitation, earlier.evaluation) if part)


def _not_open(method: Method, award: Step) -> Iterator[str]:
    """Find an award that does not follow from an open call which a disclosure came before."""
    for choice in method.chosen_by(award.key):
        call = method.step(choice.evaluation.of) if choice.evaluation else choice
        if call.solicitation and call.solicitation.open_to is not None:
            yield f"on route 'sprint_then_open' everybody may answer '{call.key}'"
        if not any(s.kind == StepKind.DISCLOSURE for layer in method.before(call.key) for s in layer):
            yield f"on route 'sprint_then_open' a disclosure comes before '{call.key}'"


def _problems_in_step(step: Step, method: Method, *, line: Callable[..., int]) -> Iterator[Problem]:
    kinds = {other.key: other.kind for other in method.steps}
    if not is_known(step.kind):
        yield Problem(line("kind"), f"unknown kind {step.kind!r}")
    for name in step.needs:
        if name not in kinds:
            yield Problem(line("needs"), f"'{step.key}' needs '{name}', which no step is called")
    if step.owner not in OWNERS:
        yield Problem(line("owner"), f"'{step.owner.value}' works on no step")
    yield from _problems_in_gate(step.gate, line=line)
    if step.evaluation and kinds.get(step.evaluation.of) != StepKind.SOLICITATION:
        yield Problem(line("evaluation", "of"), f"'{step.evaluation.of}' is no solicitation that could be scored")
    if step.evaluation:
        yield from _problems_in_evaluation(step.key, step.evaluation, method, line=line)
    yield from _problems_in_fields(step, line=line)
    yield from _problems_in_envelopes(step, line=line)


def _problems_in_fields(step: Step, *, line: Callable[..., int]) -> Iterator[Problem]:
    """Find fields of one name, and files that no call asks for."""
    for part in (step.fields, step.answers):
        keys = [spec.key for spec in part]
        for key in {k for k in keys if keys.count(k) > 1}:
            yield Problem(line(), f"two fields of '{step.key}' are called '{key}'")
    asked = step.conversation.answers if step.conversation else ()
    if any(spec.type is FieldType.FILE for spec in (*step.fields, *asked)):
        yield Problem(line(), f"'{step.key}' asks for a file, which only a call does")


def _problems_in_envelopes(step: Step, *, line: Callable[..., int]) -> Iterator[Problem]:
    """Find what cannot lie in its envelope, and what belongs to a call alone in what is written together."""
    if step.solicitation and any(
        spec.envelope not in tuple(Envelope) or (spec.envelope == Envelope.PRICE and spec.type is not FieldType.MONEY)
        for spec in step.solicitation.answers
    ):
        yield Problem(line("solicitation"), f"the price envelope of '{step.key}' may hold amounts only")
    for n, spec in enumerate(step.conversation.answers if step.conversation else ()):
        if spec.envelope != Envelope.TECHNICAL or spec.checked_by:
            where = line("conversation", "answers", n)
            yield Problem(where, f"'{step.key}.{spec.key}' is read as it is written: it has no envelope and no check")


def _problems_in_gate(gate: Gate | None, *, line: Callable[..., int]) -> Iterator[Problem]:
    """Find who decides at a gate and may not: those who score, oversee or administer, and a word that counts twice."""
    if gate and not gate.decided_by and not gate.by_value:
        yield Problem(line("gate"), f"gate {gate.key} has nobody who decides")
    for n, role in enumerate(gate.decided_by if gate else ()):
        where = line("gate", "decided_by", n)
        if role not in DECIDERS:
            yield Problem(where, f"'{role.value}' decides at no gate")
        if gate and role in gate.decided_by[:n]:
            yield Problem(where, f"'{role.value}' decides twice at gate {gate.key}, and would sign once")


def _problems_in_evaluation(
    step: str, spec: EvaluationSpec, method: Method, *, line: Callable[..., int]
) -> Iterator[Problem]:
    if spec.fills_places and Fact.SPRINT_PLACES not in method.facts:
        where = line("evaluation", "fills_places")
        yield Problem(where, f"'{step}' fills the places of a sprint, and no fact says how many there are")
    if spec.places and not _is_number_before(method, spec):
        where = line("evaluation", "places")
        yield Problem(where, f"'{step}' chooses as many as '{spec.places}' says, which is no number that comes before")
    if spec.gives_prizes and Fact.PRIZES not in method.facts:
        where = line("evaluation", "gives_prizes")
        yield Problem(where, f"'{step}' gives prizes, and no fact says which there are")
    call = next((s.solicitation for s in method.steps if s.key == spec.of and s.solicitation), None)
    ranks_by_price = spec.price_weight or spec.price_formula not in WEIGHED
    if ranks_by_price and call and Envelope.PRICE not in call.envelopes:
        where = line("evaluation", "price_weight" if spec.price_weight else "price_formula")
        yield Problem(where, f"the price counts in '{step}', and '{spec.of}' asks for none")
    if not any(c.weight for c in spec.criteria):
        yield Problem(line("evaluation"), f"'{step}' scores nothing")
    for n, criterion in enumerate(spec.criteria):
        if criterion.key in {other.key for other in spec.criteria[:n]}:
            where = line("evaluation", "criteria", n, "key")
            yield Problem(where, f"two criteria of '{step}' are called '{criterion.key}'")


def _is_number_before(method: Method, spec: EvaluationSpec) -> bool:
    """Say whether the places of an evaluation are a required number of a step on which its call rests."""
    head, _, field = spec.places.partition(".")
    said = [f for s in method.steps if s.key == head for f in s.fields if f.key == field]
    is_number = any(f.type is FieldType.NUMBER and f.required for f in said)
    return is_number and any(s.key == spec.of for s in method.steps) and spec.of in _resting_on(method, head)


def _resting_on(method: Method, key: str) -> set[str]:
    """List the steps that rest on a step, also where some wait for each other, which is named elsewhere."""
    found = {key}
    while more := {s.key for s in method.steps if found & {*s.needs}} - found:
        found |= more
    return found - {key}


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
