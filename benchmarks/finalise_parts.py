"""Where the CPU of one finalised submission goes: by part of the program, in one process, beside the database's.

Half of the submissions are timed, the other half profiled; the profile's shares are of the time that was measured
without it. The ratio is to the limit of 18 ms: 1.00 is the limit, above is better. DATABASE_URL as in `finalise.py`.
"""

from __future__ import annotations

import cProfile
import pstats
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from finalise import CPU, cpu, database_pids  # noqa: E402 - found by the line above

from tests.lab import world  # noqa: E402 - the same

if TYPE_CHECKING:
    from django.test import Client

BIDDERS, WARMING = 120, 20
PARTS = {
    "/django/db/": "Django's ORM",
    "/mix/data/asked": "Django's ORM",
    "psycopg": "the driver of the database",
    "/sqlite3/": "the driver of the database",
    "/django/": "Django, the rest: request, session, CSRF, form, answer",
    "/mix/": "MIX",
}
SEALING = re.compile(r"pyrage|Ed25519|sha256|ed25519|openssl", re.IGNORECASE)
REST = "Python and other libraries"


def part_of(function: tuple[str, int, str]) -> str:
    """Name the part of the program to which a function belongs."""
    file, _line, name = function
    if file == "~" and SEALING.search(name):
        return "encryption, signing, hashing"
    if file == "~" and ("sqlite3" in name or "psycopg" in name):
        return "the driver of the database"
    return next((part for place, part in PARTS.items() if place in file), REST)


def shares(profile: cProfile.Profile) -> Counter[str]:
    """Return the seconds by part; what is built in counts where it was called."""
    found: Counter[str] = Counter()
    stats: Any = pstats.Stats(profile)
    for function, (_cc, _nc, own, _all, callers) in stats.stats.items():
        if function[0] != "~" or part_of(function) != REST or not callers:
            found[part_of(function)] += own
            continue
        for caller, (_n, _m, part, _c) in callers.items():
            found[part_of(caller)] += part
    return found


Pair = tuple[world.Bidder, dict[str, str]]


def checked_forms(client: Client, bidders: list[world.Bidder]) -> list[Pair]:
    """Open the page of the check for each; return what finalises what stands on it."""
    forms = []
    for bidder in bidders:
        client.cookies["sessionid"] = bidder.session
        page = client.get(f"/en/vendor/submissions/{bidder.submission}/check/").content.decode()
        seen = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[0] for name in ("draft", "codes")}
        form = {"csrfmiddlewaretoken": bidder.token, "act": "finalise", "retry": "x", "bind": "on", **seen}
        forms.append((bidder, form))
    return forms


def posting(client: Client) -> Callable[[world.Bidder, dict[str, str]], None]:
    """Return what sends such a form, as a browser does."""

    def post(bidder: world.Bidder, form: dict[str, str]) -> None:
        client.cookies.clear()
        client.cookies["sessionid"], client.cookies["csrftoken"] = bidder.session, bidder.token
        address = f"/en/vendor/submissions/{bidder.submission}/check/"
        answer = client.post(address, urlencode(form), content_type="application/x-www-form-urlencoded")
        if answer.status_code != 302:
            raise SystemExit(f"refused: {answer.status_code}")

    return post


def main() -> None:
    """Print a table, in the form of the documents."""
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        world.prepare(Path(folder))
        bidders = world.build(BIDDERS + WARMING)
        from django.conf import settings
        from django.db import connection
        from django.test import Client

        from mix.data.wall import close_by_default

        settings.ALLOWED_HOSTS = ["*"]
        connection.close()
        close_by_default()
        client = Client(enforce_csrf_checks=True)
        forms, post = checked_forms(client, bidders), posting(client)
        for pair in forms[:WARMING]:
            post(*pair)
        pids = database_pids()
        with connection.cursor() as cursor:
            if pids:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
        timed, profiled = forms[WARMING::2], forms[WARMING + 1 :: 2]
        before, began = sum(map(cpu, pids)), time.process_time()
        for pair in timed:
            post(*pair)
        own = (time.process_time() - began) / len(timed)
        database = (sum(map(cpu, pids)) - before) / len(timed)
        profile = cProfile.Profile(time.process_time)
        profile.enable()
        for pair in profiled:
            post(*pair)
        profile.disable()
        name = "PostgreSQL" if pids else "SQLite"
        connection.close()
    found = shares(profile)
    whole = sum(found.values())
    print(f"| {name}: CPU of one finalised submission | ms |\n|---|---|")
    for part, seconds in found.most_common():
        print(f"| {part} | {1000 * own * seconds / whole:.1f} |")
    print(f"| the database's own processes | {1000 * database:.1f} |")
    print(f"| in all (ratio {CPU / (own + database):.2f}) | {1000 * (own + database):.1f} |", flush=True)


if __name__ == "__main__":
    main()
