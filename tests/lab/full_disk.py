"""Fill the disk of a served site while vendors upload and finalise: what was receipted stays, and it recovers.

First files must wait and finalising goes on; then something else takes the rest of the disk; then there is room again.

python -m tests.lab.full_disk --bidders 16

The data folder lies on a file system of its own in memory, which only root may mount; elsewhere the lab says so.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from tests.lab import checker, world

ROOMY = "600m"
LEFT = 8 * 2**20  # bytes that are free when the vendors come: less than files may take
RECOVERS_WITHIN = 30


@contextmanager
def small_disk() -> Iterator[Path]:
    """Mount a file system in memory as long as the block runs. Raises CalledProcessError where that is not allowed."""
    folder = Path(tempfile.mkdtemp(prefix="mix-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def resize(folder: Path, size: str) -> None:
    """Make the file system larger or smaller."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=True)


def uploads_that_are_taken(bidders: list[world.Bidder]) -> int:
    """Have everybody begin a file; return how many were taken."""
    taken = 0
    for bidder in bidders:
        try:
            world.send_file(bidder, "late.txt", b"x" * 1000)
        except OSError:
            continue
        taken += 1
    return taken


def finalise(bidders: list[world.Bidder]) -> tuple[dict[str, tuple[str, str]], list[world.Bidder], Counter[int]]:
    """Have everybody finalise; return the receipts, who got none, and every status."""
    receipts, without, statuses = {}, [], Counter[int]()
    for bidder in bidders:
        answer = world.finalise(bidder, "full")
        statuses[answer.status] += 1
        if answer.reference:
            receipts[answer.reference] = (bidder.submission, "full")
        else:
            without.append(bidder)
    return receipts, without, statuses


def run(folder: Path, *, bidders: int) -> list[str]:
    """Fill, look, make room, look again; return what did not hold."""
    world.prepare(folder)
    crowd = world.build(bidders)
    from django.db import connections

    connections.close_all()
    server = world.Server(folder)
    disk = os.statvfs(folder)
    resize(folder, str((disk.f_blocks - disk.f_bfree) * disk.f_frsize + LEFT))
    half = bidders // 2
    taken = uploads_that_are_taken(crowd)
    receipts, without, statuses = finalise(crowd[:half])
    found = [f"{taken} files were taken although they had to wait"] if taken else []
    found += [f"{b.submission} could not finalise while files waited" for b in without]
    print(f"little room: {taken} files taken, finalised {dict(statuses)}")
    with closing(sqlite3.connect(folder / "mix.sqlite3")) as own:  # or its log has room enough for all who come
        own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = folder / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    more, without, statuses = finalise(crowd[half:])
    receipts |= more
    page = world.ask("GET", "/en/").status
    print(f"full: finalised {dict(statuses)}; the front page answers {page}")
    if not without:
        found.append("the disk was never full")
    if page != 200:
        found.append(f"the front page answered {page} on a full disk")
    filler.unlink()
    began = time.monotonic()
    while without and time.monotonic() - began < RECOVERS_WITHIN:
        time.sleep(0.5)
        more, without, _ = finalise(without)
        receipts |= more
    took = time.monotonic() - began
    server.stop()
    found += checker.broken(receipts)
    found += [f"{b.submission} could not finalise once there was room" for b in without]
    print(f"room again: {len(receipts)} of {bidders} receipts after {took:.1f} s; lost or broken: {len(found)}")
    return found


def main() -> None:
    """Print what was seen; 1 when something did not hold."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--bidders", type=int, default=16)
    given = arguments.parse_args()
    if os.geteuid() != 0:
        print("skipped: only root may mount the small disk")
        return
    with small_disk() as folder:
        found = run(folder, bidders=given.bidders)
    for line in found:
        print(line)
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
