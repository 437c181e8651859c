"""What a request says to a page: who acts, at which instant, and how long what it is answered stays true."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypeVar

from django.db.models import Model
from django.http import HttpRequest

from mix.readers.core.actors import Actor
from mix.readers.core.clock import read_clock
from mix.readers.core.errors import Unknown
from mix.readers.core.once import to_be_read
from mix.rules.city.calendar import day_in
from mix.web.drawing.showing import clock

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
