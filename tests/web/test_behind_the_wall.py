"""The second wall takes nothing away that the first one shows: with it and without it everybody sees the same pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from mix.actions.choice import evaluations
from mix.actions.core.run import run
from mix.data.models import Person
from mix.readers.city.people import actor_for
from tests.outside import panel, seated
from tests.web.test_two_worlds import crawl, differing, world

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row-level security"),
]


# Each of the six once in the gate, on each challenge two of them; all of them on all in `make lab`.
PEOPLE = ["olivia", "remi", "tess", "umar", "", "pat"]
CHALLENGES = ["under-our-streets", "guelph-roads-sprint", "young-trees"]


@pytest.mark.parametrize(
    ("code", "challenge"),
    [
        pytest.param(code, challenge, marks=[] if n % len(CHALLENGES) == m else [pytest.mark.lab])
        for n, code in enumerate(PEOPLE)
        for m, challenge in enumerate(CHALLENGES)
    ],
)
def test_pages_are_the_same_with_and_without_the_wall(
    sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, code: str, challenge: str
) -> None:
    assert_same(sign_in(code), monkeypatch, about=challenge)


def test_whoever_sits_from_outside_sees_the_same_pages_too(
    actor: Callable[[str], Any], now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ria = seated(actor, now)
    every = {s.vendor.code: ("none", "") for s in panel().solicitation.submissions.select_related("vendor")}
    run(actor_for(ria), now, evaluations.declare, panel(), conflicts=every)
    Person.objects.filter(pk=ria.pk).update(is_demo=True)
    client = Client()
    client.force_login(ria, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert_same(client, monkeypatch, about="under-our-streets")


def assert_same(client: Client, monkeypatch: pytest.MonkeyPatch, *, about: str) -> None:
    """Visit every page with the wall and without it."""
    with world():
        behind = crawl(client, about=about)
    with monkeypatch.context() as patched, world():
        patched.setattr("mix.web.frame.middleware.raise_wall", lambda _person: None)
        patched.setattr("mix.web.frame.middleware.lower_wall", lambda: None)
        before = crawl(client, about=about)
    assert differing(behind, before) == []
    assert len(behind) > 10


def test_what_is_asked_again_is_planned_once() -> None:
    """Planning what the policies add to a statement costs more than most answers."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
