"""What policy said at a gate, as it is kept: each rule by the digest of its text, its outcome, and who set it aside."""

from __future__ import annotations

from dataclasses import dataclass

from mix.rules.city.policy.documents import Layer, Status
from mix.rules.city.policy.explain import Outcome
from mix.rules.city.policy.facts import FactValue
from mix.rules.core.versioned import Form, Instant, Versioned


@dataclass(frozen=True, slots=True)
class JudgedCite(Form):
    """Where a rule, or a figure that it rests on, stands; `read_on` is a day, empty where nobody said one."""

    text: str
    url: str
    read_on: str


@dataclass(frozen=True, slots=True)
class SetAside(Form):
    """That a city set a rule aside: who (codes of people), why, when, and the second person where one was asked."""

    city: str
    by: str
    reason: str
    at: Instant
    agreed_by: str


@dataclass(frozen=True, slots=True)
class JudgedRule(Form):
    """One rule's word: `digest` is that of its text (`RuleText`), the rest as in `explain.Finding`."""

    rule: str
    digest: str
    layer: Layer
    cities: tuple[str, ...]
    outcome: Outcome
    status: Status
    cites: tuple[JudgedCite, ...]
    facts: dict[str, FactValue]
    figures: dict[str, int]
    unknown: tuple[str, ...]
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class JudgedRules(Versioned):
    """What policy said of a step when a word was given at its gate, by the rules of the day `on` (ISO)."""

    on: str
    rules: tuple[JudgedRule, ...]
