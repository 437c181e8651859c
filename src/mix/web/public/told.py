"""What a public page tells of a challenge's course: each decision once with who took it, each update with its step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mix.data.models import Challenge, Event, GateSignature, Solicitation
from mix.readers.case.challenges import method_for
from mix.rules.core.fields import Wording, joined
from mix.rules.core.kinds import Decision


@dataclass(frozen=True)
class Decided:
    """What was decided at a gate in one round: by which roles of which cities, and what was said of it in public.

    `is_over` says that a later round of the gate took its place.
    """

    at: datetime
    gate: Wording
    decision: str
    summary: Wording
    by: Sequence[GateSignature]
    is_over: bool


@dataclass(frozen=True)
class Update:
    """What happened, and at which step, where it belongs to one."""

    at: datetime
    verb: str
    step: Wording | None


def decided(challenge: Challenge, words: Iterable[GateSignature]) -> list[Decided]:
    """Gather the words at gates of which something was said in public, the latest first."""
    gates: dict[tuple[str, int], list[GateSignature]] = {}
    rounds: dict[str, int] = {}
    for word in words:
        gates.setdefault((word.gate, word.round), []).append(word)
        rounds[word.gate] = max(word.round, rounds.get(word.gate, 0))
    titles = {step.gate.key: step.gate.title for step in method_for(challenge).steps if step.gate}
    found = []
    for (gate, number), said in gates.items():
        summary = joined(word.wording("public_summary") for word in said if word.public_summary)
        if summary:
            against = next((w.decision for w in said if w.decision != Decision.PROCEED), None)
            of_gate = titles.get(gate, Wording(en=gate))
            over = number < rounds[gate]
            found.append(
                Decided(said[-1].signed_at, of_gate, against or Decision.PROCEED.value, summary, said, is_over=over)
            )
    return sorted(found, key=lambda d: d.at, reverse=True)


def updates(challenge: Challenge, events: Iterable[Event], calls: Iterable[Solicitation]) -> list[Update]:
    """Name the step of each public event, in their order."""
    titles = {f"{challenge.code}/{step.key}": step.title for step in method_for(challenge).steps}
    titles |= {call.reference: titles[f"{challenge.code}/{call.step.key}"] for call in calls}
    return [Update(e.happened_at, e.verb, titles.get(e.subject)) for e in events]
