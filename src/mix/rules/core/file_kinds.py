"""The kinds of files that may be asked of vendors, each with the endings by which it is known."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class FileKind(StrEnum):
    """What a file is, as whoever asks for one says it."""

    PDF = "pdf"
    TEXT = "text"
    TABLE = "table"
    SLIDES = "slides"
    PICTURE = "picture"
    FILM = "film"
    MAP = "map"
    ARCHIVE = "archive"


ENDINGS: dict[FileKind, tuple[str, ...]] = {
    FileKind.PDF: ("pdf",),
    FileKind.TEXT: ("docx", "odt", "txt"),
    FileKind.TABLE: ("xlsx", "ods", "csv", "json"),
    FileKind.SLIDES: ("pptx", "odp"),
    FileKind.PICTURE: ("png", "jpg", "jpeg"),
    FileKind.FILM: ("mp4", "mov", "webm"),
    FileKind.MAP: ("geojson", "gpkg"),
    FileKind.ARCHIVE: ("zip",),
}


def endings(kinds: Sequence[FileKind]) -> tuple[str, ...]:
    """Return the endings of these kinds, in their order; of no kind those of all."""
    return tuple(ending for kind in kinds or tuple(FileKind) for ending in ENDINGS[kind])
