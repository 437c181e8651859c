"""What each class of page costs: CPU of the application and of the database, beside two pages of bare Django.

The peers run in the same process and the same rounds: a response without anything, and a page of twenty rows (one
query, one template). Every page is asked as the web process answers it, from the WSGI environment to the last byte,
without the HTTP server. Medians of interleaved rounds, per request. Goals: 8 ms for a list, 10 ms for a page of one
thing, three times the bare response for what comes from memory.

`--calls N` adds N open calls. DATABASE_URL names a PostgreSQL server; without it SQLite.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.lab import world  # noqa: E402 - found by the line above

ROUNDS, ROUND_SECONDS = 5, 0.15  # of the application's CPU, per page and round
TICK = os.sysconf("SC_CLK_TCK")
ROWS = """<!DOCTYPE html><title>Rows</title><ul>{% for row in rows %}
<li><a href="/{{ row.seq }}/">{{ row.subject }}</a> <b>{{ row.verb }}</b> {{ row.happened_at|date:"D j M Y" }}</li>
{% endfor %}</ul>"""
Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


@dataclass
class Page:
    """A page that is asked again and again, with its goal: milliseconds, or times the bare response from memory."""

    name: str
    application: Application
    path: str
    goal: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    is_kept: bool = False
    app: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    asked: int = 0

    def ask(self) -> tuple[str, bytes, dict[str, str]]:
        """Ask once; return status, body and headers."""
        path, _mark, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            **self.headers,
        }
        said: list[Any] = []
        answer = self.application(environ, lambda status, headers: said.extend([status, dict(headers)]))
        body = b"".join(answer)
        answer.close()
        return said[0], body, said[1]

    @property
    def milliseconds(self) -> float:
        """CPU of one request, application and database."""
        return statistics.median(self.app) + statistics.median(self.database)


def peers() -> Application:
    """Return a Django application of two pages, without any middleware."""
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest, HttpResponse
    from django.template import Context, Engine
    from django.urls import path
    from django.urls.resolvers import RegexPattern, URLResolver

    from mix.data.models import Event

    template = Engine().from_string(ROWS)

    def bare(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(b"Nothing.")

    def rows(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render(Context({"rows": Event.objects.order_by("-pk")[:20]})))

    resolver = URLResolver(RegexPattern(r"^/"), (path("bare/", bare), path("rows/", rows)))

    class Peers(WSGIHandler):
        def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - Django's signature
            self._middleware_chain = self.get

        @staticmethod
        def get(request: HttpRequest) -> HttpResponse:
            found = resolver.resolve(request.path_info)
            return found.func(request, *found.args, **found.kwargs)  # type: ignore[no-any-return]  # a view's

    return Peers()


def session_of(code: str) -> dict[str, str]:
    """Sign somebody of the cast in; return the header that says so."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from mix.data.models import Person

    person, session = Person.objects.get(code=code), SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={session.session_key}"}


def pages() -> list[Page]:
    """Return the peers, and every class of page."""
    cookies = {code: session_of(code) for code in ("priya", "tess", "audrey", "hugo")}
    from mix.config.wsgi import application as mix

    bare = peers()
    detail, notice = "/en/challenges/water-leaks/", "/en/calls/WATER-LEAKS-RFSQ8/"
    public = {
        "start page": "/en/",
        "challenges": "/en/challenges/",
        "challenges, searched": "/en/challenges/?q=leak",
        "a challenge": detail,
        "a notice": notice,
        "outcomes": "/en/outcomes/",
        "measures": "/en/measures/",
        "pilots": "/en/pilots/",
        "log": "/en/log/",
    }
    own = {
        "desk": ("priya", "/en/city/"),
        "needs": ("priya", "/en/city/needs/"),
        "a city's challenges": ("priya", "/en/city/challenges/"),
        "dates": ("priya", "/en/city/dates/"),
        "case files": ("audrey", "/en/oversight/"),
        "evaluations": ("hugo", "/en/evaluation/"),
        "a vendor's home": ("tess", "/en/vendor/"),
    }
    tag = Page("", mix, detail).ask()[2]["ETag"]
    compressed = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}
    return [
        Page("bare", bare, "/bare/"),
        Page("twenty rows", bare, "/rows/"),
        Page("from memory: the page", mix, detail, 3, compressed, is_kept=True),
        Page("from memory: 304", mix, detail, 3, {"HTTP_IF_NONE_MATCH": tag}, is_kept=True),
        *(Page(name, mix, path, 10 if name.startswith("a ") else 8) for name, path in public.items()),
        *(Page(name, mix, path, 8, cookies[code]) for name, (code, path) in own.items()),
    ]


def backends() -> list[int]:
    """Return the processes of the database that work for this one; none on SQLite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return []
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as own:
        rows = own.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()").fetchall()
    return [pid for (pid,) in rows]


def cpu_of(pids: list[int]) -> float:
    """Return the CPU seconds that processes have taken."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def run(page: Page, pids: list[int], *, seconds: float) -> None:
    """Ask a page for so many seconds of CPU."""
    from django.conf import settings

    settings.PAGE_CACHE = 8 * 1024 * 1024 if page.is_kept else 0
    status, _body, _headers = page.ask()
    if not status.startswith(("200", "304")):
        raise SystemExit(f"{page.name}: {status}")
    began, before, count = time.process_time(), cpu_of(pids), 0
    while time.process_time() - began < seconds or count < 3:
        page.ask()
        count += 1
    page.app.append((time.process_time() - began) / count * 1000)
    page.database.append((cpu_of(pids) - before) / count * 1000)
    page.asked += count


def lines(found: list[Page]) -> Iterator[str]:
    """Say what each page costs."""
    known = {page.name: page.milliseconds for page in found}
    yield f"{'page':24}{'app':>8}{'database':>10}{'ms':>8}{'x rows':>8}{'x bare':>8}  goal"
    for page in found:
        goal, unit = page.goal, "ms"
        if page.is_kept:
            goal, unit = page.goal * known["bare"], "times the bare response"
        said = f"{page.milliseconds / goal:5.2f} of {page.goal:g} {unit}" if page.goal else ""
        yield (
            f"{page.name:24}{statistics.median(page.app):8.2f}{statistics.median(page.database):10.2f}"
            f"{page.milliseconds:8.2f}{page.milliseconds / known['twenty rows']:8.2f}"
            f"{page.milliseconds / known['bare']:8.1f}  {said}"
        )


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=0, help="how many open calls to add")
    calls = options.parse_args().calls
    with tempfile.TemporaryDirectory(prefix="mix-bench-") as folder:
        world.prepare(Path(folder))
        from django.db import connection

        from mix.data.models import Challenge
        from tests.lab.grow import SEED, grow

        grow(Challenge.objects.get(code=SEED), range(calls))
        if connection.vendor == "postgresql":  # as its own autovacuum does within the minute
            connection.cursor().execute("ANALYZE")
        found = pages()
        for page in found:
            run(page, [], seconds=0)
            page.app, page.database, page.asked = [], [], 0
        pids = backends()
        for _ in range(ROUNDS):
            for page in found:
                run(page, pids, seconds=ROUND_SECONDS)
        print(f"{connection.vendor}, {calls} open calls more than the demonstration")
        print(*lines(found), sep="\n")
        connection.close()


if __name__ == "__main__":
    main()
