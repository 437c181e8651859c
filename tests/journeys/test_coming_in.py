"""People come in: they make an account, accept an invitation, and sign in with a second factor."""

import base64
import hmac
import re
import struct
import time
from collections.abc import Callable

import pytest

from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.journey


@pytest.fixture
def site(writing: Site) -> Site:
    """Visit a demonstration whose panel still scores, whatever other journeys did to theirs."""
    return writing


def code_for(secret: str) -> str:
    """Compute the code that an authenticator app shows now (RFC 6238: SHA-1, 30 s, six digits)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    mac = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


def last_link(visitor: Visitor, pattern: str, *, to: str) -> str:
    """Return the last link of a kind that was mailed to an address; the worker sends what waits every few seconds."""
    for _ in range(60):
        mails = sorted((visitor.site.data / "mail").glob("*.log"))
        sent = re.split(r"^-{79}$", "\n".join(m.read_text() for m in mails), flags=re.MULTILINE)
        found = re.findall(rf"http://\S+{pattern}\S+", "".join(mail for mail in sent if to in mail))
        if found:
            return str(found[-1])
        time.sleep(0.5)
    raise AssertionError(f"no mail with {pattern} to {to}")


PASSWORD = "correct horse battery"


def enter(visitor: Visitor, path: str, **fields: str) -> None:
    """Open a page of the account, fill in its one form and send it; "" stays where the visitor is."""
    if path:
        visitor.go(path)
    for name, value in fields.items():
        visitor.page.fill(f"[name={name}]", value)
    visitor.click(visitor.page.locator("main form button").last)


def sign_up(visitor: Visitor, email: str, name: str) -> None:
    """Make an account and confirm its address by the mailed link."""
    enter(visitor, "/en/account/signup/", email=email, name=name, password1=PASSWORD, password2=PASSWORD)
    visitor.page.goto(last_link(visitor, "/account/confirm-email/", to=email))
    enter(visitor, "")


def test_somebody_makes_an_account_and_registers_a_vendor(visit: Callable[..., Visitor]) -> None:
    new = visit()
    new.go("/en/account/signup/")
    new.check()
    sign_up(new, "new@example.org", "New Person")
    enter(new, "/en/account/login/", login="new@example.org", password=PASSWORD)
    new.sees("Register a vendor")
    new.act("register", name="New Venture Inc.", size="small")
    new.sees("Your organization is registered.")
    new.check()
    new.go("/en/account/2fa/")
    new.check()


def test_a_member_of_staff_is_invited_and_needs_a_second_factor(visit: Callable[..., Visitor]) -> None:
    ada = visit("ada")
    ada.go("/en/city/settings/guelph/staff/")
    ada.act("invite", email="rosa@example.org", role="staff", language="en")
    ada.sees("The invitation was sent.")

    rosa = visit()
    rosa.page.goto(last_link(rosa, "/invitation/", to="rosa@example.org"))
    rosa.check()
    rosa.act("join", name="Rosa Marsh", password=PASSWORD, again=PASSWORD)
    assert "/account/2fa/totp/activate/" in rosa.page.url, rosa.page.url
    rosa.check()
    secret = rosa.page.locator("[id*=secret]").input_value()
    enter(rosa, "", code="000000" if code_for(secret) != "000000" else "111111")
    rosa.sees("Incorrect code")
    enter(rosa, "", code=code_for(secret))
    rosa.go("/en/city/")
    rosa.sees("Report a problem")

    rosa.context.clear_cookies()
    enter(rosa, "/en/account/login/", login="rosa@example.org", password=PASSWORD)
    assert "/account/2fa/authenticate/" in rosa.page.url, rosa.page.url
    rosa.check()
    rosa.page.goto(rosa.site.url + "/en/city/")
    assert "/account/" in rosa.page.url, "the password alone opens nothing"


def test_somebody_from_outside_is_invited_to_a_panel_and_sees_it_alone(visit: Callable[..., Visitor]) -> None:
    olivia = visit("olivia")
    olivia.go("/en/city/challenges/under-our-streets/shortlist/")
    facts = {"name": "Dr Ria Voss", "email": "ria@example.org", "organization": "Conestoga College"}
    olivia.act("invite_outsider", **facts, language="en")
    olivia.sees("The invitation was sent.")
    olivia.sees("no answer yet")
    olivia.check()

    ria = visit()
    ria.page.goto(last_link(ria, "/invitation/", to="ria@example.org"))
    ria.sees("Conestoga College")
    ria.check()
    ria.act("join", name="Ria Voss", password=PASSWORD, again=PASSWORD)
    enter(ria, "", code=code_for(ria.page.locator("[id*=secret]").input_value()))
    ria.go("/en/me/")
    ria.sees("What you still have to score")
    ria.check()
    ria.go("/en/evaluation/under-our-streets/shortlist/declare/")
    ria.check()
    ria.go("/en/account/")
    ria.check()
    olivia.go("/en/city/challenges/under-our-streets/shortlist/")
    olivia.sees("Ria Voss")


def test_a_passkey_signs_in_and_a_strange_session_is_ended(visit: Callable[..., Visitor]) -> None:
    """An account without a password. Passkeys know names and no numbers: the same site, as localhost, with a device."""
    kay = visit()
    place = kay.site.url.replace("127.0.0.1", "localhost")
    devices = kay.context.new_cdp_session(kay.page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    kay.page.goto(f"{place}/en/account/signup/passkey/")
    enter(kay, "", email="kay@example.org", name="Kay Lind")
    link = last_link(kay, "/account/confirm-email/", to="kay@example.org")
    kay.page.goto(link.replace("127.0.0.1", "localhost"))
    enter(kay, "")
    kay.page.goto(f"{place}/en/vendor/register/")  # where nobody comes to before there is a way in
    kay.page.fill("[name=name]", "My laptop")
    kay.check()
    kay.page.click("#mfa_webauthn_add")
    kay.page.wait_for_url("**/2fa/**codes/**")  # recovery codes come with the first factor
    kay.check()

    kay.context.clear_cookies()
    kay.page.goto(f"{place}/en/account/login/")
    kay.check()
    kay.page.click("#passkey_login")
    kay.page.wait_for_url("**/en/vendor/register/")

    kay.page.goto(f"{place}/en/me/sessions/")
    kay.check()
    rows = kay.page.locator("main li h2")
    assert rows.count() == 2, kay.page.inner_text("main")
    assert "here, now" in rows.first.inner_text()
    kay.click(kay.page.locator("main li").nth(1).get_by_role("button"))
    kay.sees("Ended.")
    assert kay.page.locator("main li h2").count() == 1
