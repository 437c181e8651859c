"""What every answer tells a browser, whatever it is: a page, a static file, a download, a refusal."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mix.web.drawing.downloads import download

pytestmark = pytest.mark.django_db
SHUT = ("frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'")


def lacks(headers: Any) -> list[str]:
    policy = headers.get("Content-Security-Policy", "").split("; ")
    found = [part for part in SHUT if part not in policy]
    return found + ([] if headers.get("X-Content-Type-Options") == "nosniff" else ["nosniff"])


@pytest.fixture
def static(tmp_path: Path, settings: Any) -> Client:
    """Return a visitor of a site whose static files are these."""
    settings.STATIC_ROOT = tmp_path
    for name in ("mix.css", "verify.html"):
        (tmp_path / name).write_text("<p>x</p>")
    return Client()


def ask(client: Client, url: str, **more: Any) -> Any:
    answer = client.get(url, **more)
    answer.close()
    return answer


@pytest.mark.parametrize("url", ["/static/mix.css", "/static/verify.html", "/healthz", "/en/", "/en/none/", "/"])
def test_every_answer_says_what_a_browser_may_do_with_it(static: Client, url: str) -> None:
    assert lacks(ask(static, url).headers) == []


def test_the_page_of_the_verifier_is_saved_and_not_run_by_the_site(static: Client) -> None:
    page, sheet = ask(static, "/static/verify.html"), ask(static, "/static/mix.css")
    assert (page.status_code, page.headers.get("Content-Disposition")) == (200, "attachment")
    assert (sheet.status_code, "Content-Disposition" in sheet.headers) == (200, False)


def test_a_download_is_shut_off_from_the_site() -> None:
    headers = download("plan.pdf", iter([b"x"])).headers
    assert [part for part in ("sandbox", *SHUT) if part not in headers["Content-Security-Policy"].split("; ")] == []


@pytest.mark.parametrize("url", ["/healthz", "/log/key/", "/en/log/key/", "/static/mix.css"])
def test_a_text_names_its_charset(static: Client, url: str) -> None:
    kind = ask(static, url, follow=True).headers["Content-Type"]
    assert not kind.startswith("text/") or "charset=" in kind


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("url", ["/en/", "/healthz", "/static/mix.css"])
def test_only_what_the_site_speaks_is_answered(static: Client, method: str, url: str) -> None:
    answer = static.generic(method, url)
    assert (answer.status_code, answer.headers["Allow"], lacks(answer.headers)) == (405, "GET, HEAD, POST", [])
