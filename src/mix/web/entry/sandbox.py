"""The page of a sandbox: which time it is there, what comes next, and moving on to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from mix.actions.flow.advancing import advance, own_mark
from mix.readers.flow.coming import Coming, list_coming
from mix.rules.flow.advancing import FARTHEST, Stride
from mix.web.drawing.requests import actor_of, now_of
from mix.web.forms.acts import Act, Acts, Listed, show, take

SHOWN = 8  # of what comes


class Move(Act[None]):
    """Move the time of the sandbox by a step."""

    stride: ClassVar[Stride]

    def run(self, request: HttpRequest) -> str:
        """Move it, carry out what becomes due, and read the page at its new time."""
        done = len(advance(self.stride))
        said = ngettext(
            "Time was moved, with a stop at %(n)s moment.", "Time was moved, with stops at %(n)s moments.", done
        )
        messages.success(request, said % {"n": done})
        return reverse("demo-time")


class Hour(Move):
    """Move on by an hour."""

    label, stride = gettext_lazy("An hour on"), Stride.HOUR


class Day(Move):
    """Move on by a day."""

    label, stride = gettext_lazy("A day on"), Stride.DAY


class Week(Move):
    """Move on by a week."""

    label, stride = gettext_lazy("A week on"), Stride.WEEK


class Next(Move):
    """Move on to the next event."""

    label, stride, style = gettext_lazy("To the next event"), Stride.NEXT, ""


@dataclass(frozen=True)
class SandboxContext:
    """What the page draws: the time here and the real one, what comes, and the last day on which it serves."""

    here: datetime
    real: datetime
    coming: Sequence[Coming]
    farthest: int
    ends_on: date


def sandbox(request: HttpRequest) -> HttpResponse:
    """Move the time of this sandbox. Not there on any other site."""
    mark = own_mark()
    may = actor_of(request).person is not None
    acts: Acts = {"hour": Listed(Hour, None), "day": Listed(Day, None), "week": Listed(Week, None)}
    taken = take(request, {"next": Listed(Next, None), **acts} if may else {})
    if isinstance(taken, HttpResponse):
        return taken
    now = now_of(request)
    context = SandboxContext(now, datetime.now(UTC), list_coming(now=now)[:SHOWN], FARTHEST.days, mark.ends_on)
    return show(request, "entry/sandbox.html", taken, context)
