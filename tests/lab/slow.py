"""Clients that send, or read, a byte a second: others are answered as if they were not there.

There are more of them than the site holds requests, all from one place. Each way of being slow comes alone: the head
of a request, a form, a file in one piece, and reading answers, or a log that is made while it is read.

python -m tests.lab.slow --clients 200
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.lab import world

ANSWERED_WITHIN = 5.0  # seconds on a busy machine, whoever is slow
TIMES = 20  # pages asked meanwhile
LOG = "/en/oversight/guelph-roads-sprint/log/"
FILE = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'


def head(method: str, path: str, session: str, *more: str) -> str:
    """Return the head of a request of somebody who is signed in."""
    lines = (f"{method} {path} HTTP/1.1", "Host: localhost", f"Cookie: sessionid={session}", *more)
    return "".join(f"{line}\r\n" for line in lines) + "\r\n"


def form(session: str, kind: str) -> str:
    """Return the head of a form that never ends."""
    return head("POST", "/en/account/login/", session, f"Content-Type: {kind}", "Content-Length: 100000")


# By the session of somebody: what is sent at once, and what follows a byte a second; without it the answer is read so.
WAYS: dict[str, Callable[[str], tuple[str, str]]] = {
    "a head": lambda session: ("", head("GET", "/en/", session, "X-Long: " + "x" * 1000)),
    "a form": lambda session: (form(session, "application/x-www-form-urlencoded"), "login=" + "x" * 1000),
    "a file": lambda session: (form(session, "multipart/form-data; boundary=x"), FILE + "x" * 1000),
    "answers": lambda session: (head("GET", "/static/mix.css", session) * 200, ""),
    "a log": lambda session: (head("GET", LOG, session), ""),
}


@contextmanager
def slow(at_once: str, rest: str, *, clients: int) -> Iterator[None]:
    """Have so many be slow in one way, as long as the block runs."""
    done = threading.Event()
    with ExitStack() as opened:
        lines = []
        for _ in range(clients):
            line = socket.socket()
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            opened.enter_context(line).connect(("127.0.0.1", int(os.environ["PORT"])))
            line.setblocking(False)
            with suppress(BlockingIOError):
                line.send(at_once.encode())
            lines.append(line)

        def drip() -> None:
            for byte in rest.encode() or bytes(1000):
                for line in lines:
                    with suppress(OSError):
                        line.send(bytes([byte])) if rest else line.recv(1)
                if done.wait(1):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        time.sleep(2)
        try:
            yield
        finally:
            done.set()
            dripping.join()


def slowest_page() -> float:
    """Ask for pages; return the seconds of the slowest, without end where one is not answered at all."""
    waits = []
    for _ in range(TIMES):
        began = time.perf_counter()
        try:
            answered = world.ask("GET", "/en/privacy/").status == 200
        except OSError:
            answered = False
        waits.append(time.perf_counter() - began if answered else float("inf"))
        if waits[-1] > ANSWERED_WITHIN:
            break
    return max(waits)


def run(folder: Path, *, clients: int) -> list[str]:
    """Be slow in each way, and ask for pages meanwhile; return what did not hold."""
    world.prepare(folder)
    session = world.session_of("audrey")
    server, wrong = world.Server(folder), []
    try:
        for name, way in WAYS.items():
            at_once, rest = way(session)
            with slow(at_once, rest, clients=clients):
                with suppress(OSError):
                    world.ask("GET", "/en/privacy/")  # once what they asked for is made
                took = slowest_page()
            print(f"{clients} are slow at {name}: the slowest of the pages of others took {took:.2f} s", flush=True)
            if took > ANSWERED_WITHIN:
                wrong.append(f"slow at {name}: a page took {took:.1f} s")
    finally:
        server.stop()
    return wrong


def main() -> None:
    """Run it and say what did not hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--clients", type=int, default=200)
    with tempfile.TemporaryDirectory(prefix="mix-lab-") as folder:
        wrong = run(Path(folder), clients=options.parse_args().clients)
    print("\n".join(wrong) or "everybody else was answered")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
