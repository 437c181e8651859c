"""What the bundle of a case says of the rules: which governed, what each said at which gate, what was set aside."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from mix.data.models import Challenge, Judgement, Solicitation
from mix.readers.case.challenges import list_cities
from mix.readers.city.policies import in_force, list_bylaws
from mix.readers.flow.findings import find_purchase, governing_day, is_in_effect, list_reasons, list_waivers
from mix.readers.flow.judgements import list_judgements, texts_of


def policy_of(challenge: Challenge) -> dict[str, Any]:
    """Return the day whose rules governed, the by-laws in force then, each rule as it was judged, and in which words.

    `rules` holds their texts by digest, in both languages; `judged` what each said when a word was given at a gate.
    """
    first = Solicitation.objects.filter(step__challenge=challenge, published_at__isnull=False)
    on = governing_day(challenge, now=challenge.commissioned_at) if first.exists() else None
    tables = {c.code: in_force(list_bylaws(c), on) for c in list_cities(challenge)} if on else {}
    purchase, judgements = find_purchase(challenge), list_judgements(challenge)
    return {
        "governed_by_the_rules_of": on.isoformat() if on else None,
        "purchase": {
            "category": purchase.category,
            "competition": purchase.competition,
            "limited_ground": purchase.limited_ground,
            "circumstances": purchase.circumstances,
        }
        if purchase
        else None,
        "requirements_kept": [
            {"words": r.words, "reason": r.reason, "by": r.given_by.code, "at": r.given_at.isoformat()}
            for r in list_reasons(challenge)
        ],
        "by_laws": {code: {"version": b.number, "table": b.table} for code, b in tables.items() if b},
        "rules": {digest: rule.model_dump(mode="json") for digest, rule in texts_of(judgements).items()},
        "judged": [_judged(judgement) for judgement in judgements],
        "set_aside": [
            {
                "city": w.municipality.code,
                "rule": w.rule,
                "reason": w.reason,
                "by": w.asked_by.code,
                "at": w.asked_at.isoformat(),
                "agreed_by": w.agreed_by.code if w.agreed_by else None,
                "in_effect": is_in_effect(w),
            }
            for w in list_waivers(challenge)
        ],
    }


def _judged(judgement: Judgement) -> dict[str, Any]:
    word = judgement.signature
    return {
        "gate": word.gate,
        "round": word.round,
        "city": word.city.code,
        "role": word.role,
        "at": word.signed_at.astimezone(UTC).isoformat(),
        "said": judgement.said,
    }
