"""What is written down of signing in: who, how and from where, and each change of what one signs in with."""

import logging
from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.http import HttpRequest

from mix.readers.city.people import find_by_email

logger = logging.getLogger(__name__)
CHANGES = {
    account.password_changed: "changed the password",
    account.password_reset: "set a new password by mail",
    account.email_added: "added an address of mail",
    account.email_removed: "removed an address of mail",
    account.email_changed: "changed the address of mail",
    mfa.authenticator_added: "added a second factor",
    mfa.authenticator_removed: "removed a second factor",
    mfa.authenticator_reset: "made new recovery codes",
}


def write(request: HttpRequest | None, what: str, *who: str) -> None:
    """Write one line."""
    logger.info(what, *who, extra={"request": request})


def _came(request: HttpRequest | None = None, user: Any = None, **_: object) -> None:  # noqa: ANN401 - Django's signal
    methods = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, []) if request else []
    write(request, "%s signed in by %s", user.code, "+".join(m["method"] for m in methods) or "another's word")


def _left(request: HttpRequest | None = None, user: Any = None, **_: object) -> None:  # noqa: ANN401 - Django's signal
    if user is not None:
        write(request, "%s signed out", user.code)


def _failed(request: HttpRequest | None = None, credentials: Any = None, **_: object) -> None:  # noqa: ANN401 - the same
    tried_in_vain(request, str((credentials or {}).get("email") or ""))


def tried_in_vain(request: HttpRequest | None, email: str, *, why: str = "a wrong password") -> None:
    """Write that somebody did not get in: of an account its code, of an address without one nothing."""
    person = find_by_email(email) if email else None
    write(request, "no sign-in as %s: %s", person.code if person else "nobody", why)


def _changed(signal: Any, request: HttpRequest | None = None, user: Any = None, **_: object) -> None:  # noqa: ANN401 - the same
    write(request, "%s %s", user.code, CHANGES[signal])


def listen() -> None:
    """Hear of all that from now on."""
    auth.user_logged_in.connect(_came, dispatch_uid="heard")
    auth.user_logged_out.connect(_left, dispatch_uid="heard")
    auth.user_login_failed.connect(_failed, dispatch_uid="heard")
    for signal in CHANGES:
        signal.connect(_changed, dispatch_uid="heard")
