"""Signing the bundle of a case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO
from zipfile import ZIP_STORED, ZipFile

from django.conf import settings

from mix.actions.core.signing import public_key, sign, signer_name
from mix.data.models import Challenge
from mix.readers.flow.bundles import gather_logs, gather_records
from mix.rules.flow.proofs import BUNDLE_FORMAT, MANIFEST, member

PIECE = 256 * 1024


def _nameless() -> BinaryIO:
    """Return a file without a name beside the other data: in a folder of the system it may lie in memory."""
    return TemporaryFile(dir=settings.DATA_DIR)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one file of a bundle lies."""

    offset: int
    size: int
    sha256: str


class _Tray:
    """The files of a bundle, one after the other on the disk, until all are there to be signed for."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.places: dict[str, _Place] = {}

    def lay(self, name: str, pieces: Iterable[bytes]) -> None:
        """Take a file as it comes."""
        offset, digest = self.file.tell(), hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
            self.file.write(piece)
        self.places[name] = _Place(offset, self.file.tell() - offset, digest.hexdigest())

    def entries(self) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        """Yield the files in the order of their names."""
        for name, place in sorted(self.places.items()):
            yield name, place.size, self._pieces(place)

    def _pieces(self, place: _Place) -> Iterator[bytes]:
        self.file.seek(place.offset)
        left = place.size
        while left and (piece := self.file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def make_bundle(challenge: Challenge) -> BinaryIO:
    """Return the whole case as a signed archive: a file without a name, at its beginning.

    The same records give the same bytes. They pass over the disk: no memory holds the log of all that a city ever did.
    """
    with _nameless() as laid:
        tray = _Tray(laid)
        for name, content in gather_records(challenge).items():
            tray.lay(name, [content])
        for name, pieces in gather_logs(challenge):
            tray.lay(name, pieces)
        statement = {
            "format": BUNDLE_FORMAT,
            "challenge": challenge.code,
            "signer": signer_name(),
            "public_key": public_key(),
            "files": {name: place.sha256 for name, place in tray.places.items()},
        }
        tray.lay(MANIFEST, [json.dumps(sign(statement), indent=1, sort_keys=True).encode()])
        made = _nameless()
        _pack(tray, made)
    made.seek(0)
    return made


def _pack(tray: _Tray, out: BinaryIO) -> None:
    """Write what `rules.flow.proofs.pack` makes of the same files, to the byte."""
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name, size, pieces in tray.entries():
            info = member(name)
            info.file_size = size  # known before, as there: it decides the form of the header
            with archive.open(info, "w") as entry:
                for piece in pieces:
                    entry.write(piece)
