"""Rules of policy as data: dated, cited, with how sure they are; and what may be wrong with a document of them.

A document belongs to one layer. `figures` are dated amounts (thresholds) that its conditions name; a rule is never
surer than the figures it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import yaml
from pydantic import Field, model_validator

from mix.rules.city.policy.expressions import Expression, ExpressionWrong, compile_expression
from mix.rules.city.policy.facts import FACTS, Category, FactType
from mix.rules.core.access import Role
from mix.rules.core.catalogue import Part, Problem, line_of, read
from mix.rules.core.fields import MAX_CENTS, Bilingual

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=80)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]


class Layer(StrEnum):
    """Where a rule comes from, the highest first."""

    TRADE_AGREEMENT = "trade_agreement"
    PROVINCE = "province"
    BYLAW = "bylaw"
    FUNDING = "funding"
    DOCUMENT_FORM = "document_form"
    GOOD_PRACTICE = "good_practice"


class Status(StrEnum):
    """How sure a rule is, the surest first. Only what is verified blocks."""

    VERIFIED = "verified"
    DERIVED = "derived"
    UNVERIFIED = "unverified"


class Effect(StrEnum):
    """What a rule does where it is not kept: stop the act, warn, or only tell."""

    BLOCK = "block"
    WARN = "warn"
    INFORM = "inform"


class Moment(StrEnum):
    """When a rule is looked at, in the order of a challenge."""

    COMMISSIONING = "commissioning"
    PUBLICATION = "publication"
    EVALUATION = "evaluation"
    SPRINT = "sprint"
    AWARD = "award"
    DELIVERY = "delivery"


class Cite(Part):
    """Where a rule stands: the article; and the page on which it was read, if it was, and by which day."""

    text: str = Field(min_length=1)
    url: str = Field(default="", pattern=r"^(https://\S+)?$")
    read_on: date | None = None

    @property
    def was_read(self) -> bool:
        """Say whether somebody can open what was read, and knows when it was."""
        return bool(self.url) and self.read_on is not None


class Waiver(Part):
    """Who may set a rule aside for one challenge, and whether a second person must agree."""

    by: Role
    second: bool = False


class Value(Part):
    """A figure's value in a span of days, both included; without an end it runs on. Amounts are cents."""

    valid_from: date
    valid_to: date | None = None
    value: int = Field(ge=0, le=MAX_CENTS)
    status: Status
    cites: tuple[Cite, ...] = Field(min_length=1)


class Figure(Part):
    """A dated amount or number that conditions name; for some categories only, where it differs by them."""

    name: Name
    categories: tuple[Category, ...] = tuple(Category)
    title: Bilingual
    unit: FactType = FactType.CENTS
    values: tuple[Value, ...] = Field(min_length=1)

    def on(self, day: date, category: object) -> Value | None:
        """Return the value that is in force on a day for a category; None where there is none."""
        if category not in self.categories and len(self.categories) < len(Category):
            return None
        return next((v for v in self.values if v.valid_from <= day <= (v.valid_to or date.max)), None)


