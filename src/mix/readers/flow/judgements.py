"""What policy said at each gate when a word was given there, in the words that the rules then had."""

from __future__ import annotations

from collections.abc import Iterable

from mix.data.models import Challenge, Judgement, RuleText
from mix.readers.flow.moves import list_decisions
from mix.rules.city.policy.documents import Rule


def list_judgements(challenge: Challenge) -> list[Judgement]:
    """List what policy said at the words given at the gates of a challenge, oldest first."""
    words = {word.pk: word for word in list_decisions(challenge)}
    found = list(Judgement.objects.filter(signature__in=words).order_by("id"))
    for judgement in found:
        judgement.signature = words[judgement.signature_id]
    order = list(words)
    return sorted(found, key=lambda j: order.index(j.signature_id))


def last_at_gates(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return, of each round of each gate, what was judged at its last word."""
    return list({(j.signature.gate, j.signature.round): j for j in judgements}.values())


def texts_of(judgements: Iterable[Judgement]) -> dict[str, Rule]:
    """Return the rules that were judged, as they then were, by the digest of their text. One query."""
    digests = {rule.digest for judgement in judgements for rule in judgement.judged.rules}
    rows = RuleText.objects.filter(digest__in=digests).values_list("digest", "text")
    return {digest: Rule.model_validate(text) for digest, text in rows}
