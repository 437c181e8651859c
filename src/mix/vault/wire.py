"""The sealer behind a Unix socket: one line of JSON each way. The socket is open to its owner and group alone.

`open` is more: after its line is granted the ciphertext follows, as many bytes as `size` said, and what is in it comes
back in frames as it is decrypted, with a last line that says whether all of it counts. So the sealer holds nothing
whole, shares no folder with anybody, and whoever asks bounds nothing of its memory.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Self

from django.conf import settings

from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.sealed import SealerDown
from mix.vault.passing import Sink, Source
from mix.vault.sealer import Passage, Sealer

MOST_LINE = 16 * 1024
MOST_AT_ONCE = 32  # who comes then waits at the door
SECONDS = 60  # in which the next bytes must come
CHUNK = 64 * 1024


class NotUnderstood(ValueError):
    """What was asked is no question to the sealer."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise NotUnderstood
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**48:
        raise NotUnderstood
    return value


def _instant(value: object) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise NotUnderstood
    return found.astimezone(UTC)


# What each operation is asked with, and nothing else.
OPERATIONS: dict[str, dict[str, Callable[[object], object]]] = {
    "make": {"not_before": _instant, "prices_not_before": _instant},
    "split": {"kind": _text, "recovery": _text},
    "show": {"number": _whole},
    "hand_out": {"number": _whole},
    "delay": {"not_before": _instant, "prices_not_before": _instant},
    "release": {},
    "state": {},
    "rehearse": {"ciphertext": lambda value: bytes.fromhex(_text(value))},
    "offer": {"share": _text},
    "forget": {},
    "open": {"envelope": lambda value: Envelope(_text(value)), "to": _text},
}
WITH_CLOCK = frozenset({"release", "rehearse", "offer", "open"})


def ask(operation: str, key_id: str, *, now: datetime, **facts: Any) -> Any:  # noqa: ANN401 - the operation's own
    """Have the sealer do one thing. `now` counts only where no process of its own has a clock. Raises Refused."""
    asked = {"do": operation, "key": key_id, **facts}
    if not settings.SEALER_SOCKET:
        return _do(_inside(settings.SEALER_DIR), json.loads(_line(asked)), now=now)
    with _Door() as door:
        return door.ask(asked)


def pass_through(
    key_id: str, *, envelope: Envelope, to: str, source: BinaryIO, size: int, sink: Sink, now: datetime
) -> str:
    """Have `size` bytes of ciphertext opened as they pass, and sealed again to the public key `to` where it is one.

    Returns the SHA-256 of what was in it; until then nothing that came out counts. Raises Refused.
    """
    asked = {"do": "open", "key": key_id, "envelope": envelope.value, "to": to}
    if not settings.SEALER_SOCKET:
        passage: Passage = _do(_inside(settings.SEALER_DIR), asked, now=now)
        return passage.take(source, sink)
    with _Door() as door:
        door.ask({**asked, "size": size})
        return str(door.pass_through(source, sink))


def _line(value: object) -> bytes:
    return json.dumps(value, default=_written).encode() + b"\n"


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


class _Door:
    """One connection to the sealer. Whatever fails on the way is SealerDown."""

    def __enter__(self) -> Self:
        try:
            self.wire = socket.socket(socket.AF_UNIX)
            self.wire.settimeout(600)
            self.wire.connect(settings.SEALER_SOCKET)
        except OSError as error:
            self.wire.close()
            raise _down(error) from None
        self.reader = self.wire.makefile("rb")
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()
        self.wire.close()

    def ask(self, asked: dict[str, Any]) -> Any:  # noqa: ANN401 - the operation's own
        """Send one line and return what is answered. Raises Refused."""
        try:
            self.wire.sendall(_line(asked))
        except OSError as error:
            raise _down(error) from None
        return self._answer()

    def _answer(self) -> Any:  # noqa: ANN401 - the operation's own
        try:
            answer = json.loads(self.reader.readline())
        except (OSError, ValueError) as error:
            raise _down(error) from None
        if "unmet" in answer:
            raise Refused(*(Unmet(**one) for one in answer["unmet"]))
        return answer["value"]

    def pass_through(self, source: BinaryIO, sink: Sink) -> Any:  # noqa: ANN401 - the operation's own
        """Send ciphertext while what comes back goes into a sink."""
        sender = threading.Thread(target=self._send, args=(source,), daemon=True)
        sender.start()
        try:
            while size := int.from_bytes(self._exactly(4), "big"):
                sink.write(self._exactly(size))
            sink.flush()
            return self._answer()
        finally:
            with suppress(OSError):  # the sealer has gone already
                self.wire.shutdown(socket.SHUT_RDWR)
            sender.join()

    def _send(self, source: BinaryIO) -> None:
        with suppress(OSError):  # the sealer stops reading where it goes away, and then says nothing either
            self.wire.sendfile(source)

    def _exactly(self, size: int) -> bytes:
        try:
            found = self.reader.read(size)
        except OSError as error:
            raise _down(error) from None
        if len(found) != size:
            raise _down("it broke off")
        return found


