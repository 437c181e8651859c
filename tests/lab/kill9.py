"""Kill web workers, the whole site and the database while vendors finalise and upload; then nothing may be lost.

python -m tests.lab.kill9 --kills 50 --bidders 24

With `--crash`, a process of PostgreSQL is killed too, which stops everybody on that server: only for a server of the
lab's own. Without it, one connection of this database is cut.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.lab import checker, world

UPLOADERS = 4


class Load:
    """Vendors that draft and finalise without pause, each time with another key, and remember what they were told."""

    def __init__(self, bidders: list[world.Bidder], *, pause: float = 0) -> None:
        self.bidders = bidders
        self.pause = pause  # seconds, after each receipt
        self.receipts: dict[str, tuple[str, str]] = {}
        self.unanswered: set[tuple[world.Bidder, str]] = set()
        self.retried: set[tuple[world.Bidder, str]] = set()
        self.lock = threading.Lock()
        self.going = True
        self.threads = [threading.Thread(target=self._one, args=(b,), daemon=True) for b in bidders]

    def _one(self, bidder: world.Bidder) -> None:
        number = 0
        while self.going:
            number += 1
            if not self._saved(bidder):
                continue
            key = f"{bidder.submission}-{number}"
            while not self.send(bidder, key) and self.going:
                time.sleep(0.2)
            time.sleep(self.pause)

    def _saved(self, bidder: world.Bidder) -> bool:
        """Write the draft anew, since finalising destroyed it."""
        try:
            return world.save(bidder).status == 302
        except OSError:
            time.sleep(0.2)
            return False

    def send(self, bidder: world.Bidder, key: str) -> bool:
        """Finalise once; a request without an answer is remembered, and sent again with the same key."""
        try:
            reference = world.finalise(bidder, key).reference
        except OSError:
            reference = ""
        with self.lock:
            if reference:
                self.receipts[reference] = (bidder.submission, key)
                self.unanswered.discard((bidder, key))
            else:
                self.retried.add((bidder, key))
                self.unanswered.add((bidder, key))
        return bool(reference)

    def stop(self) -> None:
        """Let everybody end the request at hand."""
        self.going = False
        for thread in self.threads:
            thread.join(60)


class Uploads:
    """Vendors that upload files in parts without pause, go on where they were cut off, and remember what was kept."""

    def __init__(self, bidders: list[world.Bidder], *, pause: float = 0) -> None:
        self.pause = pause  # seconds, after each file
        self.kept: list[tuple[str, str]] = []
        self.cut = 0
        self.wrong: list[str] = []
        self.going = True
        self.threads = [threading.Thread(target=self._one, args=(b,), daemon=True) for b in bidders]

    def _one(self, bidder: world.Bidder) -> None:
        number = 0
        while self.going:
            number += 1
            content = f"{bidder.submission} {number} ".encode() * 40_000
            while self.going and not self._sent(bidder, f"{number}.txt", content):
                time.sleep(0.2)
            time.sleep(self.pause)

    def _sent(self, bidder: world.Bidder, name: str, content: bytes) -> bool:
        try:
            found = world.send_file(bidder, name, content)
        except (OSError, http.client.HTTPException):
            self.cut += 1
            return False
        if found != hashlib.sha256(content).hexdigest():
            self.wrong.append(f"I1: {bidder.submission} {name} has another fingerprint")
        self.kept.append((bidder.submission, found))
        return True

    def stop(self) -> None:
        """Let everybody end the file at hand."""
        self.going = False
        for thread in self.threads:
            thread.join(60)


def cut_database(chance: random.Random, *, crash: bool) -> None:
    """Cut one connection of this database, or kill its process as a crash does: then the whole server recovers."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        if rows and not crash:
            connection.execute("SELECT pg_terminate_backend(%s)", chance.choice(rows))
    if rows and crash:
        os.kill(chance.choice(rows)[0], signal.SIGKILL)


def is_postgres() -> bool:
    """Say whether the campaign runs on PostgreSQL."""
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def _patiently(tried: Callable[[], Any]) -> Any:
    """Try again until something comes of it, for half a minute.

    So many kills at once end the web server itself, which is started anew: a client that was told nothing asks again.
    """
    for _ in range(60):
        with suppress(OSError):
            if found := tried():
                return found
        time.sleep(0.5)
    return ""


def campaign(data: Path, *, kills: int, bidders: int, seconds: float, crash: bool) -> list[str]:
    """Run the whole campaign; return what did not hold."""
    world.prepare(data)
    everybody = world.build(bidders + UPLOADERS)
    load, files = Load(everybody[:bidders]), Uploads(everybody[bidders:])
    from django.db import connections

    connections.close_all()
    server = world.Server(data)
    chance = random.Random(kills)  # noqa: S311 - the same campaign again
    for thread in (*load.threads, *files.threads):
        thread.start()
    for number in range(kills):
        time.sleep(seconds)
        workers = server.web_workers()
        if number % 5 == 4:
            server.kill_all()
            server.start()
        elif number % 5 == 2 and is_postgres():
            cut_database(chance, crash=crash)
        elif workers:
            os.kill(chance.choice(workers), signal.SIGKILL)
    time.sleep(seconds)
    server.wait()
    load.stop()
    files.stop()
    for bidder, key in list(load.unanswered):
        _patiently(lambda bidder=bidder, key=key: load.send(bidder, key))
    latest = dict(load.receipts.values())
    same = [
        _patiently(lambda b=b: world.finalise(b, latest[b.submission]).reference)
        for b in load.bidders
        if b.submission in latest
    ]
    for worker in server.web_workers()[:1]:
        os.kill(worker, signal.SIGKILL)  # the one that is started in its place does not hear a signal at once
    time.sleep(0.3)
    server.stop()
    found = [*checker.broken(load.receipts), *files.wrong, *checker.missing_files(files.kept)]
    found += [f"R2: a retry gave no receipt: {key}" for _bidder, key in load.unanswered]
    found += [f"R2: a retry gave another receipt: {r}" for r in same if r not in load.receipts]
    print(
        f"{kills} kills, {len(load.receipts)} receipts, {len(load.retried)} requests without an answer, all sent again;"
        f" {len(files.kept)} files, {files.cut} uploads cut off and gone on with; lost or broken: {len(found)}"
    )
    return found


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--bidders", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--crash", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mix-lab-") as folder:
        found = campaign(
            Path(folder), kills=given.kills, bidders=given.bidders, seconds=given.seconds, crash=given.crash
        )
    for line in found[:40]:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
