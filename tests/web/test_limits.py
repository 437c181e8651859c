"""How often something may be tried: for an account, from an address, behind a proxy; and what is kept of the text."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.urls import reverse

from mix.data.cache import TableCache, forget_expired
from mix.data.models import (
    CacheEntry,
    Challenge,
    Engagement,
    Message,
    Person,
    Registration,
    StaffInvitation,
    Vendor,
)
from mix.readers.core.clock import read_clock
from mix.web.forms.limits import Limit, address_of, is_within
from mix.web.public.engagements import Register
from mix.web.staff.city import settings as city_settings

pytestmark = pytest.mark.django_db
PASSWORD = "eleven bright pumps"
LOGIN = "/en/account/login/"
GUESSER, OWNER = "203.0.113.7", "198.51.100.9"


@pytest.fixture
def kim() -> Person:
    """Return a vendor's person who signs in by password."""
    person = Person.objects.get(code="kim")
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    return person


def try_to_sign_in(email: str, password: str, *, forwarded: str) -> Any:
    return Client().post(LOGIN, {"login": email, "password": password}, headers={"x-forwarded-for": forwarded})


def test_whoever_guesses_shuts_out_nobody_else(kim: Person, settings: Any) -> None:
    settings.PROXIES = 1
    answers = [try_to_sign_in(f"nobody{n}@example.org", "x", forwarded=GUESSER) for n in range(45)]
    assert {a.status_code for a in answers} == {200}
    guesses = [try_to_sign_in(kim.email, "wrong", forwarded=f"{OWNER}, {GUESSER}") for _ in range(12)]
    stopped = ["Too many failed login attempts" in a.content.decode() for a in guesses]
    assert stopped == [False] * 10 + [True] * 2, "what the guesser writes before the proxy's word counts for nothing"
    assert "Too many" in try_to_sign_in(kim.email, PASSWORD, forwarded=GUESSER).content.decode()
    assert try_to_sign_in(kim.email, PASSWORD, forwarded=OWNER).status_code == 302


