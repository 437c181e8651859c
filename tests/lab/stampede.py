"""Everybody finalises around the closing instant: nothing late is accepted, nothing on time is refused.

python -m tests.lab.stampede --bidders 200 --before 10 --after 2
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.lab import checker, world


def stampede(data: Path, *, bidders: int, before: float, after: float, certain: float) -> list[str]:
    """Run the stampede; return what did not hold. What was sent `certain` seconds early is on time for sure (R3)."""
    world.prepare(data)
    crowd = world.build(bidders)
    call = world.find_call()
    from django.db import connections

    from mix.data.models import Solicitation

    server = world.Server(data)
    seen = {bidder: world.checked(bidder) for bidder in crowd}
    closes = datetime.now(UTC) + timedelta(seconds=before + 3)
    Solicitation.objects.filter(pk=call.pk).update(closes_at=closes)
    connections.close_all()
    chance = random.Random(bidders)  # noqa: S311 - the same crowd again
    # Most come at the end: the moment is drawn so that half of all fall into the last tenth before closing.
    moments = sorted(
        closes - timedelta(seconds=before * chance.random() ** 4)
        if chance.random() < 0.8
        else closes + timedelta(seconds=after * chance.random())
        for _ in crowd
    )
    said: list[tuple[world.Bidder, datetime, float, world.Answer]] = []
    lock = threading.Lock()

    def one(bidder: world.Bidder, moment: datetime) -> None:
        time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
        began, start = datetime.now(UTC), time.perf_counter()
        try:
            answer = world.finalise(bidder, "only", seen[bidder])
        except OSError:
            answer = world.Answer(0, "", began)
        with lock:
            said.append((bidder, began, time.perf_counter() - start, answer))

    threads = [threading.Thread(target=one, args=pair) for pair in zip(crowd, moments, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    server.stop()
    receipts = {answer.reference: (b.submission, "only") for b, _began, _took, answer in said if answer.reference}
    found = checker.broken(receipts)
    sure = closes - timedelta(seconds=certain)
    for bidder, began, took, answer in said:
        if answer.status not in (302, 409):
            found.append(f"R4: {bidder.submission} got {answer.status} after {took:.1f} s")
        if answer.sent < sure and answer.status != 302:
            found.append(f"R3: {bidder.submission} was sent {closes - answer.sent} early: {answer.status}")
        if began >= closes and answer.status != 409:
            found.append(f"R3: {bidder.submission} was begun {began - closes} late: {answer.status}")
    waits = sorted(took for _b, _began, took, _answer in said)
    p99 = waits[max(0, int(len(waits) * 0.99) - 1)]
    print(
        f"{len(said)} requests around closing, {len(receipts)} accepted, wrong or lost: {len(found)};"
        f" p99 {p99:.2f} s, {p99 / 3:.2f} of the limit of 3 s"
    )
    return found


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bidders", type=int, default=200)
    parser.add_argument("--before", type=float, default=10.0)
    parser.add_argument("--after", type=float, default=2.0)
    parser.add_argument("--certain", type=float, default=1.0, help="seconds before closing that are on time for sure")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mix-lab-") as folder:
        found = stampede(Path(folder), **vars(given))
    for line in found[:40]:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
