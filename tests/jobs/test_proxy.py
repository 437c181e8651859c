"""What `mix doctor` says of the way from the public address to the site."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.test import Client

from mix.jobs.doctor import State, Word, proxy

pytestmark = pytest.mark.django_db


class _Site(BaseHTTPRequestHandler):
    """A site behind a proxy, as its answer to /healthz tells."""

    answer: tuple[int, dict[str, str]] = (200, {})

    def do_GET(self) -> None:
        """Answer as the test chose."""
        status, headers = self.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(settings: Any) -> Iterator[Callable[..., Word]]:
    """Return a function that says how the site answers, and how many proxies are set, and gives the doctor's word."""
    with HTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.BASE_URL = f"http://127.0.0.1:{server.server_port}"

        def word(status: int = 200, *, proxies: int, hops: str, scheme: str = "http") -> Word:
            settings.PROXIES = proxies
            _Site.answer = (status, {"Mix-Proxies": hops, "Mix-Scheme": scheme})
            (found,) = proxy()
            return found

        yield word
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "proxies", "hops", "scheme", "state", "says"),
    [
        (200, 1, "1", "http", State.GOOD, "answers, through 1 proxies."),
        (200, 0, "0", "http", State.GOOD, "answers, through 0 proxies."),
        (200, 0, "1", "http", State.BAD, "arrives with 1 addresses, and MIX_PROXIES is 0"),
        (200, 2, "1", "http", State.BAD, "arrives with 1 addresses, and MIX_PROXIES is 2"),
        (200, 1, "0", "http", State.BAD, "arrives with 0 addresses, and MIX_PROXIES is 1"),
        (200, 1, "1", "https", State.BAD, "Have the proxy set X-Forwarded-Proto"),
        (502, 1, "1", "http", State.BAD, "/healthz answers 502"),
    ],
)
def test_the_way_through_the_proxies_is_compared_with_what_is_set(
    site: Callable[..., Word], status: int, proxies: int, hops: str, scheme: str, state: State, says: str
) -> None:
    found = site(status, proxies=proxies, hops=hops, scheme=scheme)
    assert (found.state, says in found.text) == (state, True), found


def test_a_site_on_https_without_a_proxy_takes_all_for_one(settings: Any) -> None:
    settings.PROXIES, settings.IS_HTTPS, settings.BASE_URL = 0, True, "http://127.0.0.1:9"
    bad, away = proxy()
    assert (bad.state, "Set MIX_PROXIES=1" in bad.text) == (State.BAD, True)
    assert (away.state, "Is `mix serve` running?" in away.text) == (State.LOOK, True)


def test_the_site_says_how_a_question_came(settings: Any) -> None:
    answer = Client().get(
        "/healthz", headers={"x-forwarded-for": "203.0.113.7, 10.0.0.2", "x-forwarded-proto": "https"}
    )
    assert {name: answer.headers[name] for name in ("Mix-Proxies", "Mix-Scheme")} == {
        "Mix-Proxies": "2",
        "Mix-Scheme": "http",
    }, "without a proxy that is known, nobody's word on the scheme counts"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    known = Client().get("/healthz", headers={"x-forwarded-proto": "https"})
    assert known.headers["Mix-Scheme"] == "https"
