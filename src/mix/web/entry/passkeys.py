"""What a browser says of a passkey is what anybody may send: what cannot be read is a key that does not fit.

Whoever signs in with one is a stranger yet. allauth and fido2 take most of what is no answer of a browser for a fault
of the program; here it is refused in the words of a wrong code.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as theirs
from django import forms

from mix.readers.city.people import lacks_way_in

MOST = 100_000  # letters; a browser's answer with a certificate has a few thousand
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, struct.error)


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except _UNREADABLE:
        raise get_adapter().validation_error("incorrect_code") from None


class CredentialField(forms.CharField):
    """A browser's answer in JSON; cleans to its object."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's
        """Read it."""
        text = super().clean(value)
        with _refusing():
            read = json.loads(text)
            if not isinstance(read, dict) or not read:  # allauth checks no empty one, and keeps it as a key
                raise TypeError
            return read


class _Answering(forms.Form):
    """A form in which a passkey answers."""

    credential = CredentialField(max_length=MOST)

    def clean_credential(self) -> Any:  # noqa: ANN401 - allauth ships no types
        """Find whose key it is."""
        with _refusing():
            return super().clean_credential()  # type: ignore[misc]  # of the form beside


class SignInWithPasskey(_Answering, theirs.LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Sign in with a passkey alone."""


class ShowPasskeyAgain(_Answering, theirs.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """Show again who one is."""


class AddPasskey(theirs.AddWebAuthnForm):  # type: ignore[misc]  # as above
    """Add a passkey to one's account; where there is no other way in, one that does without a password."""

    credential = CredentialField(max_length=MOST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        super().__init__(*args, **kwargs)
        self.is_only_way = lacks_way_in(self.user)
        if self.is_only_way:
            self.fields["passwordless"].initial = True
            self.fields["passwordless"].disabled = True

    def clean(self) -> Any:  # noqa: ANN401 - allauth ships no types
        """Read what the browser made."""
        with _refusing():
            return super().clean()
