"""Seeds, addresses and links that let somebody in stand in no row and no backup: the key of the site hides them."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.test import Client

from mix.actions.city import invitations
from mix.actions.core.run import run
from mix.actions.market import vendors
from mix.data.models import CalendarFeed, Message, Municipality, Person, Vendor
from mix.jobs.work import send_waiting
from mix.readers.core.ciphers import hide, reveal
from mix.readers.core.outbox import path_of
from mix.rules.core.access import Role
from tests.stolen import backed_up, every_row

pytestmark = pytest.mark.django_db
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(seed: str) -> str:
    counter = list(yield_hotp_counters_from_time())[-1]
    return format_hotp_value(hotp_value(seed, counter))


def test_the_seeds_of_second_factors_stand_nowhere(now: datetime, tmp_path: Path) -> None:
    kim = Person.objects.get(code="kim")
    totp, recovery = TOTP.activate(kim, SEED), RecoveryCodes.activate(kim)
    seed = get_adapter().decrypt(recovery.instance.data["seed"])
    codes = recovery.generate_codes()
    assert codes == RecoveryCodes(Authenticator.objects.get(pk=recovery.instance.pk)).generate_codes()
    for text in (every_row(), backed_up(tmp_path, now=now)):
        assert [secret for secret in (SEED, seed) if secret.encode() in text] == []
    assert totp.validate_code(code_of(SEED))
    assert recovery.validate_code(codes[0])


def test_under_another_key_of_the_site_no_code_fits(settings: Any) -> None:
    totp, recovery = (
        TOTP.activate(Person.objects.get(code="kim"), SEED),
        RecoveryCodes.activate(Person.objects.get(code="kim")),
    )
    codes = recovery.generate_codes()
    settings.SECRET_KEY = "another key, of which nobody had heard before"
    assert [totp.validate_code(code_of(seed)) for seed in (SEED, "")] == [False, False]
    assert [code for code in codes if recovery.validate_code(code)] == []


def test_what_is_hidden_for_one_use_is_not_read_for_another() -> None:
    hidden = hide("a secret", use="one")
    assert (reveal(hidden, use="one"), reveal(hidden, use="other"), reveal("a secret", use="one")) == (
        "a secret",
        None,
        None,
    )


def test_the_address_of_a_calendar_cannot_be_made_from_its_row(
    sign_in: Callable[[str], Client], now: datetime, tmp_path: Path
) -> None:
    olivia = sign_in("olivia")
    olivia.post("/en/city/dates/", {"act": "feed"})
    page = olivia.get("/en/city/dates/").content.decode()
    found = re.search(r"/en/calendar/([^\"]+)\.ics", page)
    assert found
    token = found[1]
    assert sign_in("").get(f"/en/calendar/{token}.ics").status_code == 200
    assert token in olivia.get("/en/city/dates/").content.decode()  # it can be shown again
    for text in (every_row(), backed_up(tmp_path, now=now)):
        assert token.encode() not in text
    row = CalendarFeed.objects.values().get(person__code="olivia")
    for guess in {str(value) for value in row.values()} | {token[:-1], f"{token}A"}:
        assert sign_in("").get(f"/en/calendar/{guess}.ics").status_code in (302, 404)


def test_a_link_that_lets_somebody_in_stands_nowhere_before_and_after_it_is_sent(
    actor: Callable[[str], Any], now: datetime, tmp_path: Path, mailoutbox: list[Any], settings: Any
) -> None:
    settings.DEMO = False  # whose outbox is the only mailbox
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Message.objects.all().delete()
    city, vendor = Municipality.objects.get(code="guelph"), Vendor.objects.get(code="kestrel")
    run(actor("ada"), now, invitations.invite_staff, city, email="new@guelph.example", role=Role.STAFF)
    run(actor("kim"), now, vendors.invite_member, vendor, email="new@kestrel.example")
    Client().post("/en/account/password/reset/", {"email": "kim@demo.mix.invalid"})
    mails = list(Message.objects.filter(is_key=True).order_by("id"))
    paths = [path_of(mail) for mail in mails]
    assert [re.sub(r"[^/]{20,}", "…", path) for path in paths[:2]] == ["invitation/…/"] * 2
    assert paths[2].startswith("account/password/reset/key/")
    secrets = [max(path.split("/"), key=len).encode() for path in paths]
    for text in (every_row(), backed_up(tmp_path, now=now)):
        assert [secret for secret in secrets if secret in text] == []
    assert send_waiting() >= 3
    sent = "\n".join(mail.body for mail in mailoutbox)
    assert [path for path in paths if path not in sent] == []
    assert set(Message.objects.filter(is_key=True).values_list("path", flat=True)) == {""}
    held = [
        str(Session(session_data=data).get_decoded()) for data in Session.objects.values_list("session_data", flat=True)
    ]
    assert [secret for secret in secrets if secret.decode() in "".join(held)] == []
