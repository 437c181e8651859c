"""A document that a city and a vendor write together: what binds both, whose turn it is, what keeps it from ending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mix.rules.core.access import Role
from mix.rules.core.chain import digest
from mix.rules.core.fields import FieldSpec, missing_answers
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.states import Side

# For whom at the city it waits; others who may reply come to it by the step.
IN_CHARGE = (Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one side said to a box, or to the whole where `field` is empty; `person` is a code."""

    side: Side
    person: str
    field: str
    on_version: int
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    """That one side agreed, and to which fingerprint."""

    side: Side
    fingerprint: str


def fingerprint(*, conversation: str, number: int, content: Mapping[str, Any], replies: Iterable[Reply]) -> str:
    """Return the SHA-256 of all that a side agrees to: the boxes of one version, and every reply that was given.

    A reply that comes later makes it another, so that nobody agrees to what was answered meanwhile.
    """
    return digest(
        {
            "conversation": conversation,
            "version": number,
            "content": dict(content),
            "replies": [[r.side, r.person, r.field, r.on_version, r.text] for r in replies],
        }
    )


def agreed(words: Iterable[Word], present: str) -> frozenset[Side]:
    """Return the sides whose word is for what stands there now."""
    return frozenset(word.side for word in words if word.fingerprint == present)


def other(side: Side) -> Side:
    """Return the side across the table."""
    return Side.CITY if side is Side.VENDOR else Side.VENDOR


def unmet_to_agree(
    specs: Sequence[FieldSpec], content: Mapping[str, Any], *, handed: int, said: frozenset[Side], side: Side
) -> tuple[Unmet, ...]:
    """List what keeps one side from agreeing: nothing was handed over, a box is not complete, it said so already."""
    if not handed:
        return (Unmet("conversation_unwritten"),)
    if side in said:
        return (Unmet("conversation_agreed_already"),)
    return missing_answers(specs, content)


def unmet_to_hand_over(*, side: Side, turn: Side, handed: int, version: int, has_replied: bool) -> tuple[Unmet, ...]:
    """List what keeps one side from handing over: it is not its turn, or it has said nothing new.

    A vendor that wrote on meanwhile may hand that over whenever it likes.
    """
    writes = side is Side.VENDOR and version > handed
    if side is Side.VENDOR and not version:
        return (Unmet("conversation_unwritten"),)
    if writes:
        return ()
    if side is not turn:
        return (Unmet("turn_is_theirs"),)
    return () if has_replied else (Unmet("nothing_new_to_hand_over"),)
