"""Findings of policy, ready to draw: in the page's language, with what they rest on and what is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mix.data.models import RequirementReason, RuleWaiver
from mix.phrases.words import WORDS, word
from mix.readers.city.policies import find_ruling
from mix.readers.core.actors import PUBLIC, Actor
from mix.readers.core.errors import Unknown
from mix.rules.city.policy.documents import Cite, Figure
from mix.rules.city.policy.explain import Finding, Outcome
from mix.rules.city.policy.facts import FACTS, FactSpec, FactType, FactValue
from mix.rules.city.policy.lint import Hit
from mix.web.drawing.showing import language, money, said

STYLES = {
    Outcome.BLOCKED: "eff--b",
    Outcome.WARNING: "eff--w",
    Outcome.MISSING: "eff--w",
    Outcome.TOLD: "eff--i",
    Outcome.HOLDS: "eff--i",
}


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding: what it says, of which cities, why, from where, how sure; what is unknown, and where it is asked."""

    rule: str
    outcome: str
    style: str
    title: str
    text: str
    layer: str
    cities: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]
    unknown: tuple[tuple[str, str], ...]
    words: tuple[tuple[Hit, RequirementReason | None], ...]
    cites: tuple[Cite, ...]
    status: str
    is_open: bool
    waivable_in: tuple[str, ...]
    waived: bool


def fact_title(name: str) -> str:
    """Return a fact's title in the page's language."""
    return word("fact", name, language())


def fact_value(name: str, value: FactValue) -> str:
    """Write a fact's value in the page's language."""
    spec = FACTS[name]
    if spec.type is FactType.FLAG:
        return _("yes") if value else _("no")
    if spec.type is FactType.CENTS:
        return money(int(value))
    return _word(spec, name, str(value)) if spec.type is FactType.WORD else str(value)


def _word(spec: FactSpec, name: str, value: str) -> str:
    return word(name, value, language()) if spec.words and name in WORDS else value


def view_findings(
    findings: Iterable[Finding],
    *,
    figures: Mapping[str, Figure],
    names: Mapping[str, str],
    hits: Sequence[Hit] = (),
    given: Mapping[str, RequirementReason] | None = None,
    actor: Actor = PUBLIC,
    asked_at: Mapping[str, str] | None = None,
) -> list[FindingView]:
    """Make findings ready to draw, each with the cities in which the actor may set its rule aside.

    `asked_at` are the addresses at which facts are asked for, by name.

    `names` are the cities' by code; a single one is not named. `given` are the reasons why words stay, by mark.
    """
    views, reasons_for = [], given or {}
    for finding in findings:
        rule = finding.rule
        reasons = [(fact_title(n), fact_value(n, v)) for n, v in finding.judged.items()]
        reasons += [(figures[n].title.in_(language()), money(v)) for n, v in finding.figures.items()]
        is_missed = finding.outcome in (Outcome.BLOCKED, Outcome.WARNING)
        found = [(h, reasons_for.get(h.mark)) for h in hits if is_missed and h.excludes.value in finding.judged]
        waivable = (
            tuple(c for c in finding.cities if rule.waiver.by in actor.roles_at(c))
            if rule.waiver and is_missed and not finding.waived
            else ()
        )
        views.append(
            FindingView(
                rule=rule.id,
                outcome=word("policy_outcome", finding.outcome, language()),
                style=STYLES[finding.outcome],
                title=said(rule.title),
                text=said(rule.text),
                layer=word("policy_layer", finding.layer, language()),
                cities=tuple(names[c] for c in finding.cities) if len(names) > 1 else (),
                reasons=tuple(reasons),
                unknown=tuple(
                    (fact_title(n) if n in FACTS else figures[n].title.in_(language()), (asked_at or {}).get(n, ""))
                    for n in finding.unknown
                ),
                words=tuple(found),
                cites=finding.cites,
                status=word("policy_status", finding.status, language()),
                is_open=finding.outcome in (Outcome.BLOCKED, Outcome.WARNING, Outcome.MISSING),
                waivable_in=waivable,
                waived=finding.waived,
            )
        )
    return views


def waiver_title(waiver: RuleWaiver) -> str:
    """Return what a rule that was set aside is called and asks for; its id when it is no longer known."""
    try:
        rule = find_ruling(waiver.municipality, waiver.rule)
    except Unknown:
        return waiver.rule
    return f"{rule.title.in_(language())}. {rule.text.in_(language())}"
