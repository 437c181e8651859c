"""What a session holds and for how long, which cookies carry it, and the headers of every answer."""

import errno
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mix.data.models import Person
from mix.data.sessions import SessionStore
from mix.jobs.work import forget_sessions
from mix.rules.market.states import VendorSize
from mix.web.frame import middleware

pytestmark = pytest.mark.django_db
HEADERS = ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")
STEP = ("city-step", ["downtown-parking-2", "commissioning"])


def stashed(client: Client) -> dict[str, Any]:
    return {k.removeprefix("stash:"): v for k, v in client.session.items() if k.startswith("stash:")}


def test_a_visitor_keeps_one_text_and_no_more() -> None:
    client, urls = Client(), [reverse("city-need-new"), reverse(STEP[0], args=STEP[1])]
    for url in urls:
        client.post(url, {"act": "save", "users": "Typed"})
    assert stashed(client) == {urls[1]: {"act": ["save"], "users": ["Typed"]}}


def test_one_address_leaves_so_many_texts_in_an_hour(monkeypatch: Any) -> None:
    monkeypatch.setattr(middleware, "MOST_STASHES", 2)
    clients = [Client() for _ in range(4)]
    for client in clients:
        client.post(reverse("city-need-new"), {"act": "report", "title": "x" * 1000})
    assert [len(stashed(client)) for client in clients] == [1, 1, 0, 0]


def test_sessions_that_ended_are_removed(now: Any) -> None:
    client = Client()
    client.post(reverse("city-need-new"), {"act": "report", "title": "Typed"})
    key = client.session.session_key
    forget_sessions(now=now)
    assert Session.objects.filter(pk=key).exists()
    forget_sessions(now=now + timedelta(hours=13))
    assert not Session.objects.exists()


def test_a_session_is_read_until_its_row_ends_in_one_query(django_assert_num_queries: Any) -> None:
    kept = SessionStore()
    kept["typed"] = "something"
    with transaction.atomic():
        kept.create()
    with django_assert_num_queries(1):
        assert SessionStore(kept.session_key).get("typed") == "something"
    assert SessionStore("none-has-this-key").get("typed") is None
    Session.objects.filter(pk=kept.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    ended = SessionStore(kept.session_key)
    assert (ended.get("typed"), ended.session_key) == (None, None)
    assert isinstance(Client().session, SessionStore)


def test_a_browser_that_was_left_asks_to_sign_in_and_keeps_what_was_typed(sign_in: Callable[[str], Client]) -> None:
    client, url = sign_in("stan"), reverse("city-need-new")
    began = time.time()
    with time_machine.travel(began + 7000, tick=False):
        assert client.get(url).status_code == 200
    with time_machine.travel(began + 14000, tick=False):
        assert client.get(url).status_code == 200, "each request begins the time anew"
    with time_machine.travel(began + 21300, tick=False):
        answer = client.post(url, {"act": "report", "title": "Rust", "what": "Typed after lunch"})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/en/account/login/?next={url}")
        assert stashed(client)[url]["what"] == ["Typed after lunch"]
        assert client.get(url).status_code == 302


def test_an_answer_that_is_refused_early_has_the_headers_of_every_other(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    large = Client().post("/en/account/login/", "x" * 2000, content_type="application/x-www-form-urlencoded")
    answers = {413: large, 404: Client().get("/en/nothing/"), 302: Client().get("/en/city/"), 200: Client().get("/en/")}
    for status, answer in answers.items():
        assert (answer.status_code, [h for h in HEADERS if h not in answer.headers]) == (status, [])


@pytest.mark.parametrize("url", ["/en/challenges/none/", "/fr/calls/NONE/", "/en/documents/x/", "/en/pilots/none/"])
def test_a_public_address_that_is_not_there_asks_nobody_to_sign_in(url: str) -> None:
    assert Client().get(url).status_code == 404


def test_the_second_factor_is_asked_for_whatever_an_address_contains(
    sign_in: Callable[[str], Client], settings: Any
) -> None:
    settings.DEMO = False
    Person.objects.filter(code="priya").update(password="a hash")  # without one she makes a passkey first
    client = sign_in("priya")
    for url in ("/en/city/settings/guelph/methods/demo/", "/en/city/challenges/account/", "/en/demo2/demo/"):
        answer = client.get(url)
        assert (answer.status_code, answer.headers.get("Location", "")) == (302, "/en/account/2fa/"), url
    assert client.get("/en/account/2fa/").status_code == 200


def test_password_managers_find_where_a_password_is_changed(sign_in: Callable[[str], Client]) -> None:
    answer = sign_in("kim").get("/.well-known/change-password")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/account/password/change/")


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OperationalError("database is locked"), "busy for a moment"),
        (OperationalError("database or disk is full"), "no room left"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "no room left"),
    ],
    ids=["locked", "full database", "full disk"],
)
def test_what_an_act_must_wait_for_is_said_and_what_was_typed_is_kept(
    sign_in: Callable[[str], Client], monkeypatch: Any, fault: Exception, said: str
) -> None:
    def busy(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("mix.web.suppliers.teams.vendors.register_vendor", busy)
    answer = sign_in("kim").post(
        "/en/vendor/register/", {"act": "register", "name": "Typed Ltd", "size": VendorSize.UNKNOWN.value}
    )
    page = answer.content.decode()
    assert answer.status_code == 503, page
    assert (said in page, 'name="name" value="Typed Ltd"' in page) == (True, True)
    monkeypatch.setattr("mix.web.public.views.gather_funnel", busy)
    assert Client().get("/en/").status_code == 503


class _Strict(BaseHTTPRequestHandler):
    """A site that answers to its own name alone."""

    def do_GET(self) -> None:
        """Answer as Django does."""
        self.send_response(200 if self.headers["Host"] == "mix.example.ca" and self.path == "/healthz" else 400)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_the_container_asks_the_site_by_the_name_that_it_answers_to() -> None:
    docker = Path(__file__).resolve().parents[2].joinpath("Dockerfile").read_text()
    command = re.search(r"HEALTHCHECK.*CMD (\[.*\])", docker)
    assert command
    with HTTPServer(("127.0.0.1", 0), _Strict) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environment = {"PORT": str(server.server_port), "MIX_BASE_URL": "https://mix.example.ca"}
        words = json.loads(command[1])
        asked = [sys.executable, *words[1:]]
        well = subprocess.run(asked, env=environment, capture_output=True, check=False)
        ill = subprocess.run(
            asked, env={**environment, "MIX_BASE_URL": "https://x.ca"}, capture_output=True, check=False
        )
        server.shutdown()
    assert (well.returncode, ill.returncode) == (0, 1), well.stderr
