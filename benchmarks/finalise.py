"""Finalising over HTTP, beside the least that a form in Django can be (`_minimal_form.py`), in one run.

A served instance; each submission has a file of 20 kB that was uploaded before, and is sealed, durable, logged, with a
signed receipt. On PostgreSQL: the rate and the slowest of 32 clients, the same of the minimal form on the same database
before and after, CPU per submission (web processes and database, what the worker asks of it included), and 200 vendors
who come over ten seconds. On SQLite the rate. Each beside its limit: a ratio of 1.00 is the limit, above is better.

DATABASE_URL names a PostgreSQL server, and a throw-away one is started where it does not.
"""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.lab import world  # noqa: E402 - found by the line above

CLIENTS, BIDDERS, WARMING = 32, 256, 64
CROWD, OVER = 200, 10.0  # vendors, and the seconds over which they come
OF_MINIMAL, RATE, SLOWEST, CPU, SLOWEST_OF_CROWD, RATE_SQLITE = 0.5, 80.0, 0.5, 0.018, 1.0, 60.0
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Found:
    """What a crowd met: how many a second, the 99th percentile of its waits, and the CPU of each, in seconds."""

    rate: float
    p99: float
    web: float = 0.0
    database: float = 0.0


def measured(asks: list[Callable[[], None]], *, pids: Callable[[], tuple[list[int], list[int]]]) -> Found:
    """Have all be asked, as many at once as there are clients; `pids` names the web's processes, and the database's."""
    waits: list[float] = []
    queue, lock = iter(asks), threading.Lock()

    def client() -> None:
        while True:
            with lock:
                ask = next(queue, None)
            if ask is None:
                return
            began = time.perf_counter()
            ask()
            waits.append(time.perf_counter() - began)

    before, began = [sum(map(cpu, each)) for each in pids()], time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if len(waits) < len(asks):
        raise SystemExit(f"{len(asks) - len(waits)} of {len(asks)} were refused or lost")
    web, database = (sum(map(cpu, each)) - old for each, old in zip(pids(), before, strict=True))
    return Found(len(waits) / took, p99_of(waits), web / len(waits), database / len(waits))


def p99_of(waits: list[float]) -> float:
    """Return the 99th percentile."""
    return sorted(waits)[int(len(waits) * 0.99) - 1]


def cpu(pid: int) -> float:
    """Return the seconds that a process has used, with those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICK


def children(pid: int) -> list[int]:
    """List the processes that a process has begun."""
    return [int(p) for task in Path(f"/proc/{pid}/task").glob("*/children") for p in task.read_text().split()]


def database_pids() -> list[int]:
    """List the processes of the PostgreSQL server; none on SQLite, which works in those that ask it."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = int(cursor.fetchone()[0])
    postmaster = int(Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()[1])
    return [postmaster, *(p for p in children(postmaster) if p != own)]


def finalising(bidder: world.Bidder) -> Callable[[], None]:
    """Open the page of the check; return what finalises what stands on it."""
    seen = world.checked(bidder)

    def ask() -> None:
        answer = world.finalise(bidder, "bench", seen)
        if not answer.reference:
            raise SystemExit(f"refused: {answer}")

    return ask


