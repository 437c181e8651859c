"""Receipts: what one states, and what anybody can check of it offline."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mix.rules.core.chain import written
from mix.rules.core.commitments import commitment_of
from mix.rules.core.kinds import Envelope
from mix.rules.core.verdicts import Broken, Finding, concluded, incomplete, read_json, read_signed, tampered
from mix.rules.core.versioned import Form, FormUnknown, Instant, Versioned
from mix.rules.market.states import CustodyMode

OWN = "files"  # the vendor's part of a receipt, beside its statement


@dataclass(frozen=True, slots=True)
class FileLine(Form):
    """A file inside an envelope, in hex: a salted commitment to its name, size and SHA-256; that of its ciphertext.

    The vendor's part, which is handed out with a receipt and stands beside its statement, says what is committed to.
    """

    commitment: str
    ciphertext_sha256: str


@dataclass(frozen=True, slots=True)
class SealedLine(Form):
    """An envelope: the SHA-256 of its content with its salt, and of its ciphertext, in hex; and its files.

    `recipient` is the public key to which all of it is encrypted: each envelope of a call has its own.
    """

    envelope: Envelope
    commitment: str
    ciphertext_sha256: str
    recipient: str
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class ReceiptClock(Form):
    """Whose clock it was, and the edition of the time zones."""

    source: str
    tzdata: str


@dataclass(frozen=True, slots=True)
class ReceiptEntry(Form):
    """The entry of the log that the receipt stands for: its chain and its hash."""

    chain: str
    entry: str


@dataclass(frozen=True, slots=True)
class ReceiptStatement(Versioned):
    """What a receipt says: no prices, and no content but its fingerprints. `number` is that of the finalised version.

    `began_at` is when the first byte came, `received_at` the last. `acknowledged` are the numbers of the addenda that
    were.
    """

    HEAD = {"kind": "MIX submission receipt", "version": 1}

    reference: str
    call: str
    instance: str
    city: str
    challenge: str
    vendor: str
    number: int
    began_at: Instant
    received_at: Instant
    closes_at: Instant
    zone: str
    clock: ReceiptClock
    envelopes: tuple[SealedLine, ...]
    key_id: str
    custody: CustodyMode
    acknowledged: tuple[int, ...]
    log: ReceiptEntry

    def line(self, envelope: Envelope) -> SealedLine:
        """Return what is said of one envelope. Raises StopIteration where it has none."""
        return next(line for line in self.envelopes if line.envelope is envelope)


def read_receipt(raw: bytes, place: str, *, public_key: str) -> tuple[ReceiptStatement, str]:
    """Return what a signed receipt states, and the key that signed it (base64). Raises Broken.

    Where it comes with the vendor's part, that is compared with what the statement commits to.
    """
    stated, signed_with = read_signed(raw, place, public_key=public_key)
    try:
        statement = ReceiptStatement.read(stated)
    except FormUnknown as error:
        raise tampered(place, f"is no receipt of a version that is known ({error.place})") from None
    document = read_json(raw, place)
    if OWN in document:
        _own(statement, document[OWN], f"{place}.{OWN}")
    return statement, signed_with


def with_own_part(receipt: Mapping[str, Any], files: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """Return a receipt as its vendor gets it: with names, sizes and SHA-256 of its files by envelope, and the salts."""
    return {**receipt, OWN: {envelope: list(lines) for envelope, lines in files.items()}}


def _own(statement: ReceiptStatement, files: object, place: str) -> None:
    """Recompute the commitments to files. Raises Broken."""
    if not isinstance(files, dict) or sorted(files) != sorted(line.envelope.value for line in statement.envelopes):
        raise tampered(place, "does not list the files of each envelope")
    for line in statement.envelopes:
        own = files[line.envelope.value]
        if not isinstance(own, list) or [commitment_of(one) for one in own] != [f.commitment for f in line.files]:
            raise tampered(f"{place}.{line.envelope.value}", "is not what the receipt commits to")


def verify_receipt(raw: bytes, *, public_key: str = "", copy: bytes = b"") -> Finding:
    """Check a receipt's signature, and that it was made with a key that is known, where one is given (base64).

    With the vendor's own copy: also that each envelope of the receipt is a commitment to what the copy says.
    """
    try:
        statement, signed_with = read_receipt(raw, "receipt", public_key=public_key)
        if copy:
            _copy(statement, read_json(copy, "copy"))
    except Broken as broken:
        return broken.finding
    text = f"{statement.reference}: received {statement.received_at.isoformat()}"
    return concluded(text, signed_with=signed_with, public_key=public_key)


def _copy(statement: ReceiptStatement, copy: object) -> None:
    """Recompute the commitments of a receipt. Raises Broken."""
    envelopes = copy.get("envelopes") if isinstance(copy, dict) else None
    if not isinstance(envelopes, dict):
        raise incomplete("copy", "is not a vendor's own copy")
    for line in statement.envelopes:
        name = line.envelope.value
        if name not in envelopes:
            raise incomplete(f"copy.{name}", "is not in the copy")
        if hashlib.sha256(written(envelopes[name])).hexdigest() != line.commitment:
            raise tampered(f"copy.{name}", "is not what the receipt commits to")