class Rule(Part):
    """One rule. `when` says whether it applies, `needs` what must then hold; without `needs` it only tells.

    `overrides` names rules that it replaces where both apply.
    """

    id: Id
    at: tuple[Moment, ...] = Field(min_length=1)
    when: str = "true"
    needs: str = ""
    effect: Effect
    title: Bilingual
    text: Bilingual
    cites: tuple[Cite, ...] = Field(min_length=1)
    valid_from: date
    valid_to: date | None = None
    status: Status
    waiver: Waiver | None = None
    overrides: tuple[Id, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Rule:
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("ends before it begins")
        if self.effect is not Effect.INFORM and not self.needs:
            raise ValueError("a rule that warns or blocks says what it needs")
        return self

    def is_in_force(self, day: date) -> bool:
        """Say whether the rule is in force on a day."""
        return self.valid_from <= day <= (self.valid_to or date.max)


class PolicyDocument(Part):
    """Rules of one layer. `municipality` is the code of the city whose rules they are, empty for everybody's."""

    layer: Layer
    title: Bilingual
    municipality: str = ""
    figures: tuple[Figure, ...] = ()
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _belongs_somewhere(self) -> PolicyDocument:
        if (self.layer is Layer.BYLAW) != bool(self.municipality):
            raise ValueError("a by-law, and nothing else, names its municipality")
        return self


def compiled(rule: Rule, figures: frozenset[str]) -> tuple[Expression, Expression | None]:
    """Return the conditions of a rule, compiled. Raises ExpressionWrong."""
    when = compile_expression(rule.when, wants=FactType.FLAG, figures=figures)
    needs = compile_expression(rule.needs, wants=FactType.FLAG, figures=figures) if rule.needs else None
    return when, needs


def parse_policy(text: str) -> PolicyDocument:
    """Read one document (YAML). Raises DocumentInvalid with line numbers."""
    return read(text, PolicyDocument, _problems_in)


def _problems_in(document: PolicyDocument, node: yaml.Node | None) -> Iterator[Problem]:
    names = frozenset(f.name for f in document.figures)
    for n, figure in enumerate(document.figures):
        at = ("figures", n)
        twins = [f for f in document.figures if f.name == figure.name and set(f.categories) & set(figure.categories)]
        if figure.name in FACTS or len(twins) > 1:
            yield Problem(line_of(node, (*at, "name")), f"'{figure.name}' is called twice")
        yield from (Problem(line_of(node, (*at, "values", v)), text) for v, text in _bad_spans(figure))
        for v, value in enumerate(figure.values):
            if not _stands_on_a_source(value):
                yield Problem(line_of(node, (*at, "values", v, "status")), f"{figure.name}: {_UNREAD}")
    for n, rule in enumerate(document.rules):
        at = ("rules", n)
        if [r.id for r in document.rules].count(rule.id) > 1:
            yield Problem(line_of(node, (*at, "id")), f"two rules are called '{rule.id}'")
        if not _stands_on_a_source(rule):
            yield Problem(line_of(node, (*at, "status")), f"{rule.id}: {_UNREAD}")
        for field in ("when", "needs"):
            text = getattr(rule, field)
            try:
                compile_expression(text or "true", wants=FactType.FLAG, figures=names)
            except ExpressionWrong as error:
                yield Problem(line_of(node, (*at, field)), f"{rule.id}: {error}")


_UNREAD = "what is verified names the page on which it was read (url), and the day (read_on)"


def _stands_on_a_source(row: Rule | Value) -> bool:
    return row.status is not Status.VERIFIED or any(cite.was_read for cite in row.cites)


def _bad_spans(figure: Figure) -> Iterator[tuple[int, str]]:
    """Find spans that end before they begin, and spans that overlap or leave a gap."""
    for n, value in enumerate(figure.values):
        if value.valid_to and value.valid_to < value.valid_from:
            yield n, f"{figure.name}: ends before it begins"
    ordered = sorted(enumerate(figure.values), key=lambda pair: pair[1].valid_from)
    for (_, before), (n, after) in pairwise(ordered):
        if before.valid_to is None or after.valid_from <= before.valid_to:
            yield n, f"{figure.name}: two values are in force on {after.valid_from}"
        elif after.valid_from > before.valid_to + timedelta(days=1):
            yield n, f"{figure.name}: no value between {before.valid_to} and {after.valid_from}"


def problems_among(documents: Iterable[PolicyDocument]) -> Iterator[str]:
    """Find what is wrong between documents: names given twice, overrides of nothing, overrides in a circle."""
    documents = list(documents)
    rules = [rule for document in documents for rule in document.rules]
    ids = [rule.id for rule in rules]
    yield from (f"two rules are called '{one}'" for one in sorted({i for i in ids if ids.count(i) > 1}))
    names = [name for document in documents for name in {figure.name for figure in document.figures}]
    yield from (f"two figures are called '{one}'" for one in sorted({n for n in names if names.count(n) > 1}))
    edges = {rule.id: set(rule.overrides) for rule in rules}
    for rule in rules:
        yield from (f"'{rule.id}' overrides '{o}', which is no rule" for o in rule.overrides if o not in edges)
        if _reaches(rule.id, edges):
            yield f"'{rule.id}' overrides itself in a circle"


def _reaches(start: str, edges: dict[str, set[str]]) -> bool:
    todo, seen = list(edges[start]), set()
    while todo:
        one = todo.pop()
        if one == start:
            return True
        if one not in seen:
            seen.add(one)
            todo.extend(edges.get(one, ()))
    return False
