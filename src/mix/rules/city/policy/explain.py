"""What rules say about a challenge on a day: for each city what applies, what holds, what is missed, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from mix.rules.city.policy.documents import (
    Cite,
    Effect,
    Figure,
    Layer,
    Moment,
    PolicyDocument,
    Rule,
    Status,
    Value,
    compiled,
)
from mix.rules.city.policy.expressions import Expression, Record
from mix.rules.city.policy.facts import FACTS, Category, FactValue


class Outcome(StrEnum):
    """What a finding says, the gravest first."""

    BLOCKED = "blocked"
    WARNING = "warning"
    MISSING = "missing"
    TOLD = "told"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's word about one challenge.

    `cities` are the codes of those whose rule it is; `unknown` names the facts that it waits for; `judged` those that
    it judged, with their values; `status` is the weaker of the rule's and of the figures that it rests on.
    """

    rule: Rule
    layer: Layer
    cities: tuple[str, ...]
    outcome: Outcome
    status: Status
    cites: tuple[Cite, ...]
    judged: Mapping[str, FactValue] = field(default_factory=dict)
    figures: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    waived: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule with its conditions compiled, in its document."""

    rule: Rule
    layer: Layer
    municipality: str
    when: Expression
    needs: Expression | None
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Documents, compiled once: rules in the order of their layers, and every figure by name."""

    rules: tuple[Ready, ...]
    dated: tuple[Figure, ...]
    figures: frozenset[str]


def prepare(documents: Iterable[PolicyDocument]) -> Ruleset:
    """Compile documents. Raises ExpressionWrong; `problems_among` says what else is wrong with them."""
    documents = list(documents)
    figures = [figure for document in documents for figure in document.figures]
    names = frozenset(figure.name for figure in figures)
    ready = []
    for document in documents:
        for rule in document.rules:
            when, needs = compiled(rule, names)
            used = when.names | (needs.names if needs else frozenset())
            own = tuple(sorted(used & names))
            ready.append(Ready(rule, document.layer, document.municipality, when, needs, own))
    order = list(Layer)
    return Ruleset(tuple(sorted(ready, key=lambda r: order.index(r.layer))), tuple(figures), names)


def explain(
    ruleset: Ruleset,
    facts: Mapping[str, Mapping[str, FactValue]],
    *,
    on: date,
    at: Moment | None = None,
    confirmed: Mapping[str, frozenset[str]] | None = None,
    waived: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Finding, ...]:
    """Judge a challenge on its governing date: facts by the code of each city; `at` narrows to one moment.

    The rules of every city apply. A rule of everybody's is judged for each city and told once where they agree.
    `confirmed` names, by city, rules that two of its people confirmed; `waived` pairs of city and rule set aside.
    """
    inputs = _Inputs(on, at, confirmed or {}, waived)
    merged: dict[tuple[str, Outcome, Status], Finding] = {}
    for city, own in facts.items():
        for finding in _of_city(ruleset, city, own, inputs=inputs):
            key = (finding.rule.id, finding.outcome, finding.status)
            before = merged.get(key)
            same = before is not None and before.judged == finding.judged and before.waived == finding.waived
            if before and same:
                finding = replace(finding, cities=(*before.cities, city))  # noqa: PLW2901 - the same finding, of more cities
            elif before:
                key = (f"{finding.rule.id} {city}", *key[1:])
            merged[key] = finding
    gravity = list(Outcome)
    return tuple(sorted(merged.values(), key=lambda f: gravity.index(f.outcome)))


@dataclass(frozen=True, slots=True)
class _Inputs:
    on: date
    at: Moment | None
    confirmed: Mapping[str, frozenset[str]]
    waived: frozenset[tuple[str, str]]
    known: dict[tuple[object, ...], bool | int | None] = field(default_factory=dict)


