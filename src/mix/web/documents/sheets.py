"""A form whose fields are data: posted to one verb, and drawn again with everything that was typed when refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from mix.rules.core.fields import FieldSpec
from mix.rules.core.unmet import Refused, Unmet
from mix.web.documents.specs import read_post
from mix.web.forms.acts import take_stash


@dataclass(frozen=True, slots=True)
class Sheet:
    """What became of a sheet: `typed` is what to show instead of what is stored, None where nothing was typed."""

    typed: dict[str, Any] | None = None
    unmet: tuple[Unmet, ...] = ()
    is_done: bool = False
    is_back: bool = False  # typed before an expired session, and not saved yet


def take_sheet(
    request: HttpRequest, act: str, specs: Sequence[FieldSpec], run: Callable[[dict[str, Any]], object], done: str
) -> Sheet:
    """Carry out the act if this request posts it; `run` may refuse; `acts.refused` then draws the page."""
    if request.session.get(f"stash:{request.path}", {}).get("act") == [act]:
        stash = take_stash(request)
        return Sheet(read_post(specs, stash), is_back=True) if stash is not None else Sheet()
    if request.method != "POST" or request.POST.get("act") != act:
        return Sheet()
    typed = read_post(specs, request.POST)
    try:
        run(typed)
    except Refused as error:
        return Sheet(typed, error.unmet)
    messages.success(request, done)
    return Sheet(is_done=True)
