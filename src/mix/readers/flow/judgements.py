"""What policy said at each gate when a word was given there, in the words that the rules then had."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Judgement, RuleText
from mix.readers.flow.moves import list_decisions
from mix.rules.city.policy.documents import Rule


def list_judgements(challenge: Challenge) -> list[Judgement]:
    """List what policy said at the words given at the gates of a challenge, oldest first."""
    words = {word.pk: word for word in list_decisions(challenge)}
    found = {judgement.signature_id: judgement for judgement in _judgements(challenge)}
    for pk, judgement in found.items():
        judgement.signature = words[pk]
    return [found[pk] for pk in words if pk in found]


@asked
def _judgements(challenge: Challenge) -> QuerySet[Judgement]:
    return Judgement.objects.filter(signature__step__challenge=challenge)


def last_at_gates(judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return, of each round of each gate, what was judged at its last word."""
    return list({(j.signature.gate, j.signature.round): j for j in judgements}.values())


def texts_of(judgements: Iterable[Judgement]) -> dict[str, Rule]:
    """Return the rules that were judged, as they then were, by the digest of their text. One query."""
    digests = {rule.digest for judgement in judgements for rule in judgement.judged.rules}
    return {digest: Rule.model_validate(text) for digest, text in _texts(tuple(digests))}


@asked
def _texts(digests: tuple[str, ...]) -> QuerySet[RuleText, tuple[str, object]]:
    return RuleText.objects.filter(digest__in=digests).values_list("digest", "text")
