"""Ciphertext that passes: decrypted as it comes, or sealed again for somebody else, and nothing of it held whole."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import Protocol

import pyrage

from mix.rules.core.unmet import Refused, Unmet


class Source(Protocol):
    """What bytes come from."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; empty at the end."""


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> int | None:
        """Take the next bytes."""

    def flush(self) -> None:
        """Leave none waiting."""


def pass_on(
    source: Source, sink: Sink, identity: pyrage.x25519.Identity, *, to: pyrage.x25519.Recipient | None = None
) -> str:
    """Decrypt what comes and pass it on, encrypted to a key where one is given; return the SHA-256 of the plaintext.

    What was passed on counts only when this returns. Raises Refused where the key does not open it, or it is cut off,
    and OSError where it cannot be read or nobody takes what comes out.
    """
    if to is None:
        return _decrypt(source, sink, identity)
    read_end, write_end = os.pipe()
    failure: list[BaseException] = []

    def encrypt() -> None:
        try:
            with os.fdopen(read_end, "rb") as plain:
                pyrage.encrypt_io(plain, sink, [to])
        except BaseException as error:  # noqa: BLE001 - re-raised for the caller
            failure.append(error)

    thread = threading.Thread(target=encrypt, daemon=True)
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as pipe:
            return _decrypt(source, pipe, identity)
    finally:
        thread.join()
        if failure:
            raise OSError("what came out could not be passed on") from failure[0]


class _Watched:
    """A stream that remembers what went wrong in it, and hashes what was written."""

    def __init__(self, stream: Source | Sink) -> None:
        self.stream, self.hash = stream, hashlib.sha256()
        self.failure: OSError | None = None

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self.stream.read(size)  # type: ignore[union-attr]  # a source where it is read
        except OSError as error:
            self.failure = error
            raise

    def write(self, data: bytes, /) -> int:
        self.hash.update(data)
        try:
            self.stream.write(bytes(data))  # type: ignore[union-attr]  # a sink where it is written
        except OSError as error:
            self.failure = error
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""


def _decrypt(source: Source, sink: Sink, identity: pyrage.x25519.Identity) -> str:
    """Decrypt; of an error, tell what is wrong with the ciphertext from what is wrong with the streams."""
    coming, going = _Watched(source), _Watched(sink)
    try:
        pyrage.decrypt_io(coming, going, [identity])
    except (pyrage.DecryptError, OSError):  # the library says "decryption error" as an OSError, past the first piece
        if failure := coming.failure or going.failure:
            raise failure from None
        raise Refused(Unmet("key_does_not_open")) from None
    return going.hash.hexdigest()
