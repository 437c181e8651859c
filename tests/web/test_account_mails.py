"""Mails of an account: our words, through the outbox, one answer whoever asks and whatever the mail server does."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client

from mix.data.models import Message, Person
from mix.jobs.work import send_waiting
from mix.readers.core.outbox import path_of

pytestmark = pytest.mark.django_db
PASSWORD = "eleven bright pumps"


class Away(BaseEmailBackend):
    """A mail server that is away."""

    def send_messages(self, email_messages: Any) -> int:
        """Refuse the connection."""
        raise ConnectionRefusedError


@pytest.fixture(autouse=True)
def _server_is_away(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    settings.BASE_URL = "https://mix.example.ca"
    Message.objects.all().delete()


def sign_up(email: str, language: str = "en") -> Any:
    form = {"email": email, "name": "René Roy", "password1": PASSWORD, "password2": PASSWORD}
    return Client().post(f"/{language}/account/signup/", form)


def ask_for_password(email: str, language: str = "en") -> Any:
    return Client().post(f"/{language}/account/password/reset/", {"email": email})


def test_an_account_is_made_while_the_mail_server_is_away() -> None:
    assert sign_up("rene@exemple.ca", "fr").status_code == 302
    mail = Message.objects.get()
    assert (mail.to_email, mail.to_name, mail.language, mail.subject) == (
        "rene@exemple.ca",
        "René Roy",
        "fr",
        "Confirmez votre adresse pour MIX",
    )
    assert mail.body.startswith("Bonjour René Roy,\n\nQuelqu’un, sans doute vous, a donné cette adresse")
    page = Client().post(f"/fr/{path_of(mail)}")
    assert page.status_code == 302
    assert EmailAddress.objects.get(email="rene@exemple.ca").verified


def test_signing_up_says_the_same_whether_there_is_an_account() -> None:
    known, unknown = sign_up("kim@demo.mix.invalid"), sign_up("rene@exemple.ca")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [m.code for m in Message.objects.order_by("id")] == ["account_exists", "account_confirm"]


def test_a_forgotten_password_says_the_same_whether_there_is_an_account() -> None:
    known, unknown = ask_for_password("kim@demo.mix.invalid"), ask_for_password("nobody@exemple.ca")
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert known.status_code == 302
    mails = list(Message.objects.order_by("id"))
    assert [(m.code, m.subject) for m in mails] == [
        ("account_reset", "Choose a new password for MIX"),
        ("account_unknown", "There is no account in MIX with this address"),
    ]
    assert [(m.language, path_of(m).startswith("account/")) for m in mails] == [("en", True)] * 2
    assert mails[1].path == "account/signup/"
    assert all("127.0.0.1" not in m.subject + m.body and "testserver" not in m.body for m in mails)


def test_a_mail_is_in_the_language_of_the_person() -> None:
    Person.objects.filter(code="kim").update(language="fr")
    ask_for_password("kim@demo.mix.invalid", "en")
    mail = Message.objects.get()
    assert (mail.language, mail.subject) == ("fr", "Choisissez un nouveau mot de passe pour MIX")


@pytest.mark.parametrize("demo", [False, True])
def test_a_link_that_opens_an_account_is_forgotten_once_it_is_sent(settings: Any, demo: bool) -> None:
    settings.DEMO = demo
    ask_for_password("kim@demo.mix.invalid")
    assert send_waiting() == 0
    mail = Message.objects.get()
    assert (mail.is_key, path_of(mail).startswith("account/password/reset/key/"), mail.attempts) == (True, True, 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Message.objects.update(due_at=None)
    assert send_waiting() == 1
    assert bool(Message.objects.get().path) is demo


def test_pages_of_an_account_say_courriel() -> None:
    client = Client()
    pages = [client.get(f"/fr/account/{page}/") for page in ("login", "signup", "password/reset", "confirm-email")]
    client.force_login(Person.objects.get(code="kim"), backend="allauth.account.auth_backends.AuthenticationBackend")
    pages += [client.get(f"/fr/account/{page}/") for page in ("email", "password/change", "2fa", "reauthenticate")]
    pages.append(client.post("/fr/account/email/", {"action_add": "", "email": "kim@demo.mix.invalid"}))
    said = [page.content.decode().lower() for page in pages if page.status_code == 200]
    assert len(said) > 5
    assert [
        text[max(0, text.index("e-mail") - 60) : text.index("e-mail") + 20] for text in said if "e-mail" in text
    ] == []
    assert sum("courriel" in text for text in said) > 3
