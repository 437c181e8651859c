"""Shares: no place takes more than its part, and all together leave the rest."""

import io
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.test import Client

from mix.web.frame import middleware, streams
from mix.web.frame.shares import Shares


def test_one_place_takes_its_part_and_all_leave_the_rest() -> None:
    shares = Shares(5, each=3)
    assert [shares.take("one") for _ in range(5)] == [True, True, True, False, False]
    assert [shares.take("two") for _ in range(3)] == [True, True, False]
    shares.give("one")
    assert [shares.take("two"), shares.take("one")] == [True, False]


def test_what_was_given_back_is_free_again() -> None:
    shares = Shares(1, each=1)
    for place in ("one", "two", "one"):
        assert shares.take(place)
        shares.give(place)


@pytest.mark.django_db
def test_a_place_that_sends_much_at_once_is_told_to_wait_and_pages_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(middleware, "ON_ITS_WAY", Shares(2, each=1))
    asked: list[int] = []

    class Sending(io.BytesIO):
        """A form on its way: meanwhile others come from the same place and from another."""

        def read(self, *args: Any) -> bytes:
            if not asked:
                asked.append(0)
                asked[:] = [_post("10.0.0.1"), _post("10.0.0.2"), Client().get("/en/privacy/").status_code]
            return super().read(*args)

    body = b"login=x"
    first = Client().post(
        "/en/account/login/",
        REMOTE_ADDR="10.0.0.1",
        CONTENT_TYPE="application/x-www-form-urlencoded",
        CONTENT_LENGTH=str(len(body)),
        **{"wsgi.input": Sending(body)},
    )
    assert (first.status_code, asked) == (200, [503, 200, 200])
    assert _post("10.0.0.1") == 200


def _post(address: str) -> int:
    kind = "application/x-www-form-urlencoded"
    answer = Client().post("/en/account/login/", "login=x", kind, REMOTE_ADDR=address)
    assert answer.headers.get("Retry-After") == ("60" if answer.status_code == 503 else None)
    return answer.status_code


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["log", "bundle"])
def test_one_place_has_few_archives_made_at_once_and_another_has_its_own(
    what: str, sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MADE", Shares(2, each=1))
    auditor, url = sign_in("audrey"), f"/en/oversight/guelph-roads-sprint/{what}/"

    def asked(address: str) -> int:
        with closing(auditor.get(url, REMOTE_ADDR=address)) as answer:  # who gives up before the first byte
            assert answer.headers.get("Retry-After") == ("60" if answer.status_code == 503 else None)
            return answer.status_code

    first = auditor.get(url, REMOTE_ADDR="10.0.0.1")
    assert (first.status_code, asked("10.0.0.1"), asked("10.0.0.2"), asked("10.0.0.2")) == (200, 503, 200, 200)
    assert b"".join(first.streaming_content)  # type: ignore[attr-defined]  # of an answer that streams
    assert asked("10.0.0.1") == 200
