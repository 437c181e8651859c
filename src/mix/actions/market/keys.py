"""What the sealer is asked to do with keys. Each asks one thing of it, and raises what it refuses, or SealerDown.

`now` (UTC) counts only where no sealer of its own has a clock: in commands that serve nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from mix.rules.core.kinds import Envelope
from mix.vault import storage, wire
from mix.vault.sealer import CALL, CANARY, RECOVERY


@dataclass(frozen=True, slots=True)
class SplitKey:
    """A split key: its public halves by envelope, the fingerprints of its three shares in their order.

    `escrow` is, by envelope, the key of a call as it is sealed to the recovery key (hex).
    """

    public: dict[str, str]
    fingerprints: tuple[str, ...]
    escrow: dict[str, str]


def new_key_id(purpose: str) -> str:
    """Return the id of a new key, with what it is for."""
    return f"{purpose}-{secrets.token_hex(6)}"


def make_key(key_id: str, *, instants: Mapping[Envelope, datetime], now: datetime) -> dict[str, str]:
    """Make the whole keys of a call, by envelope, which open nothing before their instants; return public halves."""
    return dict(wire.ask("make", key_id, now=now, **_instants(instants)))


def _instants(instants: Mapping[Envelope, datetime]) -> dict[str, datetime]:
    return {"not_before": instants[Envelope.TECHNICAL], "prices_not_before": instants[Envelope.PRICE]}


def split_key(key_id: str, *, recovery: str, now: datetime) -> SplitKey:
    """Make a split key: of a call, sealed to the recovery key of that id; without one, a recovery key.

    Its shares stay in memory until they are handed out.
    """
    made = wire.ask("split", key_id, kind=CALL if recovery else RECOVERY, recovery=recovery, now=now)
    return SplitKey(made["public"], tuple(made["shares"]), made["escrow"])


def show_share(key_id: str, *, number: int, now: datetime) -> str:
    """Return the words of a share that was not handed out yet."""
    return str(wire.ask("show", key_id, now=now, number=number))


def hand_out_share(key_id: str, *, number: int, now: datetime) -> None:
    """Have a share forgotten: its holder has it."""
    wire.ask("hand_out", key_id, now=now, number=number)


def delay_key(key_id: str, *, instants: Mapping[Envelope, datetime], now: datetime) -> None:
    """Fix the instants (UTC) before which a call's keys open nothing, or move them later."""
    wire.ask("delay", key_id, now=now, **_instants(instants))


def release_prices(key_id: str, *, now: datetime) -> datetime:
    """Let the key of a call's prices open from now on; return since when it may. Shares that were typed are dropped."""
    return datetime.fromisoformat(wire.ask("release", key_id, now=now))


def state_of_key(key_id: str, *, now: datetime) -> dict[str, Any]:
    """Return what of a key everybody may know: public halves, instants, since when prices are released."""
    return dict(wire.ask("state", key_id, now=now))


def offer_share(key_id: str, *, share: str, now: datetime) -> int:
    """Hold a typed share for half an hour; return how many different ones are held."""
    return int(wire.ask("offer", key_id, now=now, share=share))


def forget_shares(key_id: str, *, now: datetime) -> None:
    """Drop the shares that were typed."""
    wire.ask("forget", key_id, now=now)


def seal_canary(public_key: str) -> bytes:
    """Seal the envelope that a rehearsal opens."""
    return storage.encrypt(CANARY, [public_key])


def open_canary(key_id: str, canary: bytes, *, now: datetime) -> None:
    """Open the envelope of a rehearsal with the shares that were typed. Raises Refused when it does not open."""
    wire.ask("rehearse", key_id, ciphertext=canary, now=now)


def open_envelope(key_id: str, ciphertext: bytes, *, envelope: Envelope, now: datetime) -> bytes:
    """Return what an envelope of a call holds, from the time on that was fixed."""
    plain = BytesIO()
    source, size = BytesIO(ciphertext), len(ciphertext)
    wire.pass_through(key_id, envelope=envelope, to="", source=source, size=size, sink=plain, now=now)
    return plain.getvalue()


def reseal_blob(key_id: str, blob: str, *, envelope: Envelope, to: str, now: datetime) -> tuple[str, str]:
    """Encrypt a sealed file to another public key; return the new blob, and the SHA-256 of what was in it."""
    path = storage.blob_path(blob)
    with storage.new_blob() as (fresh, sink), path.open("rb") as source:
        size = path.stat().st_size
        sha256 = wire.pass_through(key_id, envelope=envelope, to=to, source=source, size=size, sink=sink, now=now)
    return fresh, sha256


def serve_sealer(path: Path, *, clock: Callable[[], datetime]) -> None:
    """Answer at a socket until stopped, by this process's own clock."""
    wire.serve(path, clock=clock)
