"""What the processes write down: one line a thing, who it was and from where, and never a secret."""

import json
import logging
import secrets
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import Client

from mix.config.lines import Line
from mix.data.models import Person

PASSWORD, NEW = "eleven bright pumps", "twelve quiet valves"
LOGIN = "/en/account/login/"


def test_the_processes_write_lines() -> None:
    handler = settings.LOGGING["handlers"][settings.LOGGING["root"]["handlers"][0]]
    assert settings.LOGGING["formatters"][handler["formatter"]]["()"] == f"{Line.__module__}.{Line.__qualname__}"


def test_nothing_makes_a_second_line() -> None:
    try:
        json.loads("[one\ntwo\r\n\u2028three")
    except ValueError:
        record = logging.LogRecord("mix", logging.ERROR, "", 0, "a\n%s\x1b", ("b\r\n{}",), sys.exc_info())
    record.created = 1790000000.5
    line = Line().format(record)
    assert line.isascii()
    assert line.isprintable()
    said = json.loads(line)
    assert list(said) == ["at", "level", "from", "says", "trace"]
    assert (said["at"], said["level"], said["says"]) == ("2026-09-21T14:13:20.500+00:00", "error", "a\nb\r\n{}\x1b")
    assert "\n" in said["trace"]


def test_a_line_says_who_asked_and_from_where_and_not_with_what() -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Forbidden", (), None)
    actor = SimpleNamespace(person=SimpleNamespace(code="stan"))
    record.request = SimpleNamespace(
        actor=actor, method="GET", path="/en/x/", came_from="203.0.113.7", META={"QUERY_STRING": "canary"}
    )
    record.status_code = 403
    said = json.loads(Line().format(record))
    del said["at"]
    assert said == {
        "level": "warning",
        "from": "django.request",
        "says": "Forbidden",
        "status": 403,
        "method": "GET",
        "path": "/en/x/",
        "person": "stan",
        "address": "203.0.113.7",
    }


@pytest.mark.parametrize(
    "secret",
    [secrets.token_urlsafe(32), f"1-cz5x8a-{secrets.token_hex(16)}", "MQ:1uXyZa:" + secrets.token_urlsafe(24)],
    ids=["invitation", "password", "address"],
)
def test_no_line_holds_a_secret_of_an_address(secret: str) -> None:
    path = f"/en/invitation/{secret}/"
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
    record.request = SimpleNamespace(path=path, method="GET")
    said = json.loads(Line().format(record))
    assert (said["says"], said["path"]) == ("Not Found: /en/invitation/…/", "/en/invitation/…/")
    public = "/en/challenges/under-our-streets-in-the-winter-of-2026/log/"
    assert Line().format(logging.LogRecord("x", 30, "", 0, public, (), None)).count(public) == 1


@pytest.fixture
def kim(db: None) -> Person:
    """Return a vendor's person who signs in by password."""
    person = Person.objects.get(code="kim")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    return person


@pytest.fixture
def heard(caplog: Any) -> Callable[[], list[str]]:
    """Return a function that gives what was written of signing in since it was last asked."""
    caplog.set_level(logging.INFO, logger="mix.web.frame.heard")

    def latest() -> list[str]:
        found = [json.loads(Line().format(r)) for r in caplog.records if r.name == "mix.web.frame.heard"]
        caplog.clear()
        assert all(line["address"] == "127.0.0.1" for line in found)
        return [line["says"] for line in found]

    return latest


def test_coming_going_and_failing_to_come_is_written(kim: Person, heard: Callable[[], list[str]]) -> None:
    client = Client()
    for email, password in ((kim.email, "canary"), ("nobody@example.org", "canary"), (kim.email, PASSWORD)):
        client.post(LOGIN, {"login": email, "password": password})
    assert heard() == [
        "no sign-in as kim: a wrong password",
        "no sign-in as nobody: a wrong password",
        "kim signed in by password",
    ]
    client.post("/en/account/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    client.post("/en/account/logout/")
    assert heard() == ["kim changed the password", "kim signed out"]


def test_tries_that_are_too_many_are_written(
    kim: Person, heard: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mix.web.entry.adapter.MOST_GUESSES", 1)
    for _ in range(2):
        Client().post(LOGIN, {"login": kim.email, "password": "canary"})
    assert heard() == ["no sign-in as kim: a wrong password", "no sign-in as kim: too many tries"]


def test_what_is_refused_is_written_with_who_asked(sign_in: Callable[[str], Client], caplog: Any) -> None:
    status = sign_in("umar").get("/en/city/settings/guelph/staff/").status_code
    assert status in {403, 404}
    (line,) = [json.loads(Line().format(r)) for r in caplog.records if r.name == "django.request"]
    assert (line["person"], line["address"], line["path"], line["status"]) == (
        "umar",
        "127.0.0.1",
        "/en/city/settings/guelph/staff/",
        status,
    )
