"""What policy said at the gates of a challenge, ready to draw: in the words that the rules then had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from mix.data.models import Challenge, GateSignature, Judgement
from mix.phrases.words import word
from mix.readers.case.challenges import list_cities
from mix.readers.city.people import names_of
from mix.readers.city.policies import figures_by_name
from mix.readers.flow.judgements import last_at_gates, list_judgements, texts_of
from mix.rules.city.policy.documents import Cite, Rule
from mix.rules.city.policy.explain import Finding, Outcome
from mix.rules.city.policy.facts import FACTS
from mix.rules.city.policy.judgements import JudgedRule, JudgedRules, SetAside
from mix.web.drawing.findings import FindingView, view_findings
from mix.web.drawing.showing import in_language, language


@dataclass(frozen=True, slots=True)
class JudgementView:
    """What policy said at the last word of a gate's round: how many rules had which outcome, and each that is shown."""

    word: GateSignature
    on: date
    counts: Sequence[tuple[str, int]]
    rules: Sequence[tuple[FindingView, Sequence[tuple[SetAside, str, str]]]]


def count_judgements(challenge: Challenge) -> list[JudgementView]:
    """Return how many rules had which outcome at each gate, and none of them."""
    return [_view(judgement, judgement.judged, []) for judgement in last_at_gates(list_judgements(challenge))]


def view_judgements(challenge: Challenge) -> list[JudgementView]:
    """Return what was judged at each gate; who set a rule aside by name, and who agreed."""
    judgements = last_at_gates(list_judgements(challenge))
    texts, figures = texts_of(judgements), figures_by_name()
    asides = [a for j in judgements for rule in j.judged.rules for a in rule.set_aside]
    people = names_of({code for a in asides for code in (a.by, a.agreed_by) if code}) if asides else {}
    names = {c.code: in_language(c, "name") for c in list_cities(challenge)} if judgements else {}
    found = []
    for judgement in judgements:
        judged = judgement.judged
        cities = {code: names.get(code, code) for rule in judged.rules for code in rule.cities}
        findings = [_finding(rule, texts[rule.digest], known=figures.keys()) for rule in judged.rules]
        views = view_findings(findings, figures=figures, names=cities)
        rules = [
            (view, [(a, people.get(a.by, a.by), people.get(a.agreed_by, a.agreed_by)) for a in rule.set_aside])
            for view, rule in zip(views, judged.rules, strict=True)
        ]
        found.append(_view(judgement, judged, rules))
    return found


def _view(
    judgement: Judgement, judged: JudgedRules, rules: Sequence[tuple[FindingView, Sequence[tuple[SetAside, str, str]]]]
) -> JudgementView:
    counted = Counter(rule.outcome for rule in judged.rules)
    return JudgementView(
        word=judgement.signature,
        on=date.fromisoformat(judged.on),
        counts=[(word("policy_outcome", o, language()), counted[o]) for o in Outcome if counted[o]],
        rules=rules,
    )


def _finding(rule: JudgedRule, text: Rule, *, known: Collection[str]) -> Finding:
    """Return a finding as it was; facts and figures that this program no longer knows are left out."""
    return Finding(
        rule=text,
        layer=rule.layer,
        cities=rule.cities,
        outcome=rule.outcome,
        status=rule.status,
        cites=tuple(
            Cite(text=c.text, url=c.url, read_on=date.fromisoformat(c.read_on) if c.read_on else None)
            for c in rule.cites
        ),
        judged={name: value for name, value in rule.facts.items() if name in FACTS},
        figures={name: value for name, value in rule.figures.items() if name in known},
        unknown=tuple(name for name in rule.unknown if name in FACTS or name in known),
        waived=bool(rule.set_aside),
    )