def _of_city(ruleset: Ruleset, city: str, own: Mapping[str, FactValue], *, inputs: _Inputs) -> list[Finding]:
    category = own.get("category")
    in_force = {f.name: v for f in ruleset.dated if (v := f.on(inputs.on, category))}
    values = {**own, **{name: v.value for name, v in in_force.items()}}
    record = Record(values, figures=ruleset.figures, known=inputs.known)
    found: list[tuple[Ready, bool, bool | int | None]] = []
    dropped: set[str] = set()
    for ready in ruleset.rules:
        rule = ready.rule
        if (
            (inputs.at and inputs.at not in rule.at)
            or ready.municipality not in ("", city)
            or not rule.is_in_force(inputs.on)
        ):
            continue
        applies = ready.when.value(record)
        if applies is False:
            continue
        if applies:
            dropped.update(rule.overrides)
        holds = ready.needs.value(record) if ready.needs and applies else None
        found.append((ready, bool(applies), holds))
    asked = _waiting_for_category(ruleset, in_force, on=inputs.on) if category is None else frozenset()
    findings = (
        _finding(ready, city, applies=applies, holds=holds, values=values, in_force=in_force, inputs=inputs)
        for ready, applies, holds in found
        if ready.rule.id not in dropped
    )
    return [_naming_category(finding, asked) for finding in findings]


def _waiting_for_category(ruleset: Ruleset, in_force: Mapping[str, Value], *, on: date) -> frozenset[str]:
    """Return the figures that are not known for want of one answer: what is bought."""
    return frozenset(f.name for f in ruleset.dated if f.name not in in_force and any(f.on(on, c) for c in Category))


def _naming_category(finding: Finding, figures: frozenset[str]) -> Finding:
    """Name what is bought as what a finding waits for, in place of the figures that rest on it."""
    names = dict.fromkeys("category" if name in figures else name for name in finding.unknown)
    return replace(finding, unknown=tuple(names))


def _finding(
    ready: Ready,
    city: str,
    *,
    applies: bool,
    holds: bool | int | None,
    values: Mapping[str, FactValue],
    in_force: Mapping[str, Value],
    inputs: _Inputs,
) -> Finding:
    rule = ready.rule
    figures = {name: in_force[name] for name in ready.figures if name in in_force}
    is_confirmed = rule.id in inputs.confirmed.get(city, ())
    status = Status.VERIFIED if is_confirmed else _weakest([rule.status, *(v.status for v in figures.values())])
    names = ready.when.names if not applies else ready.when.names | (ready.needs.names if ready.needs else frozenset())
    facts = sorted(names & FACTS.keys())
    waived = (city, rule.id) in inputs.waived
    if not applies or (ready.needs and holds is None):
        outcome = Outcome.MISSING
    elif ready.needs is None:
        outcome = Outcome.TOLD
    elif holds:
        outcome = Outcome.HOLDS
    elif rule.effect is Effect.BLOCK and status is Status.VERIFIED and not waived:
        outcome = Outcome.BLOCKED
    else:
        outcome = Outcome.WARNING
    missing = [name for name in (*facts, *ready.figures) if name not in values]
    return Finding(
        rule,
        ready.layer,
        (city,),
        outcome,
        status,
        (*rule.cites, *(c for v in figures.values() for c in v.cites)),
        {name: values[name] for name in facts if name in values},
        {name: v.value for name, v in figures.items()},
        tuple(missing) if outcome is Outcome.MISSING else (),
        waived,
    )


class Change(StrEnum):
    """How a rule differs between two days."""

    BEGAN = "began"
    CHANGED = "changed"
    ENDED = "ended"


def changes(before: Iterable[Finding], after: Iterable[Finding]) -> tuple[tuple[Change, Finding], ...]:
    """Say which rules began, changed in words, condition or figures, or ended, between two days of the same facts."""
    old, new = ({(f.rule.id, f.cities): f for f in findings} for findings in (before, after))
    found = [
        (Change.CHANGED if key in old else Change.BEGAN, f) for key, f in new.items() if _asks(old.get(key)) != _asks(f)
    ]
    return (*found, *((Change.ENDED, f) for key, f in old.items() if key not in new))


def _asks(finding: Finding | None) -> tuple[object, ...] | None:
    if finding is None:
        return None
    return finding.rule.text, finding.rule.when, finding.rule.needs, tuple(sorted(finding.figures.items()))


def _weakest(statuses: Sequence[Status]) -> Status:
    order = list(Status)
    return max(statuses, key=order.index)
