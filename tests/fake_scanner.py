"""A virus scanner that speaks as clamd does, on loopback: it finds one string, and fails as it is told to."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FakeScanner:
    """What it takes for a virus, how much it reads of one stream, and how often it was asked to look."""

    virus: bytes
    most_bytes: int = 10**9
    breaks_off: bool = False
    port: int = 0
    looked_at: list[int] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return where it listens, as MIX_SCANNER names it."""
        return f"tcp://127.0.0.1:{self.port}"

    def answer(self, read: socketserver._BufferedIOBase) -> bytes:
        """Read one command and return what clamd says to it."""
        command = b""
        while (byte := read.read(1)) not in (b"\0", b""):
            command += byte
        if command == b"zVERSION":
            return b"ClamAV 1.0.7/27500/Mon Nov 23 2026\0"
        assert command == b"zINSTREAM", command
        content = b""
        while size := struct.unpack("!L", read.read(4))[0]:
            content += read.read(size)
            if len(content) > self.most_bytes:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.looked_at.append(len(content))
        if self.breaks_off:
            return b""
        return b"stream: Test.Virus FOUND\0" if self.virus in content else b"stream: OK\0"


@contextmanager
def scanning(scanner: FakeScanner) -> Iterator[FakeScanner]:
    """Let it listen as long as the block runs."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(scanner.answer(self.rfile))

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        scanner.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield scanner
        server.shutdown()
