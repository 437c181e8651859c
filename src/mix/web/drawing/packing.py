"""A zip file that leaves piece by piece: nothing of it is held, however large it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast
from zipfile import ZipFile, ZipInfo

from mix.web.drawing.downloads import Pieces


class _Tray:
    """What was written and not yet taken on."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Lay a piece down."""
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def take(self) -> bytes:
        """Take all that lies there."""
        taken = b"".join(self.pieces)
        self.pieces.clear()
        return taken


# What an entry holds: all of it, where it lies, or the pieces in which it comes.
Content = bytes | Path | Iterator[bytes]


def _chunks(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    elif isinstance(content, Path):
        yield from Pieces(content.open("rb"))
    else:
        yield from content


def zip_of(entries: Iterable[tuple[str, Content]]) -> Iterator[bytes]:
    """Pack each entry under its name, uncompressed, and yield the file in pieces. Asks no database."""
    tray = _Tray()
    with ZipFile(cast("IO[bytes]", tray), "w") as pack:  # one that cannot be sought in is taken too
        for name, content in entries:
            with pack.open(ZipInfo(name), "w", force_zip64=True) as entry:
                for chunk in _chunks(content):
                    entry.write(chunk)
                    yield tray.take()
    yield tray.take()
