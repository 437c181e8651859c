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


def _chunks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    yield from Pieces(content.open("rb"))


def zip_of(entries: Iterable[tuple[str, bytes | Path]]) -> Iterator[bytes]:
    """Pack each entry under its name, uncompressed, and yield the file in pieces. Asks no database."""
    tray = _Tray()
    with ZipFile(cast("IO[bytes]", tray), "w") as pack:  # one that cannot be sought in is taken too
        for name, content in entries:
            with pack.open(ZipInfo(name), "w", force_zip64=True) as entry:
                for chunk in _chunks(content):
                    entry.write(chunk)
                    yield tray.take()
    yield tray.take()
