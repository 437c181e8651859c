"""The sealer: keeps the private keys of calls, and opens envelopes only from the time that was fixed at publication.

Managed custody: it keeps the keys whole. Split custody: it makes the keys from one secret, hands out the shares of that
and forgets it; at an opening it holds what officers type, in memory only, for half an hour at most. A key never leaves
it: it takes ciphertext and gives back what was in it.

Each envelope of a call has a key of its own. That of the answers opens from the instant on that publication fixed. That
of the prices has a later one, and opens only once it was released, which drops every share that was typed: they are
typed anew. A recovery key opens no envelope: to it the two keys of each of its calls are sealed, here, when they are
made, and each is used under the same time and release.

Whoever asks is not believed. A key that is there is never made again, and an instant is never moved back.

`mix serve` runs it as a process of its own behind a Unix socket (MIX_SEALER_SOCKET); where it runs apart, `mix sealer`
is another user of the system, with MIX_SEALER_DIR on another volume. Commands that serve nobody use it in their own
process, with the time that they are given (a replay of last year's opening).
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pyrage

from mix.data.private_files import write_private
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet, require
from mix.rules.market.shares import HELD_FOR, NEEDED, age_key, combine, envelope_secret, fingerprint, new_secret, split
from mix.vault import storage
from mix.vault.passing import Sink, Source, pass_on

CALL, RECOVERY = "call", "recovery"  # kinds of keys
CANARY = b"MIX rehearsal: whoever reads this holds two shares of this key."
MOST_WAITING = 1000  # keys whose shares wait in memory for their holders
_NAME = re.compile(r"[a-z][a-z0-9-]{0,59}")

Identity: TypeAlias = pyrage.x25519.Identity


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of one key. `public`, `not_before` (ISO instants), `identity` and `escrow` are by envelope.

    `identity` is there in managed custody alone; `shares` are the fingerprints of those of a split key. `escrow` is
    each key of a call, encrypted (hex) to the recovery key that `recovery` names.
    """

    kind: str
    public: dict[str, str]
    not_before: dict[str, str] = field(default_factory=dict)
    released_at: str = ""
    identity: dict[str, str] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    recovery: str = ""
    escrow: dict[str, str] = field(default_factory=dict)

    def opens(self, envelope: Envelope, *, now: datetime) -> bool:
        """Say whether an envelope may be opened: one that was not published has no time and is never."""
        instant = self.not_before.get(envelope, "")
        is_due = bool(instant) and now >= datetime.fromisoformat(instant)
        return is_due and (envelope is not Envelope.PRICE or bool(self.released_at))


