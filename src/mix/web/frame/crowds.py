"""What somebody sees whose request cannot be taken now: why, when it can, and all that was typed, to be sent again."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mix.rules.core.unmet import Unmet
from mix.web.drawing.pages import draw_page

NOT_KEPT = ("password", "csrfmiddlewaretoken")


@dataclass(frozen=True)
class LaterContext:
    """Why it must wait, and what was typed; never a password."""

    unmet: Unmet
    typed: tuple[tuple[str, str], ...]
    path: str


def later(request: HttpRequest, unmet: Unmet, *, status: int) -> HttpResponse:
    """Say why something must wait, and offer to send what was typed once more."""
    typed = tuple(
        (name, value)
        for name, values in request.POST.lists()
        if not name.startswith(NOT_KEPT)
        for value in values
        if isinstance(value, str)
    )
    return draw_page(request, "parts/later.html", LaterContext(unmet, typed, request.path), status=status)


def too_many(request: HttpRequest) -> HttpResponse:
    """Say that this was asked too often from one place. allauth asks for it by the name in `config.urls`."""
    return later(request, Unmet("too_many_from_here"), status=429)
