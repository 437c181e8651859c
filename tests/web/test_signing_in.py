"""A session from its beginning to its end, and what an answer says to whom it does not know."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client

from mix.data.models import Person

pytestmark = pytest.mark.django_db
OLD, NEW = "eleven bright pumps", "twelve quiet valves"
LOGIN, HOME, ACCOUNT = "/en/account/login/", "/en/vendor/", "/en/account/"


@pytest.fixture
def kim() -> Person:
    """Return a vendor's person who signs in by password."""
    person = Person.objects.get(code="kim")
    person.set_password(OLD)
    person.save()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    return person


def signed_in(person: Person, client: Client | None = None, *, to: str = "") -> tuple[Client, Any]:
    client = client or Client()
    answer = client.post(f"{LOGIN}?next={to}" if to else LOGIN, {"login": person.email, "password": OLD, "next": to})
    assert answer.status_code == 302
    return client, answer


def gets(session: str) -> int:
    client = Client()
    client.cookies["sessionid"] = session
    return client.get("/en/me/sessions/").status_code


def test_who_signs_in_gets_another_session_and_who_signs_out_ends_it(kim: Person) -> None:
    client = Client()
    client.post("/en/city/needs/new/", {"act": "report", "title": "Typed"})
    before = str(client.session.session_key)
    signed_in(kim, client)
    after = str(client.session.session_key)
    assert after != before
    assert len(after) >= 25, "of 36 letters: 128 bits and more"
    assert (gets(before), gets(after)) == (302, 200)
    assert client.get("/en/account/logout/").status_code == 200
    assert gets(after) == 200, "asking to sign out signs nobody out"
    client.post("/en/account/logout/")
    assert gets(after) == 302


def test_a_session_that_is_used_all_day_ends_after_twelve_hours(sign_in: Callable[[str], Client]) -> None:
    client, began = sign_in("stan"), time.time()
    for minutes, status in [*((m, 200) for m in range(0, 720, 100)), (721, 302)]:
        with time_machine.travel(began + 60 * minutes, tick=False):
            assert (minutes, client.get("/en/city/needs/new/").status_code) == (minutes, status)


def test_signing_out_clears_what_the_browser_kept_and_a_session_that_was_left_does_not(kim: Person) -> None:
    client, _ = signed_in(kim)
    assert "Clear-Site-Data" not in client.get("/en/account/logout/").headers
    assert client.post("/en/account/logout/").headers["Clear-Site-Data"] == '"cache", "storage"'
    client, _ = signed_in(kim)
    with time_machine.travel(time.time() + 7300, tick=False):
        left = client.get("/en/me/sessions/")
    assert (left.status_code, "Clear-Site-Data" in left.headers) == (302, False), "what was typed there comes back"


def test_every_page_of_somebody_who_is_signed_in_leads_to_signing_out(sign_in: Callable[[str], Client]) -> None:
    link = 'href="/en/account/logout/"'
    assert [link in sign_in(who).get("/en/").content.decode() for who in ("priya", "kim", "")] == [True, True, False]


def test_there_is_one_list_of_sessions(kim: Person) -> None:
    client, _ = signed_in(kim)
    answer = client.get("/en/account/sessions/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/me/sessions/")


def test_an_address_changes_after_one_showed_again_who_one_is(kim: Person) -> None:
    client, _ = signed_in(kim)
    url, form = "/en/account/email/", {"action_add": "", "email": "kim@elsewhere.example"}
    asked = client.post(url, form)
    assert (asked.status_code, asked.headers["Location"].split("?")[0]) == (302, "/en/account/reauthenticate/")
    assert client.post(asked.headers["Location"], {"password": "wrong"}).status_code == 200
    assert not EmailAddress.objects.filter(email="kim@elsewhere.example").exists()
    assert client.post(asked.headers["Location"], {"password": OLD}).status_code == 302
    assert EmailAddress.objects.filter(user=kim, email="kim@elsewhere.example").exists(), "what was asked goes on"


def test_an_account_that_is_shut_is_signed_out_at_once(kim: Person) -> None:
    client, _ = signed_in(kim)
    assert client.get("/en/me/sessions/").status_code == 200
    Person.objects.filter(pk=kim.pk).update(is_active=False)
    assert client.get("/en/me/sessions/").status_code == 302


def test_a_new_password_needs_the_old_one_and_ends_every_other_session(kim: Person) -> None:
    (one, _), (other, _) = signed_in(kim), signed_in(kim)
    url, new = "/en/account/password/change/", {"password1": NEW, "password2": NEW}
    assert one.post(url, {"oldpassword": "wrong", **new}).status_code == 200
    assert (Person.objects.get(pk=kim.pk).check_password(OLD), other.get("/en/me/sessions/").status_code) == (
        True,
        200,
    )
    assert one.post(url, {"oldpassword": OLD, **new}).status_code == 302
    assert Person.objects.get(pk=kim.pk).check_password(NEW)
    assert [c.get("/en/me/sessions/").status_code for c in (one, other)] == [200, 302]


def test_a_password_that_was_forgotten_signs_nobody_in(kim: Person) -> None:
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    client = Client()
    link = f"/en/account/password/reset/key/{user_pk_to_url_str(kim)}-{default_token_generator.make_token(kim)}/"
    form = client.get(link)
    assert form.status_code == 302, "the secret leaves the address before a page is drawn"
    assert client.post(form.headers["Location"], {"password1": NEW, "password2": NEW}).status_code == 302
    assert Person.objects.get(pk=kim.pk).check_password(NEW)
    assert client.get("/en/me/sessions/").status_code == 302
    assert "password1" not in Client().get(link, follow=True).content.decode(), "a link counts once"


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example"])
def test_signing_in_leads_to_no_other_site(kim: Person, to: str) -> None:
    _, answer = signed_in(kim, to=to)
    assert answer.headers["Location"].startswith("/en/")


@pytest.mark.parametrize("url", ["/static/", "/static/fonts/", "/.git/config", "/en/../.env", "/media/"])
def test_no_folder_is_listed(url: str) -> None:
    assert Client().get(url).status_code == 404


def test_what_nobody_foresaw_says_nothing_of_the_inside(
    monkeypatch: Any, caplog: Any, sign_in: Callable[[str], Client]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("canary of the inside")

    monkeypatch.setattr("mix.web.public.views.gather_funnel", broken)
    client = sign_in("")
    client.raise_request_exception = False
    answer = client.get("/en/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert [word for word in ("canary", "Traceback", "RuntimeError", "gather_funnel") if word in page] == []
    assert "canary of the inside" in caplog.text
