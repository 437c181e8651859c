"""The sealer: keeps the private keys of calls, and opens envelopes only from the time that was fixed at publication.

Managed custody: it keeps the whole key. Split custody: it makes the key, hands out the shares and forgets them; at an
opening it holds what officers type, in memory only, for half an hour at most. A key never leaves it: it takes
ciphertext and gives back what was in it.

Whoever asks is not believed. Each key keeps its own kind and time: the key of a call opens nothing before the instant
that publication fixed, and a recovery key, which has none, opens for a call that publication bound to it, by that
call's instant. A key that is there is never made again.

`mix serve` runs it as a process of its own behind a Unix socket (MIX_SEALER_SOCKET); an operator may run `mix sealer`
as another user of the system, with MIX_SEALER_DIR on another volume. Commands that serve nobody use it in their own
process, with the time that they are given (a replay of last year's opening).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import pyrage

from mix.data.private_files import write_private
from mix.rules.core.unmet import Refused, Unmet, require
from mix.rules.market.shares import HELD_FOR, NEEDED, age_key, combine, fingerprint, new_secret, split
from mix.vault import storage

T = TypeVar("T")
CALL, RECOVERY = "call", "recovery"  # kinds of keys
CANARY = b"MIX rehearsal: whoever reads this holds two shares of this key."


@dataclass
class _Held:
    """What is in memory of one split key: shares to be handed out, and shares that were typed."""

    given_out: dict[int, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    until: datetime | None = None


class Sealer:
    """Keys by id, each with the instant (UTC) before which nothing is opened. All methods may be called at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: dict[str, _Held] = {}
        self.lock = threading.RLock()

    def make(self, key_id: str, *, not_before: datetime) -> str:
        """Make the whole key of a call and keep it; return its public half. Raises Refused when there is one."""
        identity = pyrage.x25519.Identity.generate()
        public = str(identity.to_public())
        kept = {"kind": CALL, "public": public, "not_before": not_before.isoformat(), "recovery": ""}
        self._keep_new(key_id, {**kept, "identity": str(identity)})
        return public

    def split(self, key_id: str, *, kind: str) -> dict[str, Any]:
        """Make a key, keep its three shares in memory until they are handed out; return its public half.

        `kind` says what it is for ever: the key of a call, or a city's recovery key. Raises Refused when there is one.
        """
        require(kind in {CALL, RECOVERY}, "key_unknown")
        secret = new_secret()
        public = str(pyrage.x25519.Identity.from_str(age_key(secret)).to_public())
        shares = split(secret)
        with self.lock:
            self._keep_new(key_id, {"kind": kind, "public": public, "not_before": "", "recovery": ""})
            self.held[key_id] = _Held(given_out=dict(enumerate(shares, start=1)))
        return {"public": public, "shares": [fingerprint(share) for share in shares]}

    def show(self, key_id: str, *, number: int) -> str:
        """Return a share that has not been handed out. Raises Refused when it is gone."""
        with self.lock:
            share = self.held.get(key_id, _Held()).given_out.get(number)
        require(share is not None, "share_gone")
        return share or ""

    def hand_out(self, key_id: str, *, number: int) -> None:
        """Forget a share: its holder has it now."""
        with self.lock:
            self.held.get(key_id, _Held()).given_out.pop(number, None)

    def bind(self, key_id: str, *, recovery: str) -> None:
        """Fix, before a call's split key has its instant, which recovery key opens for it. It is never another one."""
        with self.lock:
            kept, other = self._read(key_id), self._read(recovery)
            is_split_call = kept["kind"] == CALL and "identity" not in kept
            require(is_split_call and other["kind"] == RECOVERY, "key_not_of_call")
            if kept["recovery"] == recovery:
                return
            require(not kept["recovery"] and not kept["not_before"], "key_bound")
            self._write(key_id, {**kept, "recovery": recovery})

    def delay(self, key_id: str, *, not_before: datetime) -> None:
        """Fix the instant before which a call's key opens nothing, or move it later. An earlier one is refused.

        Shares that were not handed out until then are shown no more.
        """
        with self.lock:
            kept = self._read(key_id)
            require(kept["kind"] == CALL, "key_not_of_call")
            require(
                not kept["not_before"] or datetime.fromisoformat(kept["not_before"]) <= not_before,
                "closing_only_extended",
            )
            self._write(key_id, {**kept, "not_before": not_before.isoformat()})
            self.held.get(key_id, _Held()).given_out.clear()

    def rehearse(self, key_id: str, *, ciphertext: str, now: datetime) -> None:
        """Try the shares that were typed on an envelope (hex) made for it. Gives back nothing; Refused if they fail."""
        kept = self._read(key_id)
        require(not kept["not_before"], "already_published")
        identity = self._put_together(key_id, kept, now=now)
        plain = _decrypted(lambda: bytes(pyrage.decrypt(bytes.fromhex(ciphertext), [identity])))
        require(plain == CANARY, "key_does_not_open")

    def offer(self, key_id: str, *, share: str, now: datetime) -> int:
        """Hold a typed share for half an hour; return how many different ones are held."""
        self._read(key_id)
        with self.lock:
            held = self._fresh(key_id, now)
            held.typed[fingerprint(share)] = share
            held.until = now + HELD_FOR
            return len(held.typed)

    def forget(self, key_id: str) -> None:
        """Drop the shares that were typed."""
        with self.lock:
            self.held.get(key_id, _Held()).typed.clear()

    def open(self, key_id: str, *, ciphertext: str, guard: str, now: datetime) -> str:
        """Return what an envelope holds (both in hex), from the time on that was fixed.

        `guard` is the key of the call: `key_id` itself, or when a recovery key opens, one that is bound to it.
        """
        identity = self._identity(key_id, guard=guard, now=now)
        return _decrypted(lambda: bytes(pyrage.decrypt(bytes.fromhex(ciphertext), [identity]))).hex()

    def reseal(self, key_id: str, *, blob: str, to: str, guard: str, now: datetime) -> dict[str, str]:
        """Encrypt a sealed file to another public key; return the new blob, and the SHA-256 of what was in it."""
        require(blob.isalnum(), "key_unknown")
        identity = self._identity(key_id, guard=guard, now=now)
        stored = _decrypted(lambda: storage.reseal(blob, identity, to))
        return {"blob": stored.blob, "sha256": stored.sha256}

    def _identity(self, key_id: str, *, guard: str, now: datetime) -> pyrage.x25519.Identity:
        kept = self._read(key_id)
        if kept["kind"] == RECOVERY:
            call = self._read(guard)
            require(call["recovery"] == key_id, "key_of_another_call")
            require(_is_due(call, now), "not_openable_yet")
        else:
            require(_is_due(kept, now), "not_openable_yet")
            require(guard == key_id, "key_of_another_call")
        return self._put_together(key_id, kept, now=now)

    def _put_together(self, key_id: str, kept: dict[str, str], *, now: datetime) -> pyrage.x25519.Identity:
        if "identity" in kept:
            return pyrage.x25519.Identity.from_str(kept["identity"])
        with self.lock:
            typed = list(self._fresh(key_id, now).typed.values())
        require(len(typed) >= NEEDED, "shares_lacking")
        return pyrage.x25519.Identity.from_str(age_key(combine(typed[:NEEDED])))

    def _fresh(self, key_id: str, now: datetime) -> _Held:
        held = self.held.setdefault(key_id, _Held())
        if held.until is not None and now > held.until:
            held.typed.clear()
        return held

    def _path(self, key_id: str) -> Path:
        require(key_id.replace("-", "").isalnum(), "key_unknown")
        return self.folder / f"{key_id}.json"

    def _read(self, key_id: str) -> dict[str, str]:
        path = self._path(key_id)
        require(path.exists(), "key_unknown")
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def _keep_new(self, key_id: str, kept: dict[str, str]) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            write_private(self._path(key_id), json.dumps(kept).encode())
        except FileExistsError:
            raise Refused(Unmet("key_exists")) from None

    def _write(self, key_id: str, kept: dict[str, str]) -> None:
        storage.replace_private(self._path(key_id), json.dumps(kept).encode())


def _is_due(call: dict[str, str], now: datetime) -> bool:
    """Say whether a call's key opens now; one that was not published has no time and opens nothing."""
    return bool(call["not_before"]) and now >= datetime.fromisoformat(call["not_before"])


def _decrypted(decrypt: Callable[[], T]) -> T:
    try:
        return decrypt()
    except pyrage.DecryptError:
        raise Refused(Unmet("key_does_not_open")) from None
