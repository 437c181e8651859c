"""What a page of work costs: CPU of the program and of PostgreSQL, and statements, against their limits.

A step, the scoring, the sprint room and a case file: 40 ms and 20 queries; the page of a challenge 25 ms, a notice
12 ms. In process, on a copy of the demonstration, medians of requests that follow each other; statements are all that
the database is sent, with those of the wall and of the connection.

DATABASE_URL names a PostgreSQL server (`tests/with_postgres.py` makes one); without it SQLite.
"""

import os
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.worlds import copy_postgres_world, copy_world, drop_postgres_world  # noqa: E402 - found by the line above

ROUNDS, TIMES, QUERIES = 5, 4, 20
LIMITS = {  # milliseconds, by who asks and for what
    ("priya", "/en/city/challenges/under-our-streets/shortlist/"): 40,
    ("priya", "/en/city/challenges/water-leaks/invitation/"): 40,
    ("priya", "/en/city/challenges/guelph-roads-sprint/sprint-run/"): 40,
    ("priya", "/en/city/challenges/water-leaks/procurement-brief/"): 40,
    ("hugo", "/en/evaluation/under-our-streets/shortlist/"): 40,
    ("hugo", "/en/evaluation/under-our-streets/shortlist/score/A/"): 40,
    ("nora", "/en/vendor/sprints/guelph-roads-sprint/sprint-run/"): 40,
    ("audrey", "/en/oversight/guelph-roads-sprint/"): 40,
    ("", "/en/challenges/water-leaks/"): 25,
    ("", "/en/calls/WATER-LEAKS-RFSQ8/"): 12,
}


@contextmanager
def world() -> Iterator[None]:
    """Set the program up on a copy of the demonstration."""
    server, name = os.environ.get("DATABASE_URL", ""), f"mix_bench_{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        if server:
            os.environ["DATABASE_URL"] = copy_postgres_world(Path(folder), server, name)
        else:
            copy_world(Path(folder))
        os.environ |= {"MIX_DATA_DIR": folder, "MIX_DEMO": "1", "DJANGO_SETTINGS_MODULE": "mix.config.settings"}
        import django  # it reads the settings that were just made

        django.setup()
        from django.conf import settings
        from django.db import connection

        plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
        settings.ALLOWED_HOSTS = ["*"]
        settings.PAGE_CACHE = 0  # each page is drawn
        from mix.data.wall import close_by_default

        connection.close()
        close_by_default()  # connections stand as the web process has them
        yield
        if server:
            connection.close()
            connection.close_pool()
            drop_postgres_world(server, name)


@contextmanager
def counted() -> Iterator[list[int]]:
    """Count what the database is sent, beneath Django's own log."""
    from django.db import connection

    found = [0]
    if connection.vendor == "postgresql":
        import psycopg

        whole: Callable[..., Any] = psycopg.Cursor.execute

        def execute(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - psycopg's own
            found[0] += 1
            return whole(*args, **kwargs)

        psycopg.Cursor.execute = execute  # type: ignore[method-assign]  # for a moment
        yield found
        psycopg.Cursor.execute = whole  # type: ignore[method-assign]  # for a moment
    else:

        def note(run: Callable[..., Any], *args: Any) -> Any:  # noqa: ANN401 - Django's own
            found[0] += 1
            return run(*args)

        with connection.execute_wrapper(note):
            yield found


def cpu() -> float:
    """Return the CPU time of this process and of its connections' processes on the server, in milliseconds."""
    from django.db import connection

    spent = time.process_time() * 1000
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            pids = [pid for (pid,) in cursor.fetchall()]
        spent += sum(int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6 for pid in pids)
    return spent


def main() -> None:
    """Print each page with its milliseconds, their part of the limit, and its statements."""
    with world():
        from django.test import Client

        from mix.data.models import Person

        clients, times, sent = {}, {page: list[float]() for page in LIMITS}, {}
        for who, url in LIMITS:
            clients[who] = client = clients.get(who) or Client()
            if who:
                backend = "allauth.account.auth_backends.AuthenticationBackend"
                client.force_login(Person.objects.get(code=who), backend=backend)
            client.get(url)
            with counted() as found:
                answer = client.get(url)
            if answer.status_code != 200:
                raise SystemExit(f"{url}: {answer.status_code}")
            sent[who, url] = found[0]
        for _round in range(ROUNDS):
            for (who, url), taken in times.items():
                began = cpu()
                for _ in range(TIMES):
                    clients[who].get(url)
                taken.append((cpu() - began) / TIMES)
        for page, limit in LIMITS.items():
            took = statistics.median(times[page])
            print(f"{took:6.1f} ms, {took / limit:.2f} of {limit} ms; {sent[page]:3} statements  {page[1]}")


if __name__ == "__main__":
    main()
