"""What a request says to a page: who acts, at which instant. And how a page is drawn."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, ClassVar, ParamSpec, Protocol, TypeVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from mix.readers.core.actors import Actor
from mix.readers.core.clock import read_clock
from mix.readers.core.errors import Unknown
from mix.readers.core.once import to_be_read
from mix.rules.city.calendar import day_in
from mix.rules.core.unmet import Unmet
from mix.web.drawing.showing import clock

P = ParamSpec("P")
T = TypeVar("T")
M = TypeVar("M", bound=Model)


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts, as the middleware found out."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    return actor


def now_of(request: HttpRequest) -> datetime:
    """Return the instant of the request, in UTC: one for everything that the request does."""
    request.read_clock = True  # type: ignore[attr-defined]  # read by held_until
    now: datetime = request.now  # type: ignore[attr-defined]  # set by ClockMiddleware
    return now


FOREVER = datetime.max.replace(tzinfo=UTC)


def holds_until(request: HttpRequest, *instants: datetime) -> None:
    """Say of a page that reads the clock up to when it shows the same: to the first of these that is not past."""
    now: datetime = request.now  # type: ignore[attr-defined]  # set by ClockMiddleware
    to_come = [instant for instant in instants if instant >= now]
    request.until = min([*to_come, getattr(request, "until", FOREVER)])  # type: ignore[attr-defined]  # the same


def held_until(request: HttpRequest) -> datetime | None:
    """Return until when a drawn page holds; None for one that read the clock and does not say."""
    is_said = not getattr(request, "read_clock", False) or hasattr(request, "until")
    return getattr(request, "until", FOREVER) if is_said else None


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


def only_read(request: HttpRequest, row: M) -> M:
    """Return the row that a page is about: while the page only shows it, what is asked of it is asked once."""
    return to_be_read(row) if request.method == "GET" else row


def signed_in(request: HttpRequest) -> Actor:
    """Return who acts, or have the visitor sign in."""
    actor = actor_of(request)
    if actor.person is None:
        raise Unknown
    return actor


def staff_of(request: HttpRequest) -> Actor:
    """Return who acts, where they work for a city. Raises Unknown for everybody else."""
    actor = signed_in(request)
    if not actor.is_staff:
        raise Unknown
    return actor


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


def draw_bare(template: str, *, status: int) -> HttpResponse:
    """Draw a page that stands alone, before anything is known of who asks."""
    return HttpResponse(render_to_string(template), status=status)


@dataclass(frozen=True)
class RefusedContext:
    """What the page draws that says why something is not possible."""

    unmet: tuple[Unmet, ...]
