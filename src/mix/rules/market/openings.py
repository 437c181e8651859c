"""What the act of one opening states."""

from __future__ import annotations

from dataclasses import dataclass

from mix.rules.core.kinds import Envelope
from mix.rules.core.versioned import Form, Instant, Versioned
from mix.rules.market.states import CustodyMode


@dataclass(frozen=True, slots=True)
class FoundEnvelope(Form):
    """One envelope as it was found: its ciphertext's SHA-256, what kept it sealed, the addenda not confirmed."""

    reference: str
    vendor: str
    ciphertext_sha256: str
    problem: str
    unconfirmed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ChainHead(Form):
    """Up to where a chain of the log had come."""

    chain: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class OpeningStatement(Versioned):
    """Who opened which envelopes when, with which key, who was there to type a share, and what was found."""

    HEAD = {"kind": "MIX act of opening", "version": 1}

    call: str
    city: str
    envelope: Envelope
    closed_at: Instant
    zone: str
    opened_at: Instant
    opened_by: str
    custody: CustodyMode
    key_id: str
    attended: tuple[str, ...]
    envelopes: tuple[FoundEnvelope, ...]
    submissions_chain: ChainHead

    @property
    def problems(self) -> tuple[str, ...]:
        """The receipts whose envelopes stayed sealed."""
        return tuple(found.reference for found in self.envelopes if found.problem)
