"""What waits for somebody of a city, all of it by day; and asking others again for what they owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.flow import chasing
from mix.readers.core.paging import deep_enough, page_of_first
from mix.readers.flow.wait_names import Names, gather_names
from mix.readers.flow.wait_questions import EVERYTHING
from mix.readers.flow.waits import Waiting, gather_waits
from mix.rules.city.calendar import day_in
from mix.rules.flow.waits import FIRST_LINES, Line, Wait, desk_of, in_order, unmet_to_ask_again
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, staff_of
from mix.web.drawing.showing import clock, titled
from mix.web.drawing.waits import DrawnDesk, DrawnLine, draw_desk, draw_line, iso
from mix.web.forms.acts import RowAct, do
from mix.web.forms.limits import Limit
from mix.web.forms.several import Rows, Several

MANY = 30  # who may be asked again at once


class AskAgain(RowAct[None]):
    """Ask others again for what they owe: a mail, and a line of the log."""

    label = _("Ask again")
    done = _("They were asked again by mail. The log says so.")
    limit = Limit(by_person=30)

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, chasing.ask_again, item=self.row)


class AskAllAgain(Several[tuple[DrawnLine, ...]]):
    """Ask several again at once: a mail and a line of the log for each."""

    label = _("Ask them again")
    limit = Limit(by_person=30)

    def rows(self) -> Rows:
        """Offer whoever was not asked today, each with what waits."""
        return [(one.item, asked_of(one)) for one in self.about]

    def each(self, request: HttpRequest, item: str) -> None:
        """Ask."""
        do(request, chasing.ask_again, item=item)


def asked_of(one: DrawnLine) -> str:
    """Return in one line who is asked for what."""
    what = ", ".join((one.sentence, *((one.of,) if one.of else ()), *one.facts))
    return titled(one.who, what) if one.who else what


@dataclass(frozen=True)
class Drawn:
    """What waits for somebody, and for whom they wait, as the desk draws it; `more_others` counts the rest of these.

    `to_ask` are those of all of these, up to `MANY`, who may be asked again.
    """

    own: DrawnDesk
    others: tuple[DrawnLine, ...]
    more_others: int
    to_ask: tuple[DrawnLine, ...]


def draw_waiting(waiting: Waiting, *, now: datetime, me: int) -> Drawn:
    """Draw what waits for somebody by their number. A query for each kind of name, and one for who is away."""
    desk = desk_of(waiting.own, now=now, zone=clock(), rest=waiting.own_rest)
    others = in_order(waiting.others, now=now)
    shown = [wait for line in desk.lines for wait in line.waits] + others[:MANY]
    names = gather_names(shown, asked=bool(others), away_at=now)
    lines = [
        draw_line(Line((w,)), names, now=now, is_others=True, may_ask=_may_ask(w, names, now=now))
        for w in others[:MANY]
    ]
    first, to_ask = tuple(lines[:FIRST_LINES]), tuple(line for line in lines if line.may_ask)
    more = len(others) - len(first) + sum(rest.waits for rest in waiting.others_rest)
    return Drawn(draw_desk(desk, names, now=now, me=me), first, more, to_ask)


def _may_ask(wait: Wait, names: Names, *, now: datetime) -> bool:
    return not unmet_to_ask_again(names.asked.get(wait.name), now=now)


@dataclass(frozen=True)
class WaitsContext:
    """What the page draws that shows all that waits, or what is due on a day."""

    lines: tuple[DrawnLine, ...]
    pager: Pager
    total: int


def waits(request: HttpRequest) -> HttpResponse:
    """Everything that waits for somebody, or what of it is due on one day."""
    actor, now, number, on = staff_of(request), now_of(request), number_of(request), request.GET.get("day", "")
    most = EVERYTHING if on else deep_enough(number)
    waiting = gather_waits(actor, now=now, most=most)
    found = in_order(_asked_for(waiting.own, on), now=now)
    page = page_of_first(found, number, total=len(found) + sum(rest.waits for rest in waiting.own_rest))
    names = gather_names(page.rows, away_at=now)
    lines = tuple(draw_line(Line((wait,)), names, now=now, me=actor.someone.pk) for wait in page.rows)
    return draw_page(request, "staff/flow/waits.html", WaitsContext(lines, pager(request, page), page.total))


def _asked_for(own: list[Wait], on: str) -> list[Wait]:
    if not on:
        return own
    return [w for w in own if iso(day_in(clock(), w.until) if w.until else None) == on]
