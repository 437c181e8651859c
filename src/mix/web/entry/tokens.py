"""The identity token of a city's sign-in service, whose signature is checked.

OpenID Connect leaves this to those who fetched the token themselves over TLS, and allauth does not do it then. Here it
is done always: whoever stands between the two, and whatever proxy ends TLS, brings nobody in.
"""

from __future__ import annotations

from typing import Any

import jwt
from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import Http404, HttpRequest, HttpResponse

# Signatures by a key that only the service has: neither none at all, nor by a secret that this site has too.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})


class CheckedAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """Takes a token only when a key that the service publishes has signed it."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Return how the service describes itself. Raises OAuth2Error where that is another's description."""
        found: dict[str, Any] = super().openid_config
        named, known = str(found.get("issuer")), self.get_provider().app.settings["server_url"]
        if named.rstrip("/") != known.rstrip("/"):
            raise OAuth2Error(f"{known} describes itself as {named}")
        return found

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        try:
            if jwt.get_unverified_header(id_token).get("alg") not in ALGORITHMS:
                raise OAuth2Error("the identity token is not signed by a key of the service")
            self.did_fetch_access_token = False  # what allauth takes as a reason not to look
            claims: dict[str, Any] = super()._decode_id_token(app, id_token)
        except (jwt.PyJWTError, LookupError, TypeError, ValueError) as error:  # a token or keys that are none
            raise OAuth2Error("the identity token or the keys of the service cannot be read") from error
        return claims


@login_not_required  # type: ignore[untyped-decorator]  # the same
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take somebody in who comes back from their city's service. 404 where there is no such service."""
    adapter = CheckedAdapter(request, provider_id)
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except OAuth2Error as error:  # of its description, which allauth asks for outside of what it catches
        answer = render_authentication_error(request, adapter.get_provider(), exception=error)
    return answer
