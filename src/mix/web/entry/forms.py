"""The form by which a vendor's person makes an account."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.web.drawing.showing import language
from mix.web.forms.fields import check_line


class SignUp(forms.Form):
    """Name beside e-mail and password; the language is the page's."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
        validators=[check_line],
    )

    def signup(self, request: HttpRequest, user: Any) -> None:  # noqa: ANN401, ARG002 - allauth's signature
        """Keep name and language with the account."""
        user.name = self.cleaned_data["name"]
        user.language = language()
        user.save(update_fields=["name", "language"])
