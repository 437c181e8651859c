"""Finalising over HTTP: submissions per second with 32 clients, and the slowest of a crowd at the deadline.

A served instance, each submission with a file of 20 kB that was uploaded before; sealed, durable, logged, with a signed
receipt. Ratios: to three times the 50 per second that BC's Digital Marketplace took (its own submit, without a file;
measured on two cores like these), and to the limit of 3 s for the slowest of 200 at a deadline.

DATABASE_URL names a PostgreSQL server; without it SQLite.
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.lab import world  # noqa: E402 - found by the line above

PEER = 50.0
CLIENTS, BIDDERS, WARMING = 32, 640, 64


def measure(data: Path) -> tuple[float, float]:
    """Return submissions per second, and the 99th percentile of the waits in seconds."""
    world.prepare(data)
    bidders = world.build(BIDDERS)
    from django.db import connections

    connections.close_all()
    server = world.Server(data)
    crowd(bidders[:WARMING])
    began = time.perf_counter()
    waits = crowd(bidders[WARMING:])
    took = time.perf_counter() - began
    server.stop()
    return len(waits) / took, sorted(waits)[int(len(waits) * 0.99) - 1]


def crowd(bidders: list[world.Bidder]) -> list[float]:
    """Have all of them finalise, as many at once as there are clients; return their waits in seconds."""
    waits: list[float] = []
    queue = iter(bidders)
    lock = threading.Lock()

    def client() -> None:
        while True:
            with lock:
                bidder = next(queue, None)
            if bidder is None:
                return
            began = time.perf_counter()
            answer = world.finalise(bidder, "bench")
            if not answer.reference:
                raise SystemExit(f"refused: {answer}")
            waits.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def main() -> None:
    """Print both."""
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        rate, p99 = measure(Path(folder))
    print(f"finalise, {CLIENTS} clients: {rate:.0f} a second, p99 {p99:.2f} s; {rate / (3 * PEER):.2f} of 3 × the peer")
    # In a process of its own: an instance is prepared once in each.
    crowd = [sys.executable, "-m", "tests.lab.stampede", "--bidders", "200"]
    sys.exit(subprocess.run(crowd, cwd=ROOT, check=False).returncode)


if __name__ == "__main__":
    main()
