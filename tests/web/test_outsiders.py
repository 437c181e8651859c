"""The pages of somebody who is invited to a panel from outside, and of procurement, who invites them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from mix.actions.choice import evaluations
from mix.actions.core.run import run
from mix.data.models import Evaluation, PanelInvitation, PanelMember, Person
from mix.readers.city.people import actor_for
from tests.conftest import Reader
from tests.outside import EMAIL, PLACE, invited, last_token, panel, seated
from tests.web.test_two_worlds import crawl

pytestmark = pytest.mark.django_db
STEP = reverse("city-step", args=PLACE)
By = Callable[[str], Any]


def client_of(person: Person) -> Client:
    client = Reader()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def ria(actor: By, now: datetime) -> Person:
    """Return somebody from outside who sits on the panel; of the demonstration, so that a card signs her in."""
    person = seated(actor, now)
    Person.objects.filter(pk=person.pk).update(is_demo=True)
    return Person.objects.get(pk=person.pk)


def test_procurement_invites_and_sees_who_has_answered(sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    assert "Invite somebody from outside" in olivia.get(STEP).content.decode()
    given = {"act": "invite_outsider", "name": "Dr Ria Voss", "email": EMAIL, "language": "fr"}
    refused = olivia.post(STEP, given)
    assert (refused.status_code, "Dr Ria Voss" in refused.content.decode()) == (422, True)
    assert olivia.post(STEP, {**given, "organization": "Conestoga College"}).status_code == 302
    text = olivia.get(STEP).content.decode()
    for said in ("Dr Ria Voss", "Conestoga College", EMAIL, "by Olivia Grant", "no answer yet", "Send again"):
        assert said in text, said
    row = PanelInvitation.objects.get(evaluation=panel())
    assert olivia.post(STEP, {"act": "seat_again", "item": str(row.pk)}).status_code == 302
    assert row.token_hash != PanelInvitation.objects.get(evaluation=panel()).token_hash
    assert EMAIL not in sign_in("priya").get(STEP).content.decode()
    assert "Conestoga College" in sign_in("priya").get(STEP).content.decode()
    assert olivia.post(STEP, {"act": "seat_back", "item": str(row.pk)}).status_code == 302
    assert "Conestoga College" not in olivia.get(STEP).content.decode()


def test_an_invitation_to_another_panel_is_not_taken_back_from_here(
    sign_in: Callable[[str], Client], actor: By, now: datetime
) -> None:
    row = invited(actor, now)
    PanelInvitation.objects.filter(pk=row.pk).update(
        evaluation=Evaluation.objects.filter(step__challenge__code="guelph-roads-sprint").first()
    )
    assert sign_in("olivia").post(STEP, {"act": "seat_back", "item": str(row.pk)}).status_code == 404
    assert PanelInvitation.objects.get(pk=row.pk).withdrawn_at is None


@pytest.mark.parametrize(
    ("language", "said", "decline"),
    [
        ("en", "Guelph invites you to a panel", "Decline the invitation"),
        ("fr", "Guelph vous invite à un comité", "Décliner l’invitation"),
    ],
)
def test_whoever_is_signed_out_reads_what_is_asked_and_declines_with_one_click(
    sign_in: Callable[[str], Client], actor: By, now: datetime, language: str, said: str, decline: str
) -> None:
    invited(actor, now)
    public, url = sign_in(""), f"/{language}/invitation/{last_token()}/"
    text = public.get(url).content.decode()
    assert (said in text, decline in text, "Conestoga College" in text) == (True, True, True)
    assert public.post(url, {"act": "decline"}).status_code == 302
    again = public.get(url).content.decode()
    assert (decline in again, PanelInvitation.objects.get(evaluation=panel()).declined_at is not None) == (False, True)
    assert public.post(url, {"act": "decline"}).status_code == 422
    assert "declined" in sign_in("olivia").get(STEP).content.decode()


def test_whoever_has_an_account_is_sent_to_sign_in_or_declines(
    sign_in: Callable[[str], Client], actor: By, now: datetime
) -> None:
    ghost = Person.objects.create(email=EMAIL, name="Ria", last_login=now)
    invited(actor, now)
    url = f"/en/invitation/{last_token()}/"
    text = sign_in("").get(url).content.decode()
    assert ("Sign in" in text, "Make my account" in text, "Decline the invitation" in text) == (True, False, True)
    assert "Confirm the address" in client_of(ghost).get(url).content.decode()
    assert sign_in("").post(url, {"act": "decline"}).status_code == 302


def test_she_makes_an_account_and_is_asked_for_a_second_factor(
    sign_in: Callable[[str], Client], actor: By, now: datetime
) -> None:
    invited(actor, now)
    public, url = sign_in(""), f"/en/invitation/{last_token()}/"
    assert 'value="Dr Ria Voss"' in public.get(url).content.decode()
    word = "correct horse battery"
    made = public.post(url, {"act": "join", "name": "Ria Voss", "password": word, "again": word})
    assert made.headers["Location"] == reverse("mfa_activate_totp")
    assert PanelMember.objects.get(person__email=EMAIL).organization == "Conestoga College"
    assert public.get(reverse("evaluator-home")).headers["Location"] == reverse("mfa_index")


def test_her_pages_are_the_panel_and_her_dates(ria: Person, actor: By, now: datetime) -> None:
    client = client_of(ria)
    assert client.get("/en/me/").headers["Location"] == reverse("evaluator-home")
    home = client.get(reverse("evaluator-home")).content.decode()
    assert (reverse("evaluator-evaluation", args=PLACE) in home, "Register a vendor" in home) == (True, False)
    assert client.get(reverse("evaluator-declare", args=PLACE)).status_code == 200
    assert client.get(reverse("own-dates")).status_code == 200
    assert "Evaluation" in client.get(reverse("account")).content.decode()
    every = {s.vendor.code: ("none", "") for s in panel().solicitation.submissions.select_related("vendor")}
    run(actor_for(ria), now, evaluations.declare, panel(), conflicts=every)
    read = [u for u in crawl(client, about=PLACE[0]) if u.startswith("/en/evaluation/")]
    assert len([u for u in read if re.search(r"/score/[A-Z]/$", u)]) == 4
    assert all(PLACE[0] in u or u == "/en/evaluation/" for u in read)


# Who between them sees every page of the city and of the case.
SEERS = ("olivia", "priya", "ada", "martin", "audrey", "hugo")


def test_nothing_else_of_the_city_opens_to_her(ria: Person, sign_in: Callable[[str], Client]) -> None:
    public, client = sign_in(""), client_of(ria)
    urls = {url for code in SEERS for about in (PLACE[0], "water-leaks") for url in crawl(sign_in(code), about=about)}
    closed = sorted(url for url in urls if _is_closed(public, url))
    assert len(closed) > 100
    stranger = client_of(Person.objects.create(email="some@body.example", name="Somebody", is_demo=True))
    hers, everybodys = (
        {url for url in closed if who.get(url).status_code not in (403, 404)} for who in (client, stranger)
    )
    panel_pages = {url for url in closed if url.startswith(f"/en/evaluation/{PLACE[0]}/{PLACE[1]}/")}
    assert hers - everybodys - panel_pages == {"/en/evaluation/"}
    assert hers & panel_pages


def _is_closed(public: Client, url: str) -> bool:
    answer = public.get(url)
    for close in answer._resource_closers if answer.streaming else ():
        close()
    return answer.status_code == 302 and "/account/login/" in answer.headers["Location"]


def test_when_her_seat_ends_her_pages_close_and_her_account_stays(ria: Person, now: datetime) -> None:
    client = client_of(ria)
    PanelMember.objects.filter(person=ria).update(left_at=now)
    assert client.get("/en/me/").headers["Location"] == reverse("account")
    assert [
        client.get(reverse("evaluator-home")).status_code,
        client.get(reverse("evaluator-evaluation", args=PLACE)).status_code,
        client.get(reverse("account")).status_code,
    ] == [404, 404, 200]
    assert EMAIL in client.get(reverse("account")).content.decode()


def test_what_is_offered_stands_on_the_account(actor: By, now: datetime) -> None:
    person = Person.objects.create(email=EMAIL, name="Ria", is_demo=True)
    EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
    invited(actor, now)
    client = client_of(person)
    assert client.get("/en/me/").headers["Location"] == reverse("account")
    assert "A seat on the panel of “" in client.get(reverse("account")).content.decode()


def test_whoever_sat_once_reads_that_it_is_over(sign_in: Callable[[str], Client]) -> None:
    page = sign_in("maya").get(reverse("account")).content.decode()
    assert "You sat on a panel. Its work is over" in page
    assert "You sat on a panel" not in sign_in("tess").get(reverse("account")).content.decode()
