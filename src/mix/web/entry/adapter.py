"""How allauth sends its mail and greets people here, and whom a city's own sign-in service may bring in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException, Session

from mix.actions.city import identities
from mix.actions.core.outbox import tell_address
from mix.actions.core.run import run
from mix.data.models import IdentityProvider, Person
from mix.data.wall import lifted
from mix.phrases.words import word
from mix.readers.city.identities import get_provider, list_providers, secret_of, unmet_to_come
from mix.readers.city.people import actor_for, find_by_email
from mix.readers.core.clock import read_clock
from mix.readers.core.errors import Unknown
from mix.rules.core.lines import one_line
from mix.rules.core.unmet import Unmet
from mix.web.drawing.pages import RefusedContext, draw_page
from mix.web.drawing.requests import now_of
from mix.web.drawing.showing import language
from mix.web.forms.limits import address_of, is_within
from mix.web.frame.heard import tried_in_vain

# Each mail of allauth that is ever sent here: ours, and the link of it.
MAILS = {
    "account/email/email_confirmation": ("account_confirm", "activate_url"),
    "account/email/email_confirmation_signup": ("account_confirm", "activate_url"),
    "account/email/account_already_exists": ("account_exists", "password_reset_url"),
    "account/email/password_reset_key": ("account_reset", "password_reset_url"),
    "account/email/unknown_account": ("account_unknown", "signup_url"),
}
JUST = 300  # seconds
MOST_GUESSES = 300  # an hour, at one account: several addresses would have to take turns


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Everybody lands on their own home page."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Return the home of the person."""
        return reverse("home-of-person")

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Write a mail of ours into the outbox: what is said does not wait for a mail server, and tells nothing."""
        code, link = MAILS[template_prefix]
        person = context.get("user") or find_by_email(email)
        path = urlsplit(str(context[link])).path.removeprefix(f"/{language()}/")
        tell_address(
            email,
            code,
            language=person.language if person else language(),
            name=person.name if person else "",
            now=read_clock(),
            path=path,
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits count and that somebody reads beside their sessions."""
        return address_of(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401 - allauth's signature
        """Refuse more guesses at one account in an hour than one person makes, from wherever they come."""
        account = str(credentials.get("email", "")).lower()
        try:
            if not is_within("guess", sha256(account.encode()).hexdigest(), most=MOST_GUESSES, within=3600):
                raise self.validation_error("too_many_login_attempts")
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            tried_in_vain(request, account, why="too many tries")
            raise

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401 - the same
        """Count guesses at an account from each address apart: whoever guesses does not shut its owner out."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}:{address_of(request)}"

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ANN401 - allauth's signature
        """Ask again who somebody is, but not of whoever has just signed in: they set up their second factor."""
        required: bool = super().is_reauthentication_required(app=app, **kwargs)
        return required and not (app == "allauth.mfa" and _just_came(self.request))

    def populate_username(self, request: HttpRequest, user: Person) -> None:
        """Do nothing: people sign in by e-mail."""


def _just_came(request: HttpRequest) -> bool:
    """Say whether somebody has signed in a moment ago, with all that was asked of them."""
    if not isinstance(request.user, Person):
        return False
    instants = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(instants) and time.time() - instants[-1] < JUST


class CityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Each city's service brings in that city's people, with the duties that their groups have."""

    def list_apps(
        self, request: HttpRequest | None, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the services of all cities as allauth knows them."""
        del request
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=row.key,
                name=row.name,
                client_id=row.client_id,
                secret=secret_of(row) or "",
                settings={"server_url": row.issuer, "oauth_pkce_enabled": True},
            )
            for row in list_providers()
            if provider in (None, "openid_connect", row.key) and client_id in (None, row.client_id)
        ]

    def get_requests_session(self) -> Session:
        """Ask a service and nobody else: where it sends this site on to, this site does not go."""
        session: Session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse whom the service may not bring; join it with the account of the same address."""
        provider = _provider(request, sociallogin)
        said = _said(sociallogin)
        if sociallogin.state.get("process") == "connect":
            _refuse(request, Unmet("identity_no_connect"))
        email = str(said.get("email") or "").strip().lower()
        with lifted():
            person = sociallogin.user if sociallogin.is_existing else find_by_email(email)
            unmet = unmet_to_come(
                provider,
                person,
                email=email,
                is_verified=_is_verified(said),
                groups=_groups(provider, said),
            )
            if unmet:
                _refuse(request, *unmet)
            if person is None:
                return
            if not sociallogin.is_existing:
                sociallogin.connect(request, person)
            _follow(request, provider, person, said)

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Mapping[str, Any]) -> Person:  # noqa: ARG002 - allauth's signature
        """Make the account from the service's word: address, name, and the language of the page."""
        person: Person = sociallogin.user
        person.email = str(data.get("email") or "").strip().lower()
        person.name = (one_line(str(data.get("name") or "")) or person.email)[:200]
        person.language = language()
        return person

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: object = None) -> Person:
        """Keep a new account, and give it the duties of its groups."""
        person: Person = super().save_user(request, sociallogin, form)
        with lifted():
            _follow(request, _provider(request, sociallogin), person, _said(sociallogin))
        return person

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002 - allauth's signature
        """Say yes: whoever may not come was refused before."""
        return True

    def is_email_verified(self, provider: object, email: str) -> bool:  # noqa: ARG002 - allauth's signature
        """Say yes: an address outside of the service's domains was refused before."""
        return True

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,  # noqa: ANN401 - allauth's
        error: object = None,
        exception: Exception | None = None,
        extra_context: object = None,
    ) -> None:
        """Say in words what went wrong on the way there and back."""
        del extra_context
        if error == "cancelled":
            return
        down = isinstance(exception, RequestException)
        _refuse(request, Unmet("identity_down" if down else "identity_failed", {"name": provider.name}))


