"""An account without a password: its address is confirmed by a mailed link, and a passkey is made there.

allauth keeps that somebody signs up with a passkey in their session, which a link in a mail may not come back to. Here
nothing is kept: whoever confirms the address of an account that nobody can come into yet is signed in, once.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.email_verification import send_verification_email_for_user
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import ConfirmEmailView, SignupView
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mix.data.models import Person
from mix.readers.city.people import lacks_way_in
from mix.web.frame.sessions import begin_session

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def begin(request: HttpRequest, person: Person, *, by: str) -> None:
    """Sign somebody in who has just shown who they are, `by` what."""
    login(request, person, backend=BACKEND)
    record_authentication(request, person, method=by, email=person.email, reauthenticated=True)
    begin_session(request)


class SignUpByPasskey(SignupView):  # type: ignore[misc]  # allauth ships no types
    """Make an account with an address and a name, and mail the link with which its passkey is made."""

    template_name = "account/signup_by_passkey.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """Ask for no password."""
        return {**super().get_form_kwargs(), "by_passkey": True}

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 - allauth's
        """Mail the link; whoever has an account already is told so by mail, and the page says the same."""
        person, answer = form.try_save(self.request)
        if person is None:
            kept: HttpResponse = answer
            return kept
        send_verification_email_for_user(self.request, person)
        return redirect("account_email_verification_sent")


class ConfirmEmail(ConfirmEmailView):  # type: ignore[misc]  # as above
    """Confirm an address; of an account that has no way in and was never used, go on to its passkey."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - Django's signature
        """Confirm it."""
        answer: HttpResponse = super().post(*args, **kwargs)
        address = self.object.email_address
        person = address.user
        if not address.verified or person.last_login is not None or not lacks_way_in(person):
            return answer
        begin(self.request, person, by="email")
        return redirect("mfa_add_webauthn")
