"""Commitments of the log to what rows say: a salted SHA-256, so that nobody guesses a score or a price from it.

A row has one secret salt. What is shown of it outside comes with a salt derived for showing; a value that is private
is shown as a fingerprint under a salt derived for hiding, which is never shown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from mix.rules.core.chain import canonical


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def shown_salt(salt: str) -> str:
    """Return the salt that goes out with what is shown of a row."""
    return _sha256(f"shown {salt}".encode())


def shown(fact: Mapping[str, Any], *, private: Iterable[str], salt: str) -> dict[str, Any]:
    """Return what may be shown of a row: its private values as fingerprints that say nothing."""
    hidden = _sha256(f"hidden {salt}".encode()).encode()
    kept = frozenset(private)
    plain = {key: _plain(value) for key, value in fact.items()}
    return {key: _sha256(hidden + canonical(value)) if key in kept else value for key, value in plain.items()}


def commitment(fact: Mapping[str, Any], *, salt: str) -> str:
    """Return what the log holds of a row: SHA-256 of the shown salt and the canonical form of what is shown."""
    return _sha256(salt.encode() + canonical(fact))


def commitment_of(held: object) -> str | bool:
    """Return the commitment to something that was read with its salt and its fact; False for what is not that."""
    try:
        return commitment(held["fact"], salt=held["salt"]) if isinstance(held, dict) else False
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return False


def _plain(value: object) -> object:
    """Return a column's value as JSON without floats: instants in UTC, days and amounts as they are written."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return _sha256(bytes(value))
    return value
