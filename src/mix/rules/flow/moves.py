"""How a challenge moves: which steps may begin, what a gate still needs, and what a decision does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mix.rules.city.delegation import Band, decider_for
from mix.rules.city.methods import Gate
from mix.rules.core.access import Role
from mix.rules.core.kinds import Decision
from mix.rules.core.unmet import Unmet


@dataclass(frozen=True, slots=True)
class Signature:
    """One decider's word at a gate."""

    municipality: str
    role: Role
    person: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the rules must know to judge a gate. Codes of municipalities; the value in cents, all options included."""

    cities: tuple[str, ...]
    lead: str
    value_cents: int | None
    bands: Mapping[str, tuple[Band, ...]]
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """A word that a gate waits for."""

    municipality: str
    role: Role


def duties(gate: Gate, facts: GateFacts) -> tuple[tuple[Duty, ...], tuple[Unmet, ...]]:
    """List every word that the gate needs and every reason why nobody can be named for one."""
    cities = facts.cities if gate.each_city else (facts.lead,)
    needed = [Duty(city, role) for city in cities for role in gate.decided_by]
    unmet: list[Unmet] = []
    if gate.by_value:
        for city in cities:
            role = decider_for(facts.bands.get(city, ()), facts.value_cents or 0)
            if facts.value_cents is None:
                unmet.append(Unmet("value_unknown"))
            elif role is None:
                unmet.append(Unmet("nobody_named_for_value", {"city": city}))
            elif Duty(city, role) not in needed:
                needed.append(Duty(city, role))
    return tuple(needed), tuple(_distinct(unmet))


def _distinct(unmet: list[Unmet]) -> list[Unmet]:
    kept: list[Unmet] = []
    for one in unmet:
        if one not in kept:
            kept.append(one)
    return kept


def open_duties(gate: Gate, facts: GateFacts) -> tuple[Duty, ...]:
    """List the words that are still missing."""
    given = {Duty(s.municipality, s.role) for s in facts.signatures if s.decision is Decision.PROCEED}
    return tuple(d for d in duties(gate, facts)[0] if d not in given)


def unmet_to_sign(
    gate: Gate, facts: GateFacts, *, duty: Duty, person: str, authors: frozenset[str], decision: Decision
) -> tuple[Unmet, ...]:
    """List what keeps a person from giving a word at a gate.

    Whoever prepared what is decided (wrote it, negotiated it, worded a clause) may not approve it, and nobody signs
    twice (approver is not requester).
    """
    found: list[Unmet] = []
    needed, nobody = duties(gate, facts)
    if decision is Decision.PROCEED:
        found.extend(nobody)
    if duty not in needed:
        found.append(Unmet("not_a_decider", {"gate": gate.key}))
    if any(Duty(s.municipality, s.role) == duty for s in facts.signatures):
        found.append(Unmet("already_signed", {"gate": gate.key}))
    if decision is Decision.PROCEED and any(s.person == person for s in facts.signatures):
        found.append(Unmet("signed_in_another_role", {"gate": gate.key}))
    if decision is Decision.PROCEED and person in authors:
        found.append(Unmet("author_may_not_approve", {"gate": gate.key}))
    return tuple(found)


def is_passed(gate: Gate, facts: GateFacts) -> bool:
    """Say whether every word is given."""
    needed, nobody = duties(gate, facts)
    return bool(needed) and not nobody and not open_duties(gate, facts)