def _down(error: object) -> SealerDown:
    return SealerDown(f"The sealer does not answer at {settings.SEALER_SOCKET} ({error}). Run: mix sealer")


def serve(path: Path, *, clock: Callable[[], datetime]) -> None:
    """Answer at a socket until stopped, by this process's own clock (aware, UTC)."""
    sealer = Sealer(settings.SEALER_DIR)

    class Handler(_Handler):
        def handle(self) -> None:
            self.answer(sealer, clock)

    path.unlink(missing_ok=True)
    before = os.umask(0o117)
    server = _Server(str(path), Handler)
    os.umask(before)
    server.tidy = lambda: sealer.tidy(now=clock())
    with server:
        server.serve_forever()


class _Server(socketserver.ThreadingUnixStreamServer):
    """Handles so many at once and lets the others wait; between them, what was typed too long ago is dropped."""

    daemon_threads = True
    request_queue_size = 128
    tidy: Callable[[], None]

    def __init__(self, address: str, handler: type[socketserver.StreamRequestHandler]) -> None:
        self.room = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(address, handler)

    def service_actions(self) -> None:
        self.tidy()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - its own signature
        self.room.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - its own signature
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.room.release()


class _Handler(socketserver.StreamRequestHandler):
    """One connection, one question."""

    timeout = SECONDS

    def answer(self, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        """Answer what is asked; whoever goes away, or dawdles, is let go."""
        try:
            line = self.rfile.readline(MOST_LINE)
            said = answer(sealer, line, now=clock())
            if isinstance(said, Granted):
                self.wfile.write(_line({"value": None}))
                said = self._passed(said)
            self.wfile.write(_line(said))
        except OSError:
            return

    def _passed(self, granted: Granted) -> dict[str, Any]:
        source, frames = _Exactly(self.rfile, granted.size), _Frames(self.wfile)
        try:
            said = {"value": granted.passage.take(source, frames)}
        except Refused as error:
            said = _unmet(error)
        while source.read(CHUNK):
            pass  # what is still on its way: whoever sends it hears the answer after
        frames.flush()
        self.wfile.write(bytes(4))
        return said


class Granted:
    """The right to have ciphertext of a size opened."""

    def __init__(self, passage: Passage, size: int) -> None:
        self.passage, self.size = passage, size


class _Exactly:
    """The next so many bytes of a stream, as a stream of its own."""

    def __init__(self, source: Source, size: int) -> None:
        self.source, self.left = source, size

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.left if size < 0 else min(size, self.left)
        found = self.source.read(min(wanted, CHUNK))
        self.left = self.left - len(found) if found else 0
        return found


class _Frames:
    """Writes what it is given in frames: four bytes of length, then so many bytes."""

    def __init__(self, sink: Sink) -> None:
        self.sink, self.waits = sink, bytearray()

    def write(self, data: bytes, /) -> int:
        self.waits += data
        if len(self.waits) >= CHUNK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Send what waits."""
        if self.waits:
            self.sink.write(len(self.waits).to_bytes(4, "big") + bytes(self.waits))
            self.waits.clear()


def answer(sealer: Sealer, line: bytes, *, now: datetime) -> dict[str, Any] | Granted:
    """Return what a line is answered with; to `open`, the right to go on. Whatever it is, nothing is raised."""
    try:
        asked = json.loads(line) if line.endswith(b"\n") else None
        if not isinstance(asked, dict):
            raise NotUnderstood
        size = _whole(asked.pop("size", None)) if asked.get("do") == "open" else 0
        found = _do(sealer, asked, now=now)
    except Refused as error:
        return _unmet(error)
    except (ValueError, OverflowError, RecursionError, OSError):
        return _unmet(Refused(Unmet("not_understood")))
    return Granted(found, size) if isinstance(found, Passage) else {"value": found}


def _unmet(error: Refused) -> dict[str, Any]:
    return {"unmet": [asdict(u) for u in error.unmet]}


def _do(sealer: Sealer, asked: dict[str, Any], *, now: datetime) -> Any:  # noqa: ANN401 - the operation's own
    """Carry out what was asked in exactly its own words. Raises Refused, ValueError, OverflowError."""
    operation, key_id = _text(asked.get("do")), _text(asked.get("key"))
    words = OPERATIONS.get(operation)
    if words is None or set(asked) != {"do", "key", *words}:
        raise NotUnderstood
    facts = {name: read(asked[name]) for name, read in words.items()}
    if operation in WITH_CLOCK:
        facts["now"] = now
    return getattr(sealer, operation)(key_id, **facts)


@cache
def _inside(folder: Path) -> Sealer:
    return Sealer(folder)
