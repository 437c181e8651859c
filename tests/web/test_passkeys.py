"""What a stranger sends in the place of a browser's answer is a key that does not fit, and never a fault."""

import base64
import json
from typing import Any

import pytest
from allauth.mfa import app_settings
from allauth.utils import get_form_class

from mix.data.models import Person

NOBODY = Person(email="nobody@guelph.example")


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def answer(**told: object) -> dict[str, Any]:
    """Return what a browser answers, but for what is told otherwise."""
    client = {"type": "webauthn.get", "challenge": "aa", "origin": "http://testserver"}
    response = {
        "clientDataJSON": packed(json.dumps(client).encode()),
        "authenticatorData": packed(bytes(37)),
        "signature": packed(b"x"),
        "userHandle": packed(b"\xff"),
        "attestationObject": packed(b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58\x25" + bytes(37)),
    }
    key = packed(b"abc")
    return {"id": key, "rawId": key, "type": "public-key", "response": {**response, **told}}


HOSTILE = {
    "nothing": "",
    "a number of 5,000 digits": "9" * 5000,
    "nested": "[" * 20_000,
    "objects nested": '{"a":' * 5000,
    "a list": "[]",
    "a word": '"key"',
    "null": "null",
    "empty": "{}",
    "without its raw id": '{"id": 1}',
    "ids that differ": json.dumps({**answer(), "rawId": "!!!"}),
    "an id that is no text": json.dumps({**answer(), "rawId": 5}),
    "an id of other letters": json.dumps({**answer(), "id": "é"}),
    "no response": json.dumps({**answer(), "response": None}),
    "a client that is nested": json.dumps(answer(clientDataJSON=packed(b"[" * 20_000))),
    "a client that is no text": json.dumps(answer(clientDataJSON=packed(b"\xff"))),
    "a key that is nested": json.dumps(
        answer(authenticatorData=packed(bytes(32) + b"\xc0" + bytes(4) + b"\x81" * 3000))
    ),
    "extensions that are none": json.dumps(answer(authenticatorData=packed(bytes(32) + b"\x80" + bytes(4) + b"\x01"))),
    "a statement that is nested": json.dumps(answer(attestationObject=packed(b"\x81" * 5000))),
    "a statement that is cut": json.dumps(answer(attestationObject=packed(b"\xff"))),
    "a statement of another form": json.dumps(answer(attestationObject=packed(b"\xa1\x63fmt\x01"))),
    "very long": json.dumps({**answer(), "more": "x" * 200_000}),
}


@pytest.mark.parametrize("named", ["login_webauthn", "reauthenticate_webauthn", "add_webauthn"])
@pytest.mark.parametrize("sent", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_answer_of_a_browser_is_refused(named: str, sent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_state", dict)
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda _user: [])
    monkeypatch.setattr("allauth.mfa.webauthn.forms.check_rate_limit", lambda _user: None)
    monkeypatch.setattr("allauth.mfa.adapter.DefaultMFAAdapter.generate_authenticator_name", lambda *_: "Key")
    form = get_form_class(app_settings.FORMS, named, None)
    given = {} if named == "login_webauthn" else {"user": NOBODY}
    made = form(data={"credential": sent, "name": "Key"}, **given)
    assert not made.is_valid()
    assert 'name="credential"' in str(made["credential"])
