"""What rules lead to together: how long a call must stay open and why, and rules that no call can keep at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product

from mix.rules.city.policy.documents import Layer, Moment, Rule
from mix.rules.city.policy.explain import Finding, Outcome, Ready, Ruleset, explain
from mix.rules.city.policy.expressions import Record
from mix.rules.city.policy.facts import FACTS, FactType, FactValue
from mix.rules.core.fields import MAX_CENTS

LONGEST = 400  # days; no rule asks for more
MOST_SHARED = 3  # facts of a pair of rules that are tried together

Cities = Mapping[str, Mapping[str, FactValue]]


@dataclass(frozen=True, slots=True)
class Reduction:
    """How long it would be if one flag were otherwise."""

    fact: str
    value: bool
    days: int


@dataclass(frozen=True, slots=True)
class Period:
    """The least number of days from notice to closing, the rules that ask for the last of them, and what changes it."""

    days: int
    reasons: tuple[Finding, ...]
    reductions: tuple[Reduction, ...]


def least_days(ruleset: Ruleset, facts: Cities, *, on: date) -> Period:
    """Return how long a call must stay open by the rules of every city, on its governing day.

    Rules that wait for an unknown fact do not count. Where a rule cannot be kept in any time, the longest is returned.
    """
    own = replace(ruleset, rules=tuple(r for r in ruleset.rules if r.needs and "days_open" in r.needs.names))
    days = _least(own, facts, on=on)
    reasons = _missed(own, facts, on=on, days=days - 1) if days else ()
    asking = {f.rule.id for f in reasons}
    named = {n for r in own.rules if r.needs and r.rule.id in asking for n in r.needs.names & FACTS.keys()}
    flags = {n for n in named if FACTS[n].type is FactType.FLAG and any(n in f.judged for f in reasons)}
    reductions = []
    for flag in sorted(flags):
        value = not next(f.judged[flag] for f in reasons if flag in f.judged)
        turned = {city: {**known, flag: value} for city, known in facts.items()}
        if (other := _least(own, turned, on=on)) != days:
            reductions.append(Reduction(flag, value, other))
    return Period(days, reasons, tuple(reductions))


def _missed(own: Ruleset, facts: Cities, *, on: date, days: int) -> tuple[Finding, ...]:
    known = {city: {**values, "days_open": max(days, 0)} for city, values in facts.items()}
    found = explain(own, known, on=on, at=Moment.PUBLICATION)
    return tuple(f for f in found if f.outcome in (Outcome.BLOCKED, Outcome.WARNING))


def _least(own: Ruleset, facts: Cities, *, on: date) -> int:
    low, high = 0, LONGEST
    while low < high:
        middle = (low + high) // 2
        if _missed(own, facts, on=on, days=middle):
            low = middle + 1
        else:
            high = middle
    return low


@dataclass(frozen=True, slots=True)
class Side:
    """One rule of a contradiction, and the city whose rule it is; empty for everybody's."""

    rule: Rule
    layer: Layer
    municipality: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two rules that apply and cannot both be kept, whatever the facts that both name are."""

    first: Side
    second: Side
    facts: tuple[str, ...]

    @property
    def prevails(self) -> Side | None:
        """The side of the higher layer; None where neither stands above the other."""
        order = list(Layer)
        if self.first.layer is self.second.layer:
            return None
        return min(self.first, self.second, key=lambda side: order.index(side.layer))


@dataclass(frozen=True, slots=True)
class _Asking:
    ready: Ready
    city: str  # whose facts it is judged by
    values: Mapping[str, FactValue]


def contradictions(ruleset: Ruleset, facts: Cities, *, on: date, at: Moment | None = None) -> tuple[Contradiction, ...]:
    """Find the pairs of rules that apply and that no value of the facts which both name would keep together.

    Each of the two can be kept alone. A rule that waits for an unknown fact contradicts nothing.
    """
    asking = list(_asking(ruleset, facts, on=on, at=at))
    found: dict[frozenset[str], Contradiction] = {}
    for one, other in combinations(asking, 2):
        key = frozenset({one.ready.rule.id, other.ready.rule.id})
        if len(key) == 1 or key in found:
            continue
        if shared := _cannot_both(one, other, figures=ruleset.figures):
            sides = [Side(a.ready.rule, a.ready.layer, a.ready.municipality) for a in (one, other)]
            found[key] = Contradiction(sides[0], sides[1], shared)
    return tuple(found.values())


def _asking(ruleset: Ruleset, facts: Cities, *, on: date, at: Moment | None) -> Iterator[_Asking]:
    """Yield, for each city, the rules that apply to it and ask for something; not those that another overrides."""
    for city, own in facts.items():
        in_force = {f.name: v.value for f in ruleset.dated if (v := f.on(on, own.get("category")))}
        values = {**own, **in_force}
        record = Record(values, figures=ruleset.figures)
        applying = [
            ready
            for ready in ruleset.rules
            if ready.municipality in ("", city)
            and ready.rule.is_in_force(on)
            and (at is None or at in ready.rule.at)
            and ready.when.value(record) is True
        ]
        dropped = {o for ready in applying for o in ready.rule.overrides}
        yield from (_Asking(r, city, values) for r in applying if r.needs and r.rule.id not in dropped)


def _cannot_both(one: _Asking, other: _Asking, *, figures: frozenset[str]) -> tuple[str, ...]:
    """Return the shared facts whose every value breaks one of two rules; nothing where some value keeps both."""
    first, second = one.ready.needs, other.ready.needs
    if first is None or second is None or first.text == second.text:
        return ()
    shared = sorted(first.names & second.names & FACTS.keys())
    if not shared or len(shared) > MOST_SHARED:
        return ()
    alone = [False, False]
    for chosen in product(*(_domain(name, one, other) for name in shared)):
        assigned = dict(zip(shared, chosen, strict=True))
        kept = [
            needs.value(Record({**side.values, **assigned}, figures=figures)) is not False
            for needs, side in ((first, one), (second, other))
        ]
        if all(kept):
            return ()
        alone = [a or k for a, k in zip(alone, kept, strict=True)]
    return tuple(shared) if all(alone) else ()


def _domain(name: str, one: _Asking, other: _Asking) -> list[FactValue]:
    """List the values of a fact between which two conditions can tell."""
    spec = FACTS[name]
    if spec.type is FactType.FLAG:
        return [True, False]
    if spec.type is FactType.WORD:
        return list(spec.words)
    numbers = {0, MAX_CENTS}
    for side in (one, other):
        needs = side.ready.needs
        named = [side.values[n] for n in needs.names if n not in FACTS and n in side.values] if needs else []
        written = re.findall(r"\d+", needs.text) if needs else []
        numbers |= {n + step for n in map(int, [*written, *named]) for step in (-1, 0, 1)}
    return sorted(n for n in numbers if 0 <= n <= MAX_CENTS)
