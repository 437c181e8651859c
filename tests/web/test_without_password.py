"""An account without a password: made by a stranger or by whoever is invited, let in once, and kept by a passkey."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from mix.actions.city import invitations
from mix.actions.core.run import run
from mix.data.models import Message, Municipality, Person
from mix.readers.city.people import lacks_way_in
from mix.readers.core.outbox import path_of
from mix.rules.core.access import Role
from mix.web.entry.passkeys import AddPasskey
from tests.outside import invited as invited_to_panel
from tests.outside import last_token

pytestmark = pytest.mark.django_db
SIGN_UP = "/en/account/signup/passkey/"
KAY = {"email": "kay@example.org", "name": "Kay Lind"}


def client() -> Client:
    return Client()


def last_path(code: str = "account_confirm") -> str:
    return path_of(Message.objects.filter(code=code).latest("id"))


def signed_up(browser: Client) -> Person:
    """Have somebody make an account, and confirm its address in a browser."""
    client().post(SIGN_UP, KAY)
    answer = browser.post(f"/en/{last_path()}")
    assert answer.headers["Location"] == reverse("mfa_add_webauthn")
    return Person.objects.get(email=KAY["email"])


def give_passkey(person: Person) -> None:
    Authenticator.objects.create(user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})


def test_the_way_without_a_password_stands_beside_the_other() -> None:
    page = client().get("/fr/account/signup/").content.decode()
    assert ('name="password1"' in page, "/fr/account/signup/passkey/" in page) == (True, True)
    assert "Une clé d’accès au lieu d’un mot de passe" in page
    alone = client().get(SIGN_UP).content.decode()
    assert ('name="email"' in alone, "password1" in alone, "Send me the link" in alone) == (True, False, True)


def test_whoever_confirms_the_address_makes_a_passkey_in_whichever_browser() -> None:
    browser = client()
    person = signed_up(browser)
    assert (person.name, person.has_usable_password(), lacks_way_in(person)) == ("Kay Lind", False, True)
    assert EmailAddress.objects.get(user=person).verified
    page = browser.get(reverse("mfa_add_webauthn")).content.decode()
    assert ("Your account has no password" in page, reverse("account_set_password") in page) == (True, True)
    assert browser.get(reverse("vendor-register")).headers["Location"] == reverse("mfa_add_webauthn")
    give_passkey(person)
    assert browser.get(reverse("vendor-register")).status_code == 200


def test_the_link_lets_nobody_in_twice_or_where_there_is_another_way_in() -> None:
    signed_up(client())
    link, other = f"/en/{last_path()}", client()
    other.post(link)
    assert other.get(reverse("account")).status_code == 302
    form = {"email": "ann@example.org", "name": "Ann", "password1": "eleven bright pumps"}
    client().post("/en/account/signup/", {**form, "password2": form["password1"]})
    third = client()
    third.post(f"/en/{last_path()}")
    assert EmailAddress.objects.get(email="ann@example.org").verified
    assert "login" in third.get(reverse("account")).headers["Location"]


def test_signing_up_so_tells_nobody_who_has_an_account() -> None:
    known, unknown = (client().post(SIGN_UP, {**KAY, "email": e}) for e in ("kim@demo.mix.invalid", KAY["email"]))
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [m.code for m in Message.objects.order_by("-id")[:2]] == ["account_confirm", "account_exists"]
    wrong = client().post(SIGN_UP, {"email": "no address", "name": "Kay"})
    assert (wrong.status_code, "Kay" in wrong.content.decode()) == (200, True)


def test_where_there_is_no_other_way_in_the_passkey_does_without_a_password() -> None:
    person = signed_up(client())
    only = AddPasskey(user=person)
    assert (only.is_only_way, only.fields["passwordless"].disabled, only["passwordless"].value()) == (True, True, True)
    person.set_password("eleven bright pumps")
    person.save()
    second = AddPasskey(user=person)
    assert (second.is_only_way, second.fields["passwordless"].disabled) == (False, False)


def test_a_password_may_still_be_chosen() -> None:
    browser = client()
    person = signed_up(browser)
    word = "eleven bright pumps"
    browser.post(reverse("account_set_password"), {"password1": word, "password2": word})
    person.refresh_from_db()
    assert (person.check_password(word), lacks_way_in(person)) == (True, False)
    assert browser.get(reverse("vendor-register")).status_code == 200


def test_whoever_lost_the_passkey_before_it_was_made_chooses_a_password_by_mail() -> None:
    signed_up(client())
    client().post("/en/account/password/reset/", {"email": KAY["email"]})
    assert Message.objects.latest("id").code == "account_reset"


@pytest.mark.parametrize("role", [Role.LEGAL, None])
def test_whoever_is_invited_joins_with_a_passkey(actor: Any, now: Any, role: Role | None) -> None:
    if role:
        city = Municipality.objects.get(code="guelph")
        run(actor("ada"), now, invitations.invite_staff, city, email=KAY["email"], role=role)
        url = f"/en/{last_path('staff_invitation')}"
    else:
        invited_to_panel(actor, now, email=KAY["email"])
        url = f"/en/invitation/{last_token()}/"
    browser = client()
    assert "Make my account with a passkey" in browser.get(url).content.decode()
    assert browser.post(url, {"act": "join_by_passkey", "name": ""}).status_code == 422
    made = browser.post(url, {"act": "join_by_passkey", "name": "Kay Lind"})
    assert made.headers["Location"] == reverse("mfa_add_webauthn")
    person = Person.objects.get(email=KAY["email"])
    assert (person.has_usable_password(), lacks_way_in(person)) == (False, True)
    home = reverse("city-desk") if role else reverse("evaluator-home")
    assert browser.get(home).headers["Location"] == reverse("mfa_add_webauthn")
    give_passkey(person)
    assert browser.get(home).status_code == 200, "a passkey counts as two factors"
