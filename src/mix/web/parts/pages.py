"""A page with acts: each act is one form and one verb. What is refused comes back with everything that was typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from mix.actions.core.run import run
from mix.actions.market.submissions import Late
from mix.phrases.refusals import sentence
from mix.readers.core.actors import Actor
from mix.readers.core.clock import read_clock
from mix.readers.core.errors import Unknown
from mix.rules.city.calendar import day_in
from mix.rules.core.unmet import Refused, Unmet
from mix.web.parts.showing import clock, language

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Act:
    """One thing that a page can do: its form, its verb as a function of what was entered, and its words.

    `run` returns where to go, or None to stay. `initial` fills the form; for a form that stands beside each row of
    a list, `item` names its hidden field.
    """

    form: type[forms.Form]
    run: Callable[[dict[str, Any]], str | None]
    label: str
    done: str = ""
    initial: Mapping[str, Any] = field(default_factory=dict)
    style: str = "btn--2"


@dataclass
class Shown:
    """What a page's template needs to draw its acts: which were refused, and what was typed."""

    acts: Mapping[str, Act]
    bound: dict[str, forms.Form] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    returned: bool = False

    def form(self, name: str, item: str = "") -> forms.Form:
        """Return the form of an act: as it was typed if it was refused for this item, else fresh."""
        bound = self.bound.get(name)
        if bound is not None and (not item or bound.data.get("item") == item):
            return bound
        act = self.acts[name]
        initial = {**act.initial, **({"item": item} if item else {})}
        return act.form(initial=initial, auto_id=f"id_{name}{'_' + item if item else ''}_%s")


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, as the middleware found out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    return actor


def now_of(request: HttpRequest) -> datetime:
    """Return the instant of the request, in UTC: one for everything that the request does."""
    now: datetime = request.now  # type: ignore[attr-defined]  # set by ClockMiddleware
    return now


def began_of(request: HttpRequest) -> datetime:
    """Return the instant at which the first byte of the request was there, in UTC."""
    began: datetime = request.began  # type: ignore[attr-defined]  # set by ClockMiddleware
    return began


def stamp(request: HttpRequest) -> None:
    """Read the clock for a request whose last byte has come."""
    request.now = read_clock()  # type: ignore[attr-defined]  # read by now_of


def today_of(request: HttpRequest) -> date:
    """Return the day of the request on the page's clock."""
    return day_in(clock(), now_of(request))


def signed_in(request: HttpRequest) -> Actor:
    """Return who acts, or have the visitor sign in."""
    actor = actor_of(request)
    if actor.person is None:
        raise Unknown
    return actor


def do(request: HttpRequest, verb: Callable[..., Any], *subject: Any, **facts: Any) -> Any:  # noqa: ANN401 - the verb's own
    """Run a verb as the request's actor at the request's time."""
    return run(actor_of(request), now_of(request), verb, *subject, **facts)


def stay(_result: object) -> None:
    """Take what a verb returned and stay on the page."""


def take_stash(request: HttpRequest) -> QueryDict | None:
    """Take what somebody typed before they had to sign in, if anything."""
    if request.method != "GET":
        return None
    typed = request.session.pop(f"stash:{request.path}", None)
    if typed is None:
        return None
    data = QueryDict(mutable=True)
    for key, values in typed.items():
        data.setlist(key, values)
    return data


def answer(
    request: HttpRequest,
    template: str,
    acts: Mapping[str, Act],
    context: Callable[[], dict[str, Any]],
    *,
    unmet: tuple[Unmet, ...] = (),
    status: int = 200,
) -> HttpResponse:
    """Show a page, or carry out the act that was posted and come back to it."""
    shown = Shown(acts, unmet=unmet)
    stash = take_stash(request)
    if stash is not None and stash.get("act") in acts:
        name = str(stash["act"])
        shown.bound[name] = acts[name].form(stash)
        shown.returned = True
    if request.method == "POST" and "act" in request.POST:
        if request.content_type == "multipart/form-data":
            stamp(request)
        name = request.POST["act"]
        if name not in acts:
            raise Unknown
        act = acts[name]
        form = act.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                goes_to = act.run(form.cleaned_data)
            except Late:
                raise
            except Refused as error:
                shown.unmet, status = error.unmet, 422
                _mark(form, error.unmet)
            else:
                if act.done:
                    messages.success(request, act.done)
                return redirect(goes_to or request.path)
        else:
            status = 422
        shown.bound[name] = form
    return render(request, template, {**context(), "shown": shown}, status=status)


def _mark(form: forms.Form, unmet: tuple[Unmet, ...]) -> None:
    """Put a refusal beside the field that it is about, where the form has that field."""
    for one in unmet:
        name = one.where.removeprefix("f-")
        if name in form.fields:
            form.add_error(name, sentence(one, language()))
