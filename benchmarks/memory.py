"""What `mix serve` weighs, started and after a round of pages, as a ratio to its limits; then what large files weigh.

Weight is the sum of each process's proportional share (PSS of smaps_rollup), so that what processes share counts once.
Run it beside the source, on SQLite or on the PostgreSQL that DATABASE_URL names: `python benchmarks/memory.py`.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.lab.weighing import tree, weight  # noqa: E402 - found by the line above

STARTED, LOADED, READY_SECONDS = 250, 350, 3.0
LARGE, HELD = 512, 16  # MB of a file, and how much of it is held at once
ROUNDS = 25
PAGES = ("", "challenges/", "outcomes/", "measures/", "how/", "log/", "challenges/water-leaks/", "privacy/")


def weigh(root: int, what: str, limit: int) -> None:
    """Print what a tree of processes weighs, each and all."""
    each = [weight(pid) // 1024 for pid in tree(root)]
    print(
        f"{what}: {sum(each)} MB PSS in {len(each)} processes {each}, {sum(each) / limit:.2f} of the limit of {limit}"
    )


def fetch(address: str) -> int:
    """Read a page to its end; return how many bytes it had."""
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - our own server
        return len(answer.read())


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_of(root: int) -> float:
    """Return the processor's seconds that a tree has taken."""
    ticks = 0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def pack_large() -> None:
    """Print how much memory a pack of one large file takes, as `sealed.zip` leaves."""
    from mix.web.drawing.packing import zip_of

    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        path = Path(folder, "large")
        with path.open("wb") as file:
            file.truncate(LARGE * 2**20)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size = sum(map(len, zip_of([("large", path)])))
        held = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"a pack of {size // 2**20} MB: {held:.1f} MB held at once, {held / HELD:.2f} of the limit of {HELD}")


def main() -> None:
    """Start, weigh, load, weigh again, and stop; then pack something large."""
    folder = os.environ.get("MIX_DATA_DIR") or tempfile.mkdtemp(prefix="mix-bench-")
    port = free_port()
    known = {**os.environ, "MIX_DEMO": "1", "MIX_DATA_DIR": folder, "PORT": str(port)}
    mix = [sys.executable, "-m", "mix.jobs.cli"]
    if not Path(folder, "mix.sqlite3").exists():
        subprocess.run([*mix, "demo", "--prepare-only"], check=True, env=known, stdout=subprocess.DEVNULL)
    began = time.perf_counter()
    with subprocess.Popen([*mix, "serve"], env=known) as site:
        try:
            base = f"http://127.0.0.1:{port}"
            while True:
                try:
                    fetch(f"{base}/healthz")
                    break
                except OSError:
                    time.sleep(0.02)
            took = time.perf_counter() - began
            print(f"ready after {took:.1f} s, {cpu_of(site.pid):.1f} s of CPU: {took / READY_SECONDS:.2f} of the limit")
            time.sleep(5)
            weigh(site.pid, "started", STARTED)
            addresses = [f"{base}/{language}/{page}" for page in PAGES for language in ("en", "fr")] * ROUNDS
            with ThreadPoolExecutor(8) as visitors:
                list(visitors.map(fetch, addresses))
            weigh(site.pid, f"after {len(addresses)} pages", LOADED)
        finally:
            began = time.perf_counter()
            site.send_signal(signal.SIGTERM)
            site.wait(30)
            print(f"stopped after {time.perf_counter() - began:.1f} s")
    pack_large()


if __name__ == "__main__":
    main()
