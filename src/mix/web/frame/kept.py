"""What somebody sent and what could not be taken yet: it stays on the page that is returned, to be sent again.

Nothing of it is kept here: what is sealed may lie nowhere in the clear, and a form that came with an old token may not
be from the person at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mix.web.drawing.pages import draw_page
from mix.web.forms.itself import ended, is_by_itself, renewed

View = TypeVar("View", bound=Callable[..., HttpResponse])
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


@dataclass(frozen=True)
class KeptContext:
    """What the page draws that holds a form to be sent again: its address, and name and value of each field."""

    address: str
    kept: list[tuple[str, str]]
    has_files: bool
    is_signed_in: bool
    sign_in: str


def carries_sealed(view: View) -> View:
    """Mark a view whose forms hold what is sealed: they never wait in a session."""
    view.carries_sealed = True  # type: ignore[attr-defined]  # read by is_sealed
    return view


def is_sealed(request: HttpRequest) -> bool:
    """Say whether what was sent may not wait in a session."""
    match = request.resolver_match
    return bool(match and getattr(match.func, "carries_sealed", False))


def draw_kept(request: HttpRequest) -> HttpResponse:
    """Return what was sent on a page from which it is sent again."""
    kept = [(key, value) for key, values in request.POST.lists() if key != TOKEN for value in values]
    context = KeptContext(
        address=request.get_full_path(),
        kept=[(key, str(value)) for key, value in kept],
        has_files=request.content_type == "multipart/form-data",
        is_signed_in=request.user.is_authenticated,
        sign_in=f"{reverse(settings.LOGIN_URL)}?next={reverse('home-of-person')}",
    )
    return draw_page(request, "parts/kept.html", context, status=403)


# What a page fills in for a person: which form, over what, what to do next.
_OF_THE_PAGE = re.compile(
    r"(csrfmiddlewaretoken|act|item|go|next|who|only|draft|version|retry|codes|digest|drawn_at)$|(seen|over|since)-"
)


@dataclass(frozen=True)
class TypedContext:
    """What a page draws that takes nothing: the texts that somebody sent, to copy them from."""

    typed: list[str]


def typed_in(request: HttpRequest) -> TypedContext:
    """Return what somebody typed into a form that could not be taken; never a password."""
    fields = [(key, values) for key, values in request.POST.lists() if not _OF_THE_PAGE.match(key)]
    texts = [str(v).strip() for key, values in fields if "password" not in key for v in values]
    return TypedContext([text for text in texts if any(letter.isspace() for letter in text)])


def refuse_token(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer a form whose token does not hold: with what was typed, where it came from a page of this site.

    A form of another site is not offered to be sent again, nor is one that holds a password.
    """
    came_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    is_own = urlsplit(came_from).netloc == request.get_host()
    if is_own and is_by_itself(request):
        return renewed(request) if request.user.is_authenticated else ended()
    if not is_own or any("password" in key for key in request.POST):
        return draw_page(request, "parts/token.html", BackContext(request.get_full_path()), status=403)
    return draw_kept(request)


@dataclass(frozen=True)
class BackContext:
    """What the page draws that takes no form: the way back to the page of the form."""

    address: str