def arrive(asks: list[Callable[[], None]]) -> float:
    """Have each come at its own moment, evenly over `OVER` seconds; return the 99th percentile of their waits."""
    waits: list[float] = []
    began = time.perf_counter()

    def one(ask: Callable[[], None], at: float) -> None:
        time.sleep(max(0.0, began + at - time.perf_counter()))
        start = time.perf_counter()
        ask()
        waits.append(time.perf_counter() - start)

    moments = [OVER * n / len(asks) for n in range(len(asks))]
    threads = [threading.Thread(target=one, args=pair) for pair in zip(asks, moments, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(waits) < len(asks):
        raise SystemExit(f"{len(asks) - len(waits)} of {len(asks)} were refused or lost")
    return p99_of(waits)


@contextmanager
def minimal_form(folder: Path) -> Iterator[Callable[[], Found]]:
    """Serve the minimal form on the same database; give what measures it."""
    from django.db import connection

    url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'minimal.sqlite3'}"
    environment = {**os.environ, "DATABASE_URL": url}
    here = ROOT / "benchmarks"
    subprocess.run([sys.executable, "_minimal_form.py"], cwd=here, env=environment, check=True)
    if connection.vendor == "postgresql":
        connection.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2"]
    command += ["--blocking-threads", "4", "--log-level", "warning", "_minimal_form:application"]
    server = subprocess.Popen(command, cwd=here, env=environment)
    token = secrets.token_hex(16)
    body = f"csrfmiddlewaretoken={token}&text=something"
    headers = {"Cookie": f"csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}

    def ask() -> None:
        door = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        door.request("POST", "/", body=body, headers=headers)
        status = door.getresponse().status
        door.close()
        if status != 302:
            raise SystemExit(f"the minimal form answers {status}")

    for _ in range(100):
        try:
            ask()
            break
        except OSError:
            time.sleep(0.2)
    try:
        yield lambda: measured([ask] * 2 * BIDDERS, pids=lambda: (children(server.pid), database_pids()))
    finally:
        server.terminate()
        server.wait(30)


def against(what: str, value: float, limit: float, unit: str, *, least: bool) -> None:
    """Print a value beside its limit."""
    ratio = value / limit if least else limit / value
    print(f"{what:58} {value:8.2f} {unit:3} limit {limit:6.2f}   {ratio:5.2f}", flush=True)


def main() -> None:
    """Measure here on the database that is named, or on both in processes of their own."""
    if "--here" not in sys.argv:
        here = [sys.executable, __file__, "--here"]
        start = [] if os.environ.get("DATABASE_URL") else [sys.executable, "tests/with_postgres.py"]
        on_sqlite = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
        codes = [
            subprocess.run([*start, *here, *(["--durable"] if start else [])], cwd=ROOT, check=False).returncode,
            subprocess.run(here, cwd=ROOT, env=on_sqlite, check=False).returncode,
        ]
        sys.exit(max(codes))
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        measure(Path(folder))


def measure(data: Path) -> None:
    """Print each figure beside its limit."""
    world.prepare(data)
    from django.db import connection, connections

    is_postgres = connection.vendor == "postgresql"
    if "--durable" in sys.argv:  # the throw-away server of the tests need not outlive a power cut
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET fsync = on")
            cursor.execute("ALTER SYSTEM SET full_page_writes = on")
            cursor.execute("SELECT pg_reload_conf()")
    bidders = world.build(BIDDERS + WARMING + (CROWD if is_postgres else 0))
    connections.close_all()
    with minimal_form(data) as form:
        server = world.Server(data)
        asks = [finalising(bidder) for bidder in bidders]
        first = form()

        def pids() -> tuple[list[int], list[int]]:
            return server.web_workers(), database_pids()

        measured(asks[:WARMING], pids=pids)
        found = measured(asks[WARMING : WARMING + BIDDERS], pids=pids)
        second = form()
        crowd = arrive(asks[WARMING + BIDDERS :]) if is_postgres else 0.0
        server.stop()
    rate = (first.rate + second.rate) / 2
    place = "PostgreSQL" if is_postgres else "SQLite"
    cost = [f"{1000 * (f.web + f.database):.1f} ms" for f in (first, second)]
    print(f"{place}: the minimal form takes {first.rate:.0f} and {second.rate:.0f} a second, CPU {' and '.join(cost)}")
    print(f"CPU of a submission: web {1000 * found.web:.1f} ms, database {1000 * found.database:.1f} ms")
    if is_postgres:
        against(f"{CLIENTS} clients, of the minimal form's rate", found.rate / rate, OF_MINIMAL, "", least=True)
        against(f"{CLIENTS} clients, submissions a second", found.rate, RATE, "/s", least=True)
        against(f"{CLIENTS} clients, 99th percentile", 1000 * found.p99, 1000 * SLOWEST, "ms", least=False)
        against(
            f"{CROWD} vendors over {OVER:.0f} s, 99th percentile",
            1000 * crowd,
            1000 * SLOWEST_OF_CROWD,
            "ms",
            least=False,
        )
        against("CPU of a submission", 1000 * (found.web + found.database), 1000 * CPU, "ms", least=False)
    else:
        against(f"{CLIENTS} clients, submissions a second", found.rate, RATE_SQLITE, "/s", least=True)


if __name__ == "__main__":
    main()
