"""Keeping what policy said when a word was given at a gate: called inside the verb that keeps the word."""

from __future__ import annotations

from mix.data.models import GateSignature, Judgement, RuleText, RuleWaiver
from mix.readers.city.policies import digest_of
from mix.readers.flow.findings import Judged, is_in_effect, list_waivers
from mix.rules.city.policy.explain import Finding
from mix.rules.city.policy.judgements import JudgedCite, JudgedRule, JudgedRules, SetAside


def keep_judgement(signature: GateSignature, judged: Judged) -> Judgement:
    """Keep what was judged beside the word, and the text of each rule that was not kept before."""
    waivers = [w for w in list_waivers(signature.step.challenge) if is_in_effect(w)]
    texts = {digest_of(f.rule): f.rule for f in judged.findings}
    known = set(RuleText.objects.filter(digest__in=texts).values_list("digest", flat=True))
    for digest, rule in texts.items():
        if digest not in known:
            RuleText.objects.get_or_create(digest=digest, defaults={"text": rule.model_dump(mode="json")})
    rules = tuple(_judged(finding, waivers) for finding in judged.findings)
    said = JudgedRules(on=judged.on.isoformat(), rules=rules)
    return Judgement.objects.create(signature=signature, said=said.write())


def _judged(finding: Finding, waivers: list[RuleWaiver]) -> JudgedRule:
    own = [w for w in waivers if w.rule == finding.rule.id and w.municipality.code in finding.cities]
    return JudgedRule(
        rule=finding.rule.id,
        digest=digest_of(finding.rule),
        layer=finding.layer,
        cities=finding.cities,
        outcome=finding.outcome,
        status=finding.status,
        cites=tuple(JudgedCite(c.text, c.url, c.read_on.isoformat() if c.read_on else "") for c in finding.cites),
        facts=dict(finding.judged),
        figures=dict(finding.figures),
        unknown=finding.unknown,
        set_aside=tuple(
            SetAside(
                city=w.municipality.code,
                by=w.asked_by.code,
                reason=w.reason,
                at=w.asked_at,
                agreed_by=w.agreed_by.code if w.agreed_by else "",
            )
            for w in (own if finding.waived else ())
        ),
    )
