"""What is known of sealed things outside of the vault: what was written, and why it could not be."""

from dataclasses import dataclass
from typing import Protocol

BESIDE = "co_applicants"  # the key under which an envelope of answers names those that answer with its vendor


class SealerDown(Exception):
    """The sealer does not answer: the message says how to start it."""


class ScannerDown(Exception):
    """The scanner does not answer; the message says where it was looked for."""


class TooLarge(Exception):
    """A stream went on past the limit, in bytes."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself: whom it names in its properties, each once; whether it may ask for a password."""

    authors: tuple[str, ...] = ()
    is_encrypted: bool = False


NO_PROPERTIES = Properties()


@dataclass(frozen=True, slots=True)
class Stored:
    """A sealed file as it was written: sizes in bytes, SHA-256 of plaintext and ciphertext in hex.

    `properties` are what it says of itself, seen in memory as it passed.
    """

    blob: str
    size: int
    sha256: str
    ciphertext_sha256: str
    properties: Properties = NO_PROPERTIES


class SealingStream(Protocol):
    """Takes plaintext chunk by chunk; only ciphertext is ever written."""

    def write(self, data: bytes) -> None:
        """Encrypt the next piece. Raises TooLarge past the limit."""

    def finish(self) -> Stored:
        """End the stream; return what was written."""

    def abort(self) -> None:
        """Drop what was written."""
