"""Merkle trees as RFC 6962 defines them, over the hashes of a chain's entries."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

EMPTY = hashlib.sha256(b"").digest()


def leaf(entry_hash: str) -> bytes:
    """Return the leaf of an entry: SHA-256 of 0x00 and the 32 bytes of the entry's hash, which is given in hex."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(entry_hash)).digest()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(entry_hashes: Iterable[str]) -> bytes:
    """Return the root of the tree."""
    stack: list[tuple[int, bytes]] = []
    for entry_hash in entry_hashes:
        _push(stack, entry_hash)
    return _top(stack)


def roots_at(entry_hashes: Iterable[str], sizes: Collection[int]) -> dict[int, bytes]:
    """Return the roots that the tree had at some sizes, as far as it reaches, in one pass."""
    stack: list[tuple[int, bytes]] = []
    found = {0: EMPTY} if 0 in sizes else {}
    for size, entry_hash in enumerate(entry_hashes, start=1):
        _push(stack, entry_hash)
        if size in sizes:
            found[size] = _top(stack)
    return found


def _push(stack: list[tuple[int, bytes]], entry_hash: str) -> None:
    """Add a leaf: full subtrees wait on the stack until their neighbour is complete."""
    level, node = 0, leaf(entry_hash)
    while stack and stack[-1][0] == level:
        node = _join(stack.pop()[1], node)
        level += 1
    stack.append((level, node))


def _top(stack: list[tuple[int, bytes]]) -> bytes:
    """Return the root over what waits on the stack, which stays as it is."""
    if not stack:
        return EMPTY
    *rest, (_level, node) = stack
    for _level, left in reversed(rest):
        node = _join(left, node)
    return node
