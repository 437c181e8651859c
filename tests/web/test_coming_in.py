"""From the link of an invitation to the desk: one mail, four pages at most, and a session that may go everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.test import Client
from typer.testing import CliRunner

from mix.actions.city import invitations
from mix.actions.core.run import run
from mix.actions.market import vendors
from mix.data.models import Event, Message, Municipality, Person, StaffInvitation, Vendor
from mix.jobs.cli import app
from mix.readers.core.outbox import path_of
from mix.rules.core.access import Role
from tests.conftest import Reader

pytestmark = pytest.mark.django_db
PASSWORD = "a barge full of gravel"
TYPED = {"act": "join", "name": "Rosa Marsh", "password": PASSWORD, "again": PASSWORD}


class Walker(Reader):
    """A browser without script that remembers every page that it was shown, and follows where it is sent."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: list[str] = []

    def open(self, path: str, data: dict[str, str] | None = None) -> Any:
        """Ask for a page, or send a form, and follow to the page that is shown."""
        answer = self.post(path, data) if data else self.get(path)
        while answer.status_code in (301, 302):
            answer = self.get(answer["Location"])
        assert answer.status_code == 200, (path, answer.status_code)
        self.pages.append(answer.request["PATH_INFO"])
        return answer

    def second_factor(self) -> Any:
        """Answer the page of the second factor as an authenticator does, and go on from the recovery codes."""
        secret = self.session[auth.SECRET_SESSION_KEY]
        code = auth.format_hotp_value(auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time()))))
        codes = self.open("/en/account/2fa/totp/activate/", {"code": code}).content.decode()
        assert "Go on" in codes
        onward = re.search(r'class="btn" href="([^"]+)">Go on', codes)
        assert onward, codes
        return self.open(onward[1])


@pytest.fixture
def offer(actor: Callable[[str], Any], now: datetime) -> Callable[..., str]:
    """Return a function that has Guelph (with a role) or Kestrel invite an address, and returns the link's path."""

    def made(email: str = "rosa@example.org", role: Role | None = None) -> str:
        if role:
            city = Municipality.objects.get(code="guelph")
            run(actor("ada"), now, invitations.invite_staff, city, email=email, role=role, name="Rosa M.")
        else:
            run(actor("kim"), now, vendors.invite_member, Vendor.objects.get(code="kestrel"), email=email)
        return f"/en/{path_of(Message.objects.filter(to_email=email).latest('id'))}"

    return made


def test_from_link_to_desk_in_four_pages_and_one_mail(offer: Callable[..., str]) -> None:
    link, walker = offer(role=Role.LEGAL), Walker()
    assert walker.get(link)["Cache-Control"] == "no-store"
    page = walker.open(link).content.decode()
    assert "Guelph invites you as Legal" in page.replace('<span lang="en">', "").replace("</span>", "")
    assert 'value="Rosa M."' in page
    walker.open(link, TYPED)
    desk = walker.second_factor()
    assert walker.pages == [
        link,
        "/en/account/2fa/totp/activate/",
        "/en/account/2fa/recovery-codes/",
        "/en/city/",
    ]
    assert "Rosa Marsh, Legal" in desk.content.decode()
    assert Message.objects.filter(to_email="rosa@example.org").count() == 1
    rosa = Person.objects.get(email="rosa@example.org")
    assert rosa.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=rosa).verified
    kept = list(Event.objects.filter(actor=rosa.code).order_by("id").values_list("verb", flat=True))
    assert kept == ["people.join", "people.give_role"]
    assert UserSession.objects.filter(user=rosa).count() == 1


def test_into_a_team_two_pages_lead(offer: Callable[..., str]) -> None:
    link, walker = offer(), Walker()
    walker.open(link)
    walker.open(link, TYPED)
    assert walker.pages == [link, "/en/vendor/"]


