"""A served instance with many vendors, each with a draft, for one call that closes when the lab says so."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.worlds import copy_postgres_world, copy_world

if TYPE_CHECKING:
    from mix.data.models import Solicitation

ROOT = Path(__file__).resolve().parents[2]


def prepare(data: Path) -> None:
    """Point this process at a copy of the demonstration: SQLite, or a new database where DATABASE_URL points."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        os.environ["DATABASE_URL"] = copy_postgres_world(data, given, f"lab_{secrets.token_hex(6)}")
    else:
        copy_world(data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        os.environ["PORT"] = str(probe.getsockname()[1])
    os.environ |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "mix.config.settings"}
    import django

    django.setup()


@dataclass(frozen=True)
class Bidder:
    """One vendor with a finished draft, and the cookies of its person."""

    vendor: str
    submission: str
    session: str
    token: str


def build(count: int, *, file_size: int = 20_000) -> list[Bidder]:
    """Make vendors that have drafted and uploaded everything for the call that is open."""
    from mix.actions.core.run import run
    from mix.actions.market import sealing, submissions
    from mix.actions.market.vendors import register_vendor
    from mix.data.models import Person
    from mix.readers.city.people import actor_for

    now = datetime.now(UTC)
    call = find_call()
    bidders = []
    for number in range(count):
        person = Person.objects.create(
            code=f"lab{number}", name=f"Lab {number}", email=f"lab{number}@example.org", is_demo=True, password="!"
        )
        vendor = run(actor_for(person), now, register_vendor, f"Lab {number} Inc.", size="small")
        actor = actor_for(person)
        submission = run(actor, now, submissions.start, call, vendor)
        run(actor, now, submissions.save_answers, submission, answers=ANSWERS)
        stream = sealing.open_stream(call, envelope="technical")
        stream.write(secrets.token_bytes(file_size))
        run(
            actor,
            now,
            submissions.add_file,
            submission,
            stored=stream.finish(),
            envelope="technical",
            name="plan.txt",
        )
        bidders.append(Bidder(vendor.code, submission.code, session_of(person.code), secrets.token_hex(16)))
    return bidders


def session_of(code: str) -> str:
    """Sign somebody in; return the key of the session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import transaction

    from mix.data.models import Person

    person, session = Person.objects.get(code=code), SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    with transaction.atomic():
        session.create()
    return str(session.session_key)


ANSWERS = {
    "legal_status": "Inc.",
    "team": "Three people",
    "approach": "Listen",
    "newness": "New",
    "business": "Lasts",
    "conflicts": "none",
    "insurance": True,
}


def find_call() -> Solicitation:
    """Return the call that is open."""
    from mix.data.models import Solicitation

    return Solicitation.objects.select_related("step__challenge__method", "step__challenge__municipality").get(
        step__challenge__code="water-leaks", step__key="invitation"
    )


class Server:
    """`mix serve` as a process of its own, which can be killed at its roots."""

    def __init__(self, data: Path) -> None:
        self.log = (data / "serve.log").open("ab")
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._launch()
        self.wait()

    def _launch(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mix.jobs.cli", "serve"], stdout=self.log, stderr=self.log, start_new_session=True
        )

    def wait(self) -> None:
        """Wait until it answers; a killed worker comes back by itself."""
        for _ in range(300):
            with suppress(OSError):
                if ask("GET", "/en/accessibility/").status == 200:
                    return
            time.sleep(0.2)
        raise RuntimeError("the server does not answer")

    def web_workers(self) -> list[int]:
        """List the processes that answer requests."""
        children: dict[int, list[int]] = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
        web = [pid for pid in children.get(self.process.pid, []) if pid in children]  # alone has processes of its own
        return [worker for pid in web for worker in children.get(pid, [])]

    def kill_all(self) -> None:
        """Kill every process of the site at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Stop in good order."""
        self.process.terminate()
        self.process.wait(30)


@dataclass(frozen=True)
class Answer:
    """A status, where it sends us, and when the last byte of the request had been sent."""

    status: int
    location: str
    sent: datetime
    body: bytes = b""

    @property
    def reference(self) -> str:
        """The reference of the receipt that it leads to, if it does."""
        return self.location.rstrip("/").rsplit("/", 1)[-1] if self.status == 302 else ""


def ask(method: str, path: str, *, headers: dict[str, str] | None = None, body: str | bytes = "") -> Answer:
    """Send one request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=60)
    try:
        connection.request(method, path, body=body or None, headers=headers or {})
        sent = datetime.now(UTC)
        answer = connection.getresponse()
        said = answer.read()
        return Answer(answer.status, answer.headers.get("Location") or "", sent, said)
    finally:
        connection.close()


def post(bidder: Bidder, page: str, **fields: str) -> Answer:
    """Send a form of a bidder's submission over HTTP."""
    return ask(
        "POST",
        f"/en/vendor/submissions/{bidder.submission}/{page}",
        headers={
            "Cookie": f"sessionid={bidder.session}; csrftoken={bidder.token}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        body=urlencode({"csrfmiddlewaretoken": bidder.token, **fields}),
    )


def look(bidder: Bidder, page: str, *names: str) -> dict[str, str]:
    """Open a page of a bidder's submission, and return what stands in these hidden fields; "" where there is none."""
    path = f"/en/vendor/submissions/{bidder.submission}/{page}"
    text = ask("GET", path, headers={"Cookie": f"sessionid={bidder.session}"}).body.decode()
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', text) for name in names}
    return {name: match[1] if match else "" for name, match in found.items()}


def checked(bidder: Bidder) -> dict[str, str]:
    """Open the page of the check: what is finalised is what stands on it."""
    return look(bidder, "check/", "draft", "codes")


def finalise(bidder: Bidder, key: str, seen: dict[str, str] | None = None) -> Answer:
    """Finalise over HTTP what was seen, or what is seen now."""
    return post(bidder, "check/", act="finalise", retry=key, bind="on", **(checked(bidder) if seen is None else seen))


def send_file(bidder: Bidder, name: str, content: bytes, *, part: int = 2**17) -> str:
    """Upload a file in parts, going on where the site says; return the fingerprint that the site has.

    Raises OSError when the site does not answer, or with anything but what was asked for.
    """
    base = f"/en/vendor/submissions/{bidder.submission}/uploads/"
    headers = {"Cookie": f"sessionid={bidder.session}; csrftoken={bidder.token}", "X-CSRFToken": bidder.token}
    form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
    raw = headers | {"Content-Type": "application/octet-stream"}

    def said(answer: Answer) -> dict[str, Any]:
        if answer.status != 200:
            raise OSError(f"{answer.status}: {answer.body[:200]!r}")
        return dict(json.loads(answer.body))

    begun = said(ask("POST", base, headers=form, body=urlencode({"name": name, "size": len(content)})))
    there = int(begun["there"])
    while there < len(content):
        url = f"{base}{begun['upload']}/?start={there}"
        there = int(said(ask("POST", url, headers=raw, body=content[there : there + part]))["there"])
    return str(said(ask("POST", f"{base}{begun['upload']}/finish/", headers=form))["sha256"])


def save(bidder: Bidder) -> Answer:
    """Write the whole draft over HTTP."""
    answers = {key: "on" if value is True else str(value) for key, value in ANSWERS.items()}
    return post(bidder, "", go="stay", **answers, **look(bidder, "", "draft"))
