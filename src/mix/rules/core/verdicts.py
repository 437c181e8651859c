"""Verdicts on what can be checked offline, and how signed documents are read for one."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mix.rules.core.chain import written


class Verdict(IntEnum):
    """The exit codes of `mix verify`."""

    HOLDS = 0
    TAMPERED = 1
    INCOMPLETE = 2
    UNCOMPARED = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, the first place where something is wrong ("" when all holds), and what."""

    verdict: Verdict
    place: str
    text: str


class Broken(Exception):
    """Something does not hold: carries the finding."""

    def __init__(self, verdict: Verdict, place: str, text: str) -> None:
        super().__init__(text)
        self.finding = Finding(verdict, place, text)


def tampered(place: str, text: str) -> Broken:
    """Return that something which is there does not fit."""
    return Broken(Verdict.TAMPERED, place, text)


def incomplete(place: str, text: str) -> Broken:
    """Return that something which must be there is not."""
    return Broken(Verdict.INCOMPLETE, place, text)


def concluded(text: str, *, signed_with: str, public_key: str) -> Finding:
    """Return that all holds; where nobody said whose key to expect (base64), that it fits together, and who signed."""
    if public_key:
        return Finding(Verdict.HOLDS, "", text)
    return Finding(Verdict.UNCOMPARED, "", f"{text}. Signed with {signed_with}, which was compared with no key")


def read_json(raw: bytes, place: str) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON that holds no floating point number, as everything does that was signed or logged."""
    try:
        return DECODER.decode(raw.decode())
    except (ValueError, RecursionError):
        raise tampered(place, "is not readable JSON without fractions") from None


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(text)


DECODER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)


def read_signed(raw: bytes, place: str, *, public_key: str) -> tuple[dict[str, Any], str]:
    """Return the statement of a signed document and the key that it was signed with (base64). Raises Broken."""
    document = read_json(raw, place)
    if not isinstance(document, dict) or not {"statement", "signature", "public_key"} <= set(document):
        raise incomplete(place, "has no statement, signature or public key")
    if public_key and document["public_key"] != public_key:
        raise tampered(f"{place}.public_key", "was signed with another key")
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(document["public_key"], validate=True))
        key.verify(base64.b64decode(document["signature"], validate=True), written(document["statement"]))
    except (InvalidSignature, ValueError, TypeError, RecursionError):
        raise tampered(f"{place}.signature", "does not hold for what is stated") from None
    if not isinstance(document["statement"], dict):
        raise tampered(f"{place}.statement", "is not a statement")
    return document["statement"], document["public_key"]
