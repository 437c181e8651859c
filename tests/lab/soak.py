"""Load for an hour: what is served grows no heavier, no page fails, and all that was acknowledged is there.

Vendors draft, upload and finalise with a second between, and readers ask for pages of every audience. What the site
weighs is noted every minute; once it has seen everything, after a sixth of the time, it gains no more than a tenth.

python -m tests.lab.soak --minutes 60
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.lab import checker, world
from tests.lab.kill9 import Load, Uploads
from tests.lab.weighing import tree, weight

MOST = 350  # MB PSS of all that `mix serve` starts
GAIN = 1.1  # of what it weighed after a sixth of the time
FAILED = 500  # a status from which on the site is to blame
BIDDERS, UPLOADERS, READERS, PAUSE = 4, 1, 3, 0.2
PAGES = {
    "": ["", "challenges/", "challenges/?q=leak", "outcomes/", "measures/", "log/", "challenges/water-leaks/", "how/"],
    "priya": ["city/", "city/challenges/", "city/dates/", "city/challenges/under-our-streets/shortlist/"],
    "nora": ["vendor/", "vendor/sprints/guelph-roads-sprint/sprint-run/"],
    "hugo": ["evaluation/", "evaluation/under-our-streets/shortlist/score/A/"],
    "audrey": ["oversight/", "oversight/guelph-roads-sprint/", "oversight/guelph-roads-sprint/log/"],
}


class Readers:
    """People of every audience who ask for one page after another, and remember what failed."""

    def __init__(self) -> None:
        self.sessions = {code: world.session_of(code) for code in PAGES if code}
        self.read = 0
        self.failed: list[str] = []
        self.going = True
        self.threads = [threading.Thread(target=self._one, args=(n,), daemon=True) for n in range(READERS)]

    def _one(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - the same readers again
        while self.going:
            code = chance.choice(sorted(PAGES))
            path = f"/{chance.choice(('en', 'fr'))}/{chance.choice(PAGES[code])}"
            headers = {"Cookie": f"sessionid={self.sessions[code]}"} if code else {}
            with suppress(OSError):
                status = world.ask("GET", path, headers=headers).status
                self.read += 1
                if status >= FAILED:
                    self.failed.append(f"{status} {path}")
            time.sleep(PAUSE)

    def stop(self) -> None:
        """Let everybody read the page at hand to its end."""
        self.going = False
        for thread in self.threads:
            thread.join(60)


def grown(weights: list[int]) -> list[str]:
    """Say what a site weighed, in MB, minute after minute, and whether it grew."""
    some = len(weights) // 6 or 1
    before, after = statistics.median(weights[some : 2 * some] or weights), statistics.median(weights[-some:])
    print(f"{before:.0f} MB after a sixth of the time, {after:.0f} at the end: {after / MOST:.2f} of {MOST} MB")
    return [f"it gained {after - before:.0f} MB"] if after > before * GAIN else []


def run(data: Path, *, minutes: int) -> list[str]:
    """Load the site; return what did not hold."""
    world.prepare(data)
    everybody = world.build(BIDDERS + UPLOADERS)
    load, files, readers = Load(everybody[:BIDDERS], pause=1), Uploads(everybody[BIDDERS:], pause=10), Readers()
    from django.db import connections

    connections.close_all()
    server, weights = world.Server(data), list[int]()
    for thread in (*load.threads, *files.threads, *readers.threads):
        thread.start()
    for minute in range(1, minutes + 1):
        time.sleep(60)
        each = [weight(pid) // 1024 for pid in tree(server.process.pid)]
        weights.append(sum(each))
        print(
            f"minute {minute}: {weights[-1]} MB {each}, {readers.read} pages, {len(load.receipts)} receipts, "
            f"{len(files.kept)} files",
            flush=True,
        )
    for part in (load, files, readers):
        part.stop()
    server.stop()
    return [*grown(weights), *readers.failed, *files.wrong, *checker.broken(load.receipts)]


def main() -> None:
    """Run it and say what did not hold."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=int, default=60)
    with tempfile.TemporaryDirectory(prefix="mix-lab-") as folder:
        wrong = run(Path(folder), minutes=options.parse_args().minutes)
    print("\n".join(wrong) or "nothing grew, failed or was lost")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
