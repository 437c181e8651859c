"""Lots that anybody can draw again: a secret that was fixed before, and words that nobody could know before.

The site draws a secret and lets its fingerprint be recorded. Then words are said that it could not know, such as the
numbers of dice that were thrown. Only then is the secret opened: whoever has both gets the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def fingerprint(secret: str) -> str:
    """Return what is recorded of a secret before the draw: its SHA-256 in hex."""
    return sha256(secret.encode()).hexdigest()


def lot_of(name: str, *, secret: str, said: str) -> str:
    """Return the lot of one of the equals: the SHA-256 in hex of secret, words and name, a line each."""
    return sha256(f"{secret}\n{said}\n{name}".encode()).hexdigest()


def draw(names: Sequence[str], *, secret: str, said: str) -> tuple[str, ...]:
    """Return the order among equals: the smallest lot comes first, in whichever order they are named."""
    return tuple(sorted(names, key=lambda name: lot_of(name, secret=secret, said=said)))
