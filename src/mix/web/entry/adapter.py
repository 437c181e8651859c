"""How allauth sends its mail and greets people here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from mix.data.models import Person


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Everybody lands on their own home page."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Return the home of the person."""
        return reverse("home-of-person")

    def populate_username(self, request: HttpRequest, user: Person) -> None:
        """Do nothing: people sign in by e-mail."""