def _refuse(request: HttpRequest, *unmet: Unmet) -> NoReturn:
    status = 503 if unmet[0].code == "identity_down" else 403
    raise ImmediateHttpResponse(draw_page(request, "parts/refused.html", RefusedContext(unmet), status=status))


def _provider(request: HttpRequest, sociallogin: SocialLogin) -> IdentityProvider:
    try:
        return get_provider(sociallogin.account.provider)
    except Unknown:
        raise ImmediateHttpResponse(draw_page(request, "404.html", status=404)) from None


def _said(sociallogin: SocialLogin) -> dict[str, Any]:
    """Return what the service said of the person: its token, and over it what it answered when asked."""
    data = sociallogin.account.extra_data
    return {**(data.get("id_token") or {}), **(data.get("userinfo") or {})}


def _is_verified(said: Mapping[str, Any]) -> bool:
    """Say whether the service states that the address is the person's: what it does not say is not so.

    `xms_edov` is how Entra ID says it; there the claim `email` alone is what its owner wrote.
    """
    return any(str(said.get(claim)).lower() in {"true", "1"} for claim in ("email_verified", "xms_edov"))


def _groups(provider: IdentityProvider, said: Mapping[str, Any]) -> list[str]:
    groups = said.get(provider.groups_claim) or []
    return [str(g) for g in groups[:500]] if isinstance(groups, list) else [str(groups)]


def _follow(request: HttpRequest, provider: IdentityProvider, person: Person, said: Mapping[str, Any]) -> None:
    refused = run(
        actor_for(person),
        now_of(request),
        identities.follow_groups,
        provider,
        person=person,
        groups=_groups(provider, said),
    )
    for role in refused:
        messages.warning(
            request,
            _(
                "Your groups would give you the role “%(role)s”, which nobody may have beside your others, "
                "or give to themselves."
            )
            % {"role": word("role", role.value, language())},
        )