def test_a_role_that_takes_two_people_waits_and_says_so(offer: Callable[..., str]) -> None:
    link, walker = offer(role=Role.AUTHORITY), Walker()
    walker.open(link, TYPED)
    page = walker.second_factor().content.decode()
    assert walker.pages[-1] == "/en/me/account/"
    assert "Award authority" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "short", "again": "short"}, "at least 12 characters"),
        ({"password": "rosa marsh guelph", "again": "rosa marsh guelph"}, "words that others guess first"),
        ({"again": PASSWORD + "!"}, "The two passwords are not the same"),
        ({"name": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_made(offer: Callable[..., str], wrong: dict[str, str], said: str) -> None:
    link, reader = offer(role=Role.LEGAL), Reader()
    answer = reader.post(link, {**TYPED, **wrong})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert PASSWORD not in answer.content.decode()
    assert not Person.objects.filter(email="rosa@example.org").exists()
    assert StaffInvitation.objects.latest("id").accepted_at is None


def test_a_link_works_once_and_for_its_time(offer: Callable[..., str], now: datetime) -> None:
    link = offer(role=Role.STAFF)
    Walker().open(link, TYPED)
    page = Reader().get(link).content.decode()
    assert ("This invitation was used already" in page, 'name="password"' in page) == (True, False)
    other = offer("ria@example.org", role=Role.STAFF)
    StaffInvitation.objects.filter(email="ria@example.org").update(expires_at=now)
    late = Reader().get(other).content.decode()
    assert ("This invitation expired" in late, 'name="password"' in late) == (True, False)
    kept = Reader()
    assert kept.post(other, TYPED).status_code == 422
    assert PASSWORD not in str(dict(kept.session))
    lost = Reader().get("/en/invitation/nothing/")
    assert (lost.status_code, "This link opens nothing" in lost.content.decode()) == (404, True)


def test_an_account_that_was_used_is_never_taken_over(offer: Callable[..., str]) -> None:
    """The link shows whose address it is, not that its holder may set a new password for what they have."""
    owner = Person.objects.create(email="rosa@example.org", name="Rosa")
    owner.set_password("the old password of hers")
    owner.save()
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    link = offer(role=Role.LEGAL)
    page = Reader().get(link).content.decode()
    assert ("There is an account with rosa@example.org already" in page, 'name="password"' in page) == (True, False)
    assert f"/en/account/login/?next={link}" in page
    reader = Reader()
    assert "There is an account" in reader.post(link, TYPED).content.decode()
    assert PASSWORD not in str(dict(reader.session))
    owner.refresh_from_db()
    assert owner.check_password("the old password of hers")


def test_whoever_took_an_address_that_is_not_theirs_loses_it(offer: Callable[..., str]) -> None:
    """An account made with somebody else's address, never confirmed, opens nothing to whoever made it."""
    squatter = Person.objects.create(email="rosa@example.org", name="Mallory")
    squatter.set_password("mallory knows this one")
    squatter.save()
    EmailAddress.objects.create(user=squatter, email=squatter.email, verified=False, primary=True)
    Walker().open(offer(role=Role.STAFF), TYPED)
    rosa = Person.objects.get(email="rosa@example.org")
    assert (rosa.name, rosa.check_password(PASSWORD), rosa.check_password("mallory knows this one")) == (
        "Rosa Marsh",
        True,
        False,
    )


def test_who_signs_in_on_the_way_comes_back_to_the_invitation(offer: Callable[..., str]) -> None:
    owner = Person.objects.create(email="rosa@example.org", name="Rosa")
    owner.set_password(PASSWORD)
    owner.save()
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    link, walker = offer(role=Role.STAFF), Walker()
    walker.open(link)
    page = walker.open(f"/en/account/login/?next={link}", {"login": owner.email, "password": PASSWORD, "next": link})
    assert "Accept the invitation" in page.content.decode()
    walker.open(link, {"act": "accept"})
    walker.second_factor()
    assert walker.pages == [
        link,
        link,
        "/en/account/2fa/totp/activate/",
        "/en/account/2fa/recovery-codes/",
        "/en/city/",
    ]


def test_who_signed_up_by_hand_is_told_of_the_invitation_and_not_made_a_vendor(
    offer: Callable[..., str], now: datetime
) -> None:
    offer(role=Role.LEGAL)
    rosa = Person.objects.create(email="rosa@example.org", name="Rosa")
    client = Reader()
    client.force_login(rosa, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/en/me/")["Location"] == "/en/vendor/register/"  # the address is not confirmed
    EmailAddress.objects.create(user=rosa, email=rosa.email, verified=True, primary=True)
    assert client.get("/en/me/")["Location"] == "/en/me/account/"
    page = client.get("/en/me/account/").content.decode()
    assert "open the link of the mail to rosa@example.org" in page
    StaffInvitation.objects.update(expires_at=now)
    assert client.get("/en/me/")["Location"] == "/en/vendor/register/"


GIVEN = ["--email", "ana@elora.example", "--person", "Ana Roy", "--posting-address", "https://elora.example/notices"]


def test_the_first_administrator_comes_in_by_the_same_path(db: None) -> None:
    answer = CliRunner().invoke(
        app, ["city", "elora", "Elora", *GIVEN, "--holder", "authority=Al Dan <al@elora.example>"]
    )
    links = re.findall(rf"{re.escape(settings.BASE_URL)}(/en/invitation/\S+/)", answer.output)
    assert (answer.exit_code, len(links)) == (0, 2), answer.output
    mail = Message.objects.get(to_email="ana@elora.example")
    assert (f"/en/{path_of(mail)}", mail.subject) == (links[0], "Elora begins with MIX")
    assert "Administrator" in mail.body
    walker = Walker()
    assert 'value="Ana Roy"' in walker.open(links[0]).content.decode()
    walker.open(links[0], {**TYPED, "name": "Ana Roy"})
    walker.second_factor()
    assert (len(walker.pages), walker.pages[-1]) == (4, "/en/city/")
    assert Message.objects.filter(to_email="ana@elora.example").count() == 1
    city = Municipality.objects.get(code="elora")
    assert [s.role for s in city.staff.filter(person__email="ana@elora.example")] == ["administrator"]


def test_an_operator_who_names_somebody_known_prints_no_link(db: None) -> None:
    holder = ["--holder", "authority=Al Dan <al@elora.example>"]
    CliRunner().invoke(app, ["city", "elora", "Elora", *GIVEN, *holder])
    al = Person.objects.get(email="al@elora.example")
    EmailAddress.objects.create(user=al, email=al.email, verified=True, primary=True)
    given = [one.replace("elora", "fergus").replace("Ana", "Bea") for one in GIVEN]
    again = CliRunner().invoke(app, ["city", "fergus", "Fergus", *given, *holder])
    assert again.exit_code == 0, again.output
    assert ("Al Dan has an account" in again.output, again.output.count("/invitation/")) == (True, 1)


def test_the_first_link_gives_nothing_once_the_role_ended(now: datetime) -> None:
    CliRunner().invoke(app, ["city", "elora", "Elora", *GIVEN])
    city = Municipality.objects.get(code="elora")
    link = f"/en/{path_of(Message.objects.get(to_email='ana@elora.example'))}"
    city.staff.update(ended_at=now)
    answer = Client().post(link, TYPED)
    assert (answer.status_code, "used already" in answer.content.decode()) == (422, True)
    assert not Authenticator.objects.filter(user__email="ana@elora.example").exists()
