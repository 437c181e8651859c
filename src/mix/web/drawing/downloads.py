"""Files to fetch: under their own names, in plain letters too for old programs, and never shown by the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from unicodedata import normalize
from urllib.parse import quote

from django.http import StreamingHttpResponse

from mix.rules.core.lines import file_name

# Should a browser show a file all the same, it is shut off from the site and from everything else.
SHUT = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"


PIECE = 256 * 1024


class Pieces:
    """An open file piece by piece, closed at its end, and by whoever gives up before, if only before the first."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if piece := self.file.read(PIECE):
            return piece
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Close it."""
        self.file.close()


def attachment(name: str) -> str:
    """Return the header that hands out a file under its name, whatever letters it has (RFC 6266)."""
    bare = file_name(name) or "file"
    plain = normalize("NFKD", bare.replace("’", "'")).encode("ascii", "ignore").decode()
    plain = "".join("_" if letter in '\\:*?"<>|%;' else letter for letter in plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(bare, safe='')}"


def download(name: str, chunks: Iterator[bytes]) -> StreamingHttpResponse:
    """Answer with a file that browsers save and never show."""
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    response["Content-Disposition"] = attachment(name)
    response["Content-Security-Policy"] = SHUT
    return response
