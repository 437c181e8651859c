"""Acts whose forms are made on the way, until each is a class of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mix.rules.core.unmet import Unmet
from mix.web.parts.acts import refused, take


@dataclass(frozen=True)
class Act:
    """One thing that a page can do: its form, its verb as a function of what was entered, and its words."""

    form: type[forms.Form]
    run: Callable[[dict[str, Any]], str | None]
    label: str
    done: str = ""
    initial: Mapping[str, Any] = field(default_factory=dict)
    style: str = "btn--2"

    def fresh(self, item: str, auto_id: str) -> forms.Form:
        """Return the form as nobody has typed into it yet."""
        return self.form(initial={**self.initial, **({"item": item} if item else {})}, auto_id=auto_id)

    def filled(self, *typed: Any) -> Any:  # noqa: ANN401 - Django's
        """Return the form as somebody filled it in."""
        form: Any = self.form(*typed)
        form.done = self.done
        form.run = lambda _request: self.run(form.cleaned_data)
        return form


def stay(_result: object) -> None:
    """Take what a verb returned and stay on the page."""


def answer(
    request: HttpRequest,
    template: str,
    acts: Mapping[str, Any],
    context: Callable[[], dict[str, Any]],
    *,
    unmet: tuple[Unmet, ...] = (),
) -> HttpResponse:
    """Show a page, or carry out the act that was posted and come back to it."""
    taken = refused(acts, *unmet) if unmet else take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return render(request, template, {**context(), "shown": taken}, status=taken.status)
