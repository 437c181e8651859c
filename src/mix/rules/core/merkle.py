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


class Tree:
    """A tree that grows: what is kept of it are its full subtrees, the largest first, at most one of each height."""

    def __init__(self, size: int = 0, subtrees: bytes = b"") -> None:
        """Go on from what `subtrees` gave for so many entries. Raises ValueError where that cannot be."""
        heights = [height for height in range(size.bit_length() - 1, -1, -1) if size >> height & 1]
        if len(subtrees) != 32 * len(heights):
            raise ValueError(f"{len(subtrees)} bytes are not the subtrees of {size} entries")
        self.size = size
        self._stack = [(height, subtrees[32 * at : 32 * at + 32]) for at, height in enumerate(heights)]

    @property
    def subtrees(self) -> bytes:
        """The hashes of the full subtrees, one after the other; their heights follow from the size."""
        return b"".join(node for _height, node in self._stack)

    def add(self, entry_hash: str) -> None:
        """Add an entry: full subtrees wait until their neighbour is complete."""
        height, node = 0, leaf(entry_hash)
        while self._stack and self._stack[-1][0] == height:
            node = _join(self._stack.pop()[1], node)
            height += 1
        self._stack.append((height, node))
        self.size += 1

    def root(self) -> bytes:
        """Return the root over all entries so far."""
        if not self._stack:
            return EMPTY
        *rest, (_height, node) = self._stack
        for _height, left in reversed(rest):
            node = _join(left, node)
        return node


def root(entry_hashes: Iterable[str]) -> bytes:
    """Return the root of the tree."""
    tree = Tree()
    for entry_hash in entry_hashes:
        tree.add(entry_hash)
    return tree.root()


def roots_at(entry_hashes: Iterable[str], sizes: Collection[int]) -> dict[int, bytes]:
    """Return the roots that the tree had at some sizes, as far as it reaches, in one pass."""
    tree = Tree()
    found = {0: EMPTY} if 0 in sizes else {}
    for entry_hash in entry_hashes:
        tree.add(entry_hash)
        if tree.size in sizes:
            found[tree.size] = tree.root()
    return found
