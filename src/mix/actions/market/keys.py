"""What the sealer is asked to do with keys. Each asks one thing of it, and raises what it refuses, or SealerDown.

`now` (UTC) counts only where no sealer of its own has a clock: in commands that serve nobody.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mix.vault import storage, wire
from mix.vault.sealer import CALL, CANARY, RECOVERY


@dataclass(frozen=True, slots=True)
class SplitKey:
    """The public half of a split key, and the fingerprints of its three shares in their order."""

    public: str
    fingerprints: tuple[str, ...]


def new_key_id(purpose: str) -> str:
    """Return the id of a new key, with what it is for."""
    return f"{purpose}-{secrets.token_hex(6)}"


def make_key(key_id: str, *, not_before: datetime, now: datetime) -> str:
    """Make the whole key of a call, which opens nothing before an instant (UTC); return its public half."""
    return str(wire.ask("make", key_id, now=now, not_before=not_before))


def split_key(key_id: str, *, is_recovery: bool, now: datetime) -> SplitKey:
    """Make a split key, of a call or of a city. Its shares stay in memory until they are handed out."""
    made = wire.ask("split", key_id, kind=RECOVERY if is_recovery else CALL, now=now)
    return SplitKey(made["public"], tuple(made["shares"]))


def show_share(key_id: str, *, number: int, now: datetime) -> str:
    """Return the words of a share that was not handed out yet."""
    return str(wire.ask("show", key_id, now=now, number=number))


def hand_out_share(key_id: str, *, number: int, now: datetime) -> None:
    """Have a share forgotten: its holder has it."""
    wire.ask("hand_out", key_id, now=now, number=number)


def bind_recovery(key_id: str, *, recovery: str, now: datetime) -> None:
    """Fix which recovery key opens for a call's split key; it is never another one."""
    wire.ask("bind", key_id, recovery=recovery, now=now)


def delay_key(key_id: str, *, not_before: datetime, now: datetime) -> None:
    """Fix the instant (UTC) before which a call's key opens nothing, or move it later."""
    wire.ask("delay", key_id, now=now, not_before=not_before)


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
    wire.ask("rehearse", key_id, ciphertext=canary.hex(), now=now)


def open_envelope(key_id: str, ciphertext: bytes, *, guard: str, now: datetime) -> bytes:
    """Return what an envelope holds, from the time on that was fixed; `guard` is the key of its call."""
    return bytes.fromhex(wire.ask("open", key_id, ciphertext=ciphertext.hex(), guard=guard, now=now))


def reseal_blob(key_id: str, blob: str, *, to: str, guard: str, now: datetime) -> tuple[str, str]:
    """Encrypt a sealed file to another public key; return the new blob, and the SHA-256 of what was in it."""
    again = wire.ask("reseal", key_id, blob=blob, to=to, guard=guard, now=now)
    return again["blob"], again["sha256"]


def serve_sealer(path: Path, *, clock: Callable[[], datetime]) -> None:
    """Answer at a socket until stopped, by this process's own clock."""
    wire.serve(path, clock=clock)