def test_guesses_from_many_addresses_at_one_account_end(kim: Person, settings: Any, monkeypatch: Any) -> None:
    settings.PROXIES = 1
    monkeypatch.setattr("mix.web.entry.adapter.MOST_GUESSES", 4)
    answers = [try_to_sign_in(kim.email, "wrong", forwarded=f"192.0.2.{n}") for n in range(6)]
    assert ["Too many" in a.content.decode() for a in answers] == [False] * 4 + [True] * 2


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "1.2.3.4, 203.0.113.7", "203.0.113.7"),
        (2, "1.2.3.4, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "203.0.113.7:5123", "203.0.113.7"),
        (1, "[2001:db8::1]:5123", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_an_address_is_what_the_outermost_known_proxy_saw(
    settings: Any, proxies: int, header: str, address: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", headers={"x-forwarded-for": header}, REMOTE_ADDR="10.0.0.1")
    assert address_of(request) == address


def test_one_code_of_an_authenticator_is_taken_once(kim: Person) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    Authenticator.objects.create(user=kim, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(secret)})
    if time.time() % 30 > 25:
        time.sleep(6)  # both tries fall into the same half minute
    (counter,) = yield_hotp_counters_from_time()
    code = format_hotp_value(hotp_value(secret, counter))
    answers = []
    for _ in range(2):
        client = Client()
        assert client.post(LOGIN, {"login": kim.email, "password": PASSWORD}).status_code == 302
        answers.append(client.post("/en/account/2fa/authenticate/", {"code": code}).status_code)
    assert answers == [302, 200]


def test_what_is_counted_is_shared_and_expires() -> None:
    one, other = TableCache("", {}), TableCache("", {})
    assert (one.add("a", [1.5, "x"], 60), other.add("a", 2, 60), other.get("a")) == (True, False, [1.5, "x"])
    other.set("n", 1, 60)
    assert (one.incr("n"), other.incr("n", 3), one.get("n"), one.get("z", "none")) == (2, 5, 5, "none")
    assert (one.delete("n"), other.delete("n"), other.get("n")) == (True, False, None)
    with pytest.raises(ValueError, match="n"):
        one.incr("n")
    one.set("gone", 1, timeout=0)
    assert (one.get("gone"), one.touch("gone"), one.add("gone", 2, None), one.get("gone")) == (None, False, True, 2)
    assert one.touch("a", timeout=0)
    assert (CacheEntry.objects.filter(key__endswith=":a").count(), forget_expired(now=read_clock())) == (1, 1)
    other.clear()
    assert one.get("gone") is None


def test_the_site_counts_in_the_database() -> None:
    assert [is_within("x", "y", most=2, within=3600) for _ in range(3)] == [True, True, False]
    assert cache.get("mix:x:z:1") is None
    assert CacheEntry.objects.filter(key__contains="mix:x:y").count() == 1


INVITE = {"act": "invite", "email": "typed@example.org", "language": "en"}


@pytest.mark.parametrize(("language", "said"), [("en", "too often in the last hour"), ("fr", "Trop d’envois")])
def test_a_flood_of_invitations_ends_and_keeps_what_was_typed(
    sign_in: Callable[[str], Client], language: str, said: str
) -> None:
    vendor = Vendor.objects.get(code="kestrel")
    client, url = sign_in("kim"), f"/{language}/vendor/team/{vendor.code}/"
    answers = [client.post(url, {**INVITE, "email": f"a{n}@example.org"}) for n in range(20)]
    assert {a.status_code for a in answers} == {302}
    refused = client.post(url, INVITE)
    assert (refused.status_code, said in refused.content.decode()) == (429, True)
    assert "typed@example.org" in refused.content.decode()
    assert not Message.objects.filter(to_email="typed@example.org").exists()


def test_nobody_floods_one_mailbox_or_invites_a_whole_town(sign_in: Callable[[str], Client], monkeypatch: Any) -> None:
    monkeypatch.setattr(city_settings.SendAgain, "limit", Limit(by_person=2))
    monkeypatch.setattr(city_settings.Invite, "limit", Limit(by_person=2))
    client, url = sign_in("ada"), reverse("city-staff", args=["guelph"])
    invite = {**INVITE, "role": "finance"}
    answers = [client.post(url, {**invite, "email": f"a{n}@example.org"}).status_code for n in range(3)]
    assert answers == [302, 302, 429]
    sent = str(StaffInvitation.objects.get(email="a0@example.org").pk)
    assert [client.post(url, {"act": "again", "item": sent}).status_code for _ in range(3)] == [302, 302, 429]


def test_a_flood_of_strangers_at_an_event_ends_and_keeps_what_was_typed(monkeypatch: Any, settings: Any) -> None:
    settings.PROXIES = 1
    Challenge.objects.filter(code="downtown-parking").update(status="running")
    Engagement.objects.update(starts_at=read_clock() + timedelta(days=2), held_at=None)
    monkeypatch.setattr(Register, "limit", Limit(by_person=1, by_address=2))
    url = "/en/challenges/downtown-parking/events/market-engagement/"

    def register(name: str, forwarded: str) -> Any:
        said = {"act": "register", "name": name, "organization": "o", "email": f"{name}@example.org"}
        return Client().post(url, said, headers={"x-forwarded-for": forwarded})

    assert [register(n, GUESSER).status_code for n in ("a", "b", "typed")] == [302, 302, 429]
    assert 'value="typed@example.org"' in register("typed", GUESSER).content.decode()
    assert register("other", OWNER).status_code == 302
    assert not Registration.objects.filter(name="typed").exists()


@pytest.mark.parametrize(
    ("language", "said"), [("en", "only so much in a while"), ("fr", "qu’un certain nombre de demandes")]
)
def test_a_flood_of_sign_ups_ends_and_keeps_all_but_the_password(settings: Any, language: str, said: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "signup": "1/h/ip"}
    form = {"email": "rene@example.org", "name": "René Typed", "password1": PASSWORD, "password2": PASSWORD}
    assert Client().post(f"/{language}/account/signup/", {**form, "email": "first@example.org"}).status_code == 302
    answer = Client().post(f"/{language}/account/signup/", form)
    page = answer.content.decode()
    assert (answer.status_code, said in page, PASSWORD in page) == (429, True, False)
    assert 'value="René Typed"' in page
    assert not Person.objects.filter(email="rene@example.org").exists()
