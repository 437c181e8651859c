"""The log's arithmetic: canonical JSON, hashes that chain, and where a chain breaks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # None without C
from typing import Any

GENESIS = "0" * 64
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _encoder() -> Callable[[object], str]:
    """Return `_ENCODER.encode`, made once where the interpreter has it in C: the library makes it anew for each value.

    What refers to itself ends in RecursionError, not ValueError.
    """
    if c_make_encoder is None:
        return _ENCODER.encode
    made = c_make_encoder(None, _ENCODER.default, encode_basestring, None, ":", ",", True, False, True)
    return lambda value: "".join(made(value, 0))


_written = _encoder()


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON without floats
    """Return the one byte form of a JSON value: sorted keys, no spaces, UTF-8. Raises TypeError for a float."""
    if type(value) not in PLAIN:
        refuse_floats(value)
    return written(value)


def written(value: object) -> bytes:
    """Return the canonical form of a value that is known to hold no float, such as one that was read without any."""
    return _written(value).encode()


PLAIN = frozenset({str, int, bool, type(None)})


def refuse_floats(value: object) -> None:
    """Raise TypeError for a value that is a float or holds one."""
    parts: Collection[object] = ()
    if isinstance(value, dict | Mapping):  # a dict is found at once
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    elif isinstance(value, float):
        raise TypeError("the log holds no floating point numbers")
    if not PLAIN.issuperset(map(type, parts)):
        for part in parts:
            if type(part) not in PLAIN:
                refuse_floats(part)


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def link(entry: Mapping[str, Any], *, previous: str) -> str:
    """Return the hash of one entry in its chain: SHA-256 of 0x00, the previous hash and the canonical entry."""
    return hashlib.sha256(b"\x00" + previous.encode() + canonical(dict(entry))).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold: the sequence number and a code of `mix.phrases.refusals`."""

    seq: int
    code: str


def first_break(
    entries: Iterable[tuple[int, Mapping[str, Any], str, str]], *, after: tuple[int, str] = (0, GENESIS)
) -> Break | None:
    """Walk (seq, entry, previous hash, hash) in order and return the first break, or None.

    `after` is the number and the hash of the entry before the first.
    """
    expected, previous = after[0] + 1, after[1]
    for seq, entry, given_previous, given_hash in entries:
        if seq != expected:
            return Break(expected, "log_gap")
        if given_previous != previous:
            return Break(seq, "log_unlinked")
        if link(entry, previous=previous) != given_hash:
            return Break(seq, "log_altered")
        expected, previous = seq + 1, given_hash
    return None
