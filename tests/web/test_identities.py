"""A city's people sign in at their own city: against a service on loopback that behaves well and badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from django.test import Client

from mix.actions.city import identities, roles
from mix.actions.core.run import run
from mix.data.models import Event, IdentityProvider, Municipality, Person, StaffRole
from mix.jobs.doctor import sign_in as sign_in_words
from mix.readers.city.identities import secret_of
from mix.readers.core.actors import Actor
from mix.rules.core.access import Role
from mix.rules.core.unmet import Refused
from tests.fake_provider import FakeProvider

LOGIN = "/en/account/oidc/guelph-id/login/"


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    served = FakeProvider().start()
    yield served
    served.stop()


@pytest.fixture
def guelph(db: None) -> Municipality:
    return Municipality.objects.get(code="guelph")


def set_up(city: Municipality, fake: FakeProvider, now: Any, key: str = "guelph-id", **facts: Any) -> IdentityProvider:
    given = {"name": "City of Guelph", "issuer": fake.issuer, "client_id": "mix", "secret": "s3cret-of-guelph"}
    given |= {"domains": ["guelph.example"], **facts}
    return run(Actor(), now, identities.set_up, city, key=key, **given)


@pytest.fixture
def provider(guelph: Municipality, fake: FakeProvider, actor: Callable[[str], Any], now: Any) -> IdentityProvider:
    made = set_up(guelph, fake, now)
    duties = {
        "leads": (Role.PROJECT_LEAD, Role.SPONSOR),
        "buyers": (Role.PROCUREMENT_OFFICER,),
        "panel": (Role.EVALUATOR,),
    }
    for group, role in ((group, role) for group, given in duties.items() for role in given):
        run(actor("ada"), now, identities.map_group, made, group=group, role=role)
    return made


def come(client: Client, login: str = LOGIN) -> Any:
    """Go to the service and come back from it, as a browser would."""
    away = client.get(login)
    assert away.status_code == 302, away.content.decode()
    back = requests.get(away.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    place = urlsplit(back)
    return client.get(place.path, {k: v[0] for k, v in parse_qs(place.query).items()})


def person_says(email: str, *groups: str, **more: Any) -> dict[str, Any]:
    said = {"sub": f"id-{email}", "email": email, "email_verified": True, "name": "Nadia New", "groups": list(groups)}
    return {**said, **more}


def roles_of(person: Person) -> set[str]:
    return set(StaffRole.objects.filter(person=person, ended_at=None).values_list("role", flat=True))


def test_somebody_new_comes_with_the_roles_of_their_groups(provider: IdentityProvider, fake: FakeProvider) -> None:
    fake.says = person_says("Nadia@Guelph.example", "leads", "another")
    client = Client()
    answer = come(client)
    assert answer.status_code == 302, answer.content.decode()
    nadia = Person.objects.get(email="nadia@guelph.example")
    assert roles_of(nadia) == {"project_lead", "sponsor"}
    assert not nadia.has_usable_password()
    assert client.session["_auth_user_id"] == str(nadia.pk)
    assert fake.asked[0]["code_verifier"]
    assert Event.objects.filter(verb="people.give_role", subject=nadia.code, payload__provider="guelph-id").count() == 2
    assert client.get("/en/city/").status_code == 302  # staff set up a second factor first


def test_what_a_service_says_of_a_person_is_one_line(provider: IdentityProvider, fake: FakeProvider) -> None:
    fake.says = person_says("nadia@guelph.example", "leads", name="Nadia\r\nNew")
    assert come(Client()).status_code == 302
    assert Person.objects.get(email="nadia@guelph.example").name == "Nadia New"
    fake.says = person_says('"a\nb"@guelph.example', "leads")
    assert "cannot vouch" in come(Client()).content.decode()


def test_roles_leave_with_the_groups_and_what_people_gave_stays(
    provider: IdentityProvider, fake: FakeProvider, guelph: Municipality, actor: Callable[[str], Any], now: Any
) -> None:
    fake.says = person_says("nadia@guelph.example", "leads")
    come(Client())
    nadia = Person.objects.get(email="nadia@guelph.example")
    run(actor("ada"), now, roles.give_role, guelph, person=nadia, role=Role.LEGAL)
    fake.says = person_says("nadia@guelph.example")
    assert come(Client()).status_code == 302
    assert roles_of(nadia) == {"legal"}
    assert SocialAccount.objects.filter(user=nadia).count() == 1


def test_a_role_that_a_separation_forbids_is_not_given_and_said(
    provider: IdentityProvider, fake: FakeProvider, actor: Callable[[str], Any], now: Any
) -> None:
    fake.says = person_says("nadia@guelph.example", "buyers", "panel")
    client = Client()
    come(client)
    nadia = Person.objects.get(email="nadia@guelph.example")
    assert roles_of(nadia) == {"evaluator"}
    assert "which nobody may have beside your others" in client.get("/en/account/2fa/").content.decode()


def test_an_account_with_a_password_is_joined_by_its_address(provider: IdentityProvider, fake: FakeProvider) -> None:
    stan = Person.objects.get(code="stan")
    provider.domains = [stan.email.rpartition("@")[2]]
    provider.save()
    before = roles_of(stan)
    fake.says = person_says(stan.email)
    client = Client()
    assert come(client).status_code == 302
    assert client.session["_auth_user_id"] == str(stan.pk)
    assert roles_of(stan) == before


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (person_says("mallory@london.example", "leads"), "cannot vouch"),
        (person_says("mallory@guelph.example.evil.example", "leads"), "cannot vouch"),
        (person_says("nadia@guelph.example", "leads", email_verified=False), "cannot vouch"),
        (person_says("nadia@guelph.example", "leads", email_verified="false"), "cannot vouch"),
        (person_says("nadia@guelph.example", "leads", email_verified=None), "cannot vouch"),
        (person_says("nadia@guelph.example", "leads", email_verified=None, xms_edov=0), "cannot vouch"),
        (person_says("", "leads"), "cannot vouch"),
        (person_says("nadia@guelph.example", "strangers"), "no duty here yet"),
        (person_says("nadia@guelph.example", groups=None), "no duty here yet"),
    ],
)
def test_whom_the_service_may_not_bring_stays_out(
    provider: IdentityProvider, fake: FakeProvider, says: dict[str, Any], reason: str
) -> None:
    fake.says = says
    people_before = Person.objects.count()
    client = Client()
    answer = come(client)
    assert answer.status_code == 403
    assert reason in answer.content.decode()
    assert "_auth_user_id" not in client.session
    assert Person.objects.count() == people_before


@pytest.mark.parametrize("claims", [{"email_verified": "true"}, {"email_verified": None, "xms_edov": True}])
def test_services_say_in_two_ways_that_an_address_is_the_persons(
    provider: IdentityProvider, fake: FakeProvider, claims: dict[str, Any]
) -> None:
    fake.says = person_says("nadia@guelph.example", "leads", **claims)
    assert come(Client()).status_code == 302


@pytest.mark.parametrize("code", ["tess", "bo"])
def test_one_citys_service_opens_nothing_of_another_city_or_a_vendor(
    provider: IdentityProvider, fake: FakeProvider, code: str
) -> None:
    victim = Person.objects.get(code=code)
    provider.domains = [victim.email.rpartition("@")[2]]
    provider.save()
    fake.says = person_says(victim.email, "leads")
    client = Client()
    answer = come(client)
    assert answer.status_code == 403
    assert "alone cannot vouch for you" in answer.content.decode()
    assert ("acts for a vendor and may not have a role" in answer.content.decode()) is (code == "tess")
    assert "_auth_user_id" not in client.session
    assert not SocialAccount.objects.filter(user=victim).exists()


def test_nobody_connects_an_account_by_hand(
    provider: IdentityProvider, fake: FakeProvider, sign_in: Callable[[str], Client]
) -> None:
    fake.says = person_says("nadia@guelph.example", "leads")
    answer = come(sign_in("tess"), f"{LOGIN}?process=connect")
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


def test_an_outage_says_so(provider: IdentityProvider, fake: FakeProvider) -> None:
    for status in (500, 404):
        fake.fails = status
        answer = Client().get(LOGIN)
        assert answer.status_code == 503
        assert "does not answer at the moment" in answer.content.decode()
    assert [w.state.value for w in sign_in_words()] == ["bad"]
    fake.fails = 0
    assert [w.state.value for w in sign_in_words()] == ["good"]
    client = Client()
    away = client.get(LOGIN)
    back = urlsplit(requests.get(away.headers["Location"], allow_redirects=False, timeout=5).headers["Location"])
    fake.fails = 502
    answer = client.get(back.path, {k: v[0] for k, v in parse_qs(back.query).items()})
    assert answer.status_code == 503
    fake.fails = 0
    fake.token_fails = True
    assert come(Client()).status_code == 403
    assert Client().get(f"{LOGIN}callback/?code=made-up&state=made-up").status_code == 403


@pytest.mark.parametrize("claims", [{"exp": 1}, {"iss": "https://id.elsewhere.example"}, {"aud": "another"}])
def test_a_token_of_another_time_place_or_site_brings_nobody_in(
    provider: IdentityProvider, fake: FakeProvider, claims: dict[str, Any]
) -> None:
    fake.says, fake.claims = person_says("nadia@guelph.example", "leads"), claims
    assert come(Client()).status_code == 403
    assert not Person.objects.filter(email="nadia@guelph.example").exists()


@pytest.mark.parametrize(
    "forged",
    [
        {"key": generate_private_key(65537, 2048)},
        {"algorithm": "none", "key": None},
        {"algorithm": "HS256", "key": "s3cret-of-guelph" * 2},
        {"kid": "of-yesterday"},
        {"kid": None},
    ],
    ids=["another key", "no signature", "a shared secret", "no such key", "no key named"],
)
def test_a_token_that_the_service_did_not_sign_brings_nobody_in(
    provider: IdentityProvider, fake: FakeProvider, forged: dict[str, Any]
) -> None:
    fake.says = person_says("nadia@guelph.example", "leads")
    for name, value in forged.items():
        setattr(fake, name, value)
    assert come(Client()).status_code == 403
    assert not Person.objects.filter(email="nadia@guelph.example").exists()


def test_a_description_of_another_service_brings_nobody_in(provider: IdentityProvider, fake: FakeProvider) -> None:
    fake.says = person_says("nadia@guelph.example", "leads")
    fake.names = f"{fake.issuer}/"
    fake.claims = {"iss": fake.names}
    assert come(Client()).status_code == 302
    fake.names = "https://id.elsewhere.example"
    assert come(Client()).status_code == 403


def test_a_service_sends_this_site_nowhere_else(provider: IdentityProvider, fake: FakeProvider) -> None:
    inside = FakeProvider().start()
    fake.moved_to = f"{inside.issuer}/.well-known/openid-configuration"
    assert Client().get(LOGIN).status_code == 503
    assert [w.state.value for w in sign_in_words()] == ["bad"]
    inside.stop()
    assert inside.reached == 0


def test_nobody_answers_at_all(guelph: Municipality, now: Any) -> None:
    fake = FakeProvider().start()
    set_up(guelph, fake, now)
    fake.stop()
    answer = Client().get(LOGIN)
    assert answer.status_code == 503
    assert "sign in with e-mail and password" in answer.content.decode()


def test_several_services_stand_on_the_sign_in_page(
    provider: IdentityProvider, fake: FakeProvider, now: Any, guelph: Municipality
) -> None:
    london = Municipality.objects.get(code="london")
    set_up(london, fake, now, "london-id", name="City of London", client_id="mix-london", domains=["london.example"])
    page = Client().get("/en/account/login/").content.decode()
    assert (LOGIN in page, "/en/account/oidc/london-id/login/" in page, "City of London" in page) == (True,) * 3
    fake.says = person_says("lena@guelph.example", "leads")
    assert come(Client(), "/en/account/oidc/london-id/login/").status_code == 403
    run(Actor(), now, identities.end_provider, provider)
    assert LOGIN not in Client().get("/en/account/login/").content.decode()
    assert Client().get(LOGIN).status_code == 404
    with pytest.raises(Refused):
        set_up(guelph, fake, now, "london-id")


def test_ending_a_service_ends_what_its_groups_gave(provider: IdentityProvider, fake: FakeProvider, now: Any) -> None:
    fake.says = person_says("nadia@guelph.example", "leads")
    come(Client())
    run(Actor(), now, identities.end_provider, provider)
    assert roles_of(Person.objects.get(email="nadia@guelph.example")) == set()


def test_the_secret_is_kept_encrypted(provider: IdentityProvider, settings: Any) -> None:
    assert "s3cret" not in provider.secret
    assert secret_of(provider) == "s3cret-of-guelph"
    settings.SECRET_KEY = "another"
    assert secret_of(provider) is None
    assert [w.state.value for w in sign_in_words()] == ["bad"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://id.guelph.ca"},
        {"issuer": "nowhere"},
        {"domains": []},
        {"domains": [" "]},
        {"name": "City\nof Guelph"},
    ],
)
def test_a_service_is_set_up_safely_or_not_at_all(
    guelph: Municipality, fake: FakeProvider, now: Any, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        set_up(guelph, fake, now, **wrong)


def test_an_administrator_says_what_groups_mean(
    provider: IdentityProvider, sign_in: Callable[[str], Client], fake: FakeProvider
) -> None:
    url = "/en/city/settings/guelph/staff/"
    ada = sign_in("ada")
    add = {"act": "map", "at": "guelph-id", "group": "legal-team", "role": "legal"}
    assert ada.post(url, add).status_code == 302
    assert ada.post(url, add).status_code == 302
    duty = provider.duties.get(group="legal-team")
    assert "legal-team" in ada.get(url).content.decode()
    assert ada.post(url, {**add, "role": "vendor"}).status_code == 422
    assert sign_in("priya").post(url, add).status_code == 403
    assert ada.post(url, {"act": "drop", "item": str(duty.pk)}).status_code == 302
    assert ada.post(url, {"act": "drop", "item": str(duty.pk)}).status_code == 404
    assert not provider.duties.filter(group="legal-team").exists()
