"""How a page is drawn: from frozen contexts, whose fields are the names that its template knows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from mix.rules.core.unmet import Unmet


class Context(Protocol):
    """What a template draws, as a frozen dataclass: its fields are the template's names."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def names_of(template: str, *contexts: Context) -> dict[str, object]:
    """Return the names that a template is given. Raises ValueError where two contexts name the same thing."""
    names: dict[str, object] = {}
    for context in contexts:
        named = {name.name: getattr(context, name.name) for name in fields(context)}
        if twice := names.keys() & named.keys():
            raise ValueError(f"{template}: two contexts name {', '.join(sorted(twice))}")
        names |= named
    return names


def draw_page(request: HttpRequest, template: str, *contexts: Context, status: int = 200) -> HttpResponse:
    """Draw a page; one with acts is drawn by `acts.show`. Raises ValueError as `names_of` does."""
    return render(request, template, names_of(template, *contexts), status=status)


def draw_part(request: HttpRequest, template: str, *contexts: Context) -> str:
    """Draw a part of a page, for one that stands in a browser. Raises ValueError as `names_of` does."""
    return render_to_string(template, names_of(template, *contexts), request)


def draw_for_all(template: str, *contexts: Context) -> SafeString:
    """Draw a part of pages, whoever asks for them."""
    return mark_safe(render_to_string(template, names_of(template, *contexts)))


def draw_bare(template: str, *, status: int) -> HttpResponse:
    """Draw a page that stands alone, before anything is known of who asks."""
    return HttpResponse(render_to_string(template), status=status)


@dataclass(frozen=True)
class RefusedContext:
    """What the page draws that says why something is not possible."""

    unmet: tuple[Unmet, ...]
