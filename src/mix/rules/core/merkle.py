"""Merkle trees as RFC 6962 defines them, over the hashes of a chain's entries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").digest()


def leaf(entry_hash: str) -> bytes:
    """Return the leaf of an entry: SHA-256 of 0x00 and the 32 bytes of the entry's hash, which is given in hex."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(entry_hashes: Iterable[str]) -> bytes:
    """Return the root of the tree, in one pass: full subtrees wait on a stack until their neighbour is complete."""
    stack: list[tuple[int, bytes]] = []
    for entry_hash in entry_hashes:
        level, node = 0, leaf(entry_hash)
        while stack and stack[-1][0] == level:
            node = _join(stack.pop()[1], node)
            level += 1
        stack.append((level, node))
    if not stack:
        return EMPTY
    node = stack.pop()[1]
    while stack:
        node = _join(stack.pop()[1], node)
    return node
