"""What a request says to a page: who acts, at which instant."""

from __future__ import annotations

from datetime import date, datetime
from typing import ParamSpec, TypeVar

from django.http import HttpRequest

from mix.readers.core.actors import Actor
from mix.readers.core.clock import read_clock
from mix.readers.core.errors import Unknown
from mix.rules.city.calendar import day_in
from mix.web.parts.showing import clock

P = ParamSpec("P")
T = TypeVar("T")


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


def staff_of(request: HttpRequest) -> Actor:
    """Return who acts, where they work for a city. Raises Unknown for everybody else."""
    actor = signed_in(request)
    if not actor.is_staff:
        raise Unknown
    return actor
