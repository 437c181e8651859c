"""Checkpoints of a log as signed notes (C2SP signed-note, tlog-checkpoint), Ed25519.

A note is text, an empty line, and one line for each signature: a dash, the signer's name, and in base64 four bytes
that tell the key and the 64 bytes of the signature. Whoever witnesses a checkpoint adds a line.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
DASH = "\u2014 "


class NoteWrong(ValueError):
    """A note that cannot be read, or that nobody known has signed."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How many entries a log had, and the root of the tree over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the body of the note."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes that tell which key of a name has signed."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public_key).digest()[:4]


def sign_note(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """Sign the body of a note, which ends with a line break."""
    return f"{text}\n{_signature_line(text, name=name, key=key)}"


def countersign(note: str, *, name: str, key: Ed25519PrivateKey) -> str:
    """Add one's own signature to a note."""
    text, _lines = split(note)
    return f"{note}{_signature_line(text, name=name, key=key)}"


def _signature_line(text: str, *, name: str, key: Ed25519PrivateKey) -> str:
    if not text.endswith("\n") or "\n\n" in text or not name or any(c.isspace() or c == "+" for c in name):
        raise NoteWrong("a note's text ends with a line break and has no empty line; a signer's name has no space")
    token = key_id(name, key.public_key().public_bytes_raw()) + key.sign(text.encode())
    return f"{DASH}{name} {base64.b64encode(token).decode()}\n"


def split(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the body and (name, key id, signature) of each line. Raises NoteWrong."""
    text, separator, rest = note.rpartition("\n\n")
    if not separator or not rest.endswith("\n"):
        raise NoteWrong("not a signed note")
    signatures = []
    for line in rest.splitlines():
        name, _space, token = line.removeprefix(DASH).partition(" ")
        try:
            raw = base64.b64decode(token, validate=True)
        except binascii.Error:
            raw = b""
        if not line.startswith(DASH) or len(raw) != 68:
            raise NoteWrong(f"not a signature line: {line[:80]}")
        signatures.append((name, raw[:4], raw[4:]))
    return text + "\n", signatures


def open_note(note: str, *, name: str, public_key: bytes) -> str:
    """Return the body of a note that a key has signed. Raises NoteWrong."""
    text, signatures = split(note)
    for signer, signer_id, signature in signatures:
        if (signer, signer_id) == (name, key_id(name, public_key)):
            try:
                Ed25519PublicKey.from_public_bytes(public_key).verify(signature, text.encode())
            except InvalidSignature:
                raise NoteWrong(f"the signature of {name} does not hold") from None
            return text
    raise NoteWrong(f"{name} has not signed with this key")


def read_checkpoint(text: str) -> Checkpoint:
    """Read the body of a note as a checkpoint. Raises NoteWrong."""
    lines = text.split("\n")
    try:
        origin, size, tree = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
    except (IndexError, binascii.Error):
        raise NoteWrong("not a checkpoint") from None
    if (
        not origin
        or not size.isascii()
        or not size.isdigit()
        or (size != "0" and size.startswith("0"))
        or len(tree) != 32
    ):
        raise NoteWrong("not a checkpoint")
    return Checkpoint(origin, int(size), tree)