@dataclass
class _Held:
    """What is in memory of one split key: shares to be handed out, and shares that were typed."""

    given_out: dict[int, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """The right to have one ciphertext opened, to be sealed again to a public key where one was named."""

    identity: Identity
    to: pyrage.x25519.Recipient | None

    def take(self, source: Source, sink: Sink) -> str:
        """Pass it on as it comes; return the SHA-256 of what was in it. Raises Refused where the key does not open."""
        return pass_on(source, sink, self.identity, to=self.to)


class Sealer:
    """Keys by id, each with the instants (UTC) before which nothing is opened. All methods may be called at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.held: dict[str, _Held] = {}
        self.lock = threading.RLock()

    def make(self, key_id: str, *, not_before: datetime, prices_not_before: datetime) -> dict[str, str]:
        """Make the whole keys of a call and keep them; return their public halves. Raises Refused when it has some."""
        made = {e.value: Identity.generate() for e in Envelope}
        public = {name: str(identity.to_public()) for name, identity in made.items()}
        kept = Key(CALL, public, identity={name: str(identity) for name, identity in made.items()})
        self._keep_new(key_id, _from(kept, not_before, prices_not_before))
        return public

    def split(self, key_id: str, *, kind: str, recovery: str) -> dict[str, Any]:
        """Make a split key, keep its three shares in memory until they are handed out.

        `kind` says what it is for ever: the key of a call, sealed to the recovery key that is named, or a recovery
        key. Returns public halves, fingerprints of the shares, and what is sealed to the recovery key (hex). Raises
        Refused when there is one.
        """
        secret = new_secret()
        if kind == CALL:
            opener = self._read(recovery)
            require(opener.kind == RECOVERY, "recovery_key_missing")
            made = {e.value: age_key(envelope_secret(secret, e)) for e in Envelope}
            to = pyrage.x25519.Recipient.from_str(opener.public[RECOVERY])
            escrow = {name: bytes(pyrage.encrypt(f"{key}\n".encode(), [to])).hex() for name, key in made.items()}
        else:
            require(kind == RECOVERY and not recovery, "not_understood")
            made, escrow = {RECOVERY: age_key(secret)}, {}
        public = {name: str(Identity.from_str(key).to_public()) for name, key in made.items()}
        shares = split(secret)
        marks = tuple(fingerprint(share) for share in shares)
        with self.lock:
            waiting = sum(1 for held in self.held.values() if held.given_out)
            require(waiting < MOST_WAITING, "keys_waiting")
            self._keep_new(key_id, Key(kind, public, shares=marks, recovery=recovery, escrow=escrow))
            self.held[key_id] = _Held(given_out=dict(enumerate(shares, start=1)))
        return {"public": public, "shares": list(marks), "escrow": escrow}

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

    def delay(self, key_id: str, *, not_before: datetime, prices_not_before: datetime) -> None:
        """Fix the instants before which a call's keys open nothing, or move them later. Earlier ones are refused.

        Shares that were not handed out until then are shown no more.
        """
        with self.lock:
            kept = self._call(key_id)
            fresh = _from(kept, not_before, prices_not_before)
            moved = [(kept.not_before.get(name, at), at) for name, at in fresh.not_before.items()]
            require(
                all(datetime.fromisoformat(old) <= datetime.fromisoformat(new) for old, new in moved),
                "closing_only_extended",
            )
            self._write(key_id, fresh)
            self.held.get(key_id, _Held()).given_out.clear()

    def release(self, key_id: str, *, now: datetime) -> str:
        """Let the key of a call's prices open, once its time has come; return since when it may (ISO).

        Every share that was typed is dropped: what opened the answers does not open the prices.
        """
        with self.lock:
            kept = self._call(key_id)
            require(all(replace(kept, released_at="-").opens(e, now=now) for e in Envelope), "not_openable_yet")
            if not kept.released_at:
                kept = replace(kept, released_at=now.isoformat())
                self._write(key_id, kept)
                for one in (key_id, kept.recovery):
                    self.held.get(one, _Held()).typed.clear()
        return kept.released_at

    def state(self, key_id: str) -> dict[str, Any]:
        """Return what of a key everybody may know: its public halves, its times, since when prices are released."""
        kept = self._read(key_id)
        return {"public": kept.public, "not_before": kept.not_before, "released_at": kept.released_at}

    def rehearse(self, key_id: str, *, ciphertext: bytes, now: datetime) -> None:
        """Try the shares that were typed on an envelope made for it. Gives back nothing; Refused if they fail."""
        kept = self._read(key_id)
        require(not kept.not_before, "already_published")
        typed = self._typed(key_id, now=now)
        require(len(typed) >= NEEDED, "shares_lacking")
        identity = _put_together(typed, None if kept.kind == RECOVERY else Envelope.TECHNICAL)
        try:
            plain = bytes(pyrage.decrypt(ciphertext, [identity]))
        except pyrage.DecryptError:
            plain = b""
        require(plain == CANARY, "key_does_not_open")

    def offer(self, key_id: str, *, share: str, now: datetime) -> int:
        """Hold a typed share of a key for half an hour; return how many different ones are held."""
        mark = fingerprint(share)
        require(mark in self._read(key_id).shares, "share_of_another")
        with self.lock:
            held = self._fresh(key_id, now)
            held.typed[mark] = share
            held.until = now + HELD_FOR
            return len(held.typed)

    def forget(self, key_id: str) -> None:
        """Drop the shares that were typed."""
        with self.lock:
            self.held.get(key_id, _Held()).typed.clear()

    def tidy(self, *, now: datetime) -> None:
        """Drop every typed share whose half hour is over."""
        with self.lock:
            for held in self.held.values():
                if held.until is not None and now > held.until:
                    held.typed.clear()

    def open(self, key_id: str, *, envelope: Envelope, to: str, now: datetime) -> Passage:
        """Return the right to have something opened that is sealed to the key of an envelope, once that may be.

        It is sealed again to the public key `to`, where one is named.
        """
        kept = self._call(key_id)
        require(kept.opens(envelope, now=now), "not_openable_yet")
        try:
            recipient = pyrage.x25519.Recipient.from_str(to) if to else None
        except pyrage.RecipientError:
            raise Refused(Unmet("not_understood")) from None
        return Passage(self._identity(key_id, kept, envelope, now=now), recipient)

    def _identity(self, key_id: str, kept: Key, envelope: Envelope, *, now: datetime) -> Identity:
        """Return the key of an envelope: kept whole, from typed shares, or sealed to the recovery key that was typed.

        The recovery key is used on nothing but that.
        """
        if kept.identity:
            return Identity.from_str(kept.identity[envelope])
        own = self._typed(key_id, now=now)
        if len(own) >= NEEDED:
            return _put_together(own, envelope)
        guardians = self._typed(kept.recovery, now=now) if kept.recovery else []
        require(len(guardians) >= NEEDED, "shares_lacking")
        escrow = bytes.fromhex(kept.escrow[envelope])
        return Identity.from_str(bytes(pyrage.decrypt(escrow, [_put_together(guardians, None)])).decode().strip())

    def _typed(self, key_id: str, *, now: datetime) -> list[str]:
        with self.lock:
            return list(self._fresh(key_id, now).typed.values())

    def _fresh(self, key_id: str, now: datetime) -> _Held:
        self.tidy(now=now)
        return self.held.setdefault(key_id, _Held())

    def _path(self, key_id: str) -> Path:
        require(_NAME.fullmatch(key_id) is not None, "key_unknown")
        return self.folder / f"{key_id}.json"

    def _read(self, key_id: str) -> Key:
        path = self._path(key_id)
        require(path.exists(), "key_unknown")
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Key(**{**kept, "shares": tuple(kept["shares"])})

    def _call(self, key_id: str) -> Key:
        kept = self._read(key_id)
        require(kept.kind == CALL, "key_not_of_call")
        return kept

    def _keep_new(self, key_id: str, kept: Key) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            write_private(self._path(key_id), json.dumps(asdict(kept)).encode())
        except FileExistsError:
            raise Refused(Unmet("key_exists")) from None

    def _write(self, key_id: str, kept: Key) -> None:
        storage.replace_private(self._path(key_id), json.dumps(asdict(kept)).encode())


def _from(kept: Key, not_before: datetime, prices_not_before: datetime) -> Key:
    """Return a call's key with its instants: prices never before the answers."""
    require(prices_not_before >= not_before, "not_understood")
    instants = {Envelope.TECHNICAL.value: not_before, Envelope.PRICE.value: prices_not_before}
    return replace(kept, not_before={name: at.isoformat() for name, at in instants.items()})


def _put_together(shares: list[str], envelope: Envelope | None) -> Identity:
    """Return the key of an envelope from two shares of a call's key; without one, the recovery key."""
    secret = combine(shares[:NEEDED])
    return Identity.from_str(age_key(envelope_secret(secret, envelope) if envelope else secret))
