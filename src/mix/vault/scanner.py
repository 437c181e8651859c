"""A virus scanner beside the program: clamd, spoken to over its socket as the bytes pass (its command INSTREAM)."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from mix.rules.core.kinds import Scan
from mix.rules.market.sealed import ScannerDown

SECONDS = 120
_ANSWER = re.compile(r"stream: (?P<found>.+) FOUND|stream: OK")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a scanner says of one file, and the name of what it found."""

    scan: Scan
    found: str = ""


def _reach() -> socket.socket:
    place = urlsplit(settings.SCANNER)
    if place.scheme == "unix":
        wire = socket.socket(socket.AF_UNIX)
        wire.settimeout(SECONDS)
        try:
            wire.connect(place.path)
        except OSError:
            wire.close()
            raise
        return wire
    return socket.create_connection((place.hostname or "", place.port or 3310), timeout=SECONDS)


def _ask(command: bytes, chunks: Iterable[bytes] = ()) -> str:
    """Send one command, what follows it in chunks, and return the answer. Raises ScannerDown."""
    try:
        with _reach() as wire:
            wire.sendall(b"z" + command + b"\0")
            try:
                for chunk in chunks:
                    if chunk:  # an empty one would end the stream
                        wire.sendall(len(chunk).to_bytes(4, "big") + chunk)
                if command == b"INSTREAM":
                    wire.sendall(bytes(4))
            except (BrokenPipeError, ConnectionResetError):
                pass  # it stops reading where a stream grows past its own limit, and says so
            return wire.makefile("rb").read().rstrip(b"\0\n").decode("utf-8", "replace")
    except OSError as error:
        raise ScannerDown(f"The scanner does not answer at {settings.SCANNER} ({error}).") from None


def ping() -> str:
    """Return the version that the scanner names. Raises ScannerDown."""
    return _ask(b"VERSION")


def look_at(chunks: Iterable[bytes]) -> Verdict:
    """Have a file scanned as its chunks pass. Raises ScannerDown when it gives no answer; then nothing is known."""
    answer = _ask(b"INSTREAM", chunks)
    said = _ANSWER.fullmatch(answer)
    if said:
        return Verdict(Scan.FOUND, said["found"][:200]) if said["found"] else Verdict(Scan.CLEAN)
    if not answer:
        raise ScannerDown(f"The scanner at {settings.SCANNER} broke off.")
    return Verdict(Scan.NOT_POSSIBLE)
