"""The public register: every pilot that was approved, what it may do until when, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

from mix.data.models import Pilot, PilotExtension
from mix.readers.case.pilots import (
    Standing,
    find_extension,
    get_public_pilot,
    page_public_pilots,
    register,
    standing,
)
from mix.rules.city.calendar import day_ends
from mix.rules.core.fields import Bilingual
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import actor_of, holds_until, now_of
from mix.web.drawing.showing import use_clock


@dataclass(frozen=True)
class PilotsContext:
    """What the register draws."""

    rows: Sequence[Standing]
    pager: Pager


def pilots(request: HttpRequest) -> HttpResponse:
    """Every pilot that a city approved, the latest first."""
    page = page_public_pilots(number_of(request))
    now = now_of(request)
    rows = [standing(p, now=now) for p in page.rows]
    holds_until(request, *(day_ends(p.municipality.zone, now) for p in page.rows))
    return draw_page(request, "public/pilots.html", PilotsContext(rows, pager(request, page)))


@dataclass(frozen=True)
class PilotContext:
    """What the page of a pilot draws; `report` is None until there is one."""

    pilot: Pilot
    standing: Standing
    extension: PilotExtension | None
    sections: Sequence[tuple[Bilingual, Sequence[Answer]]]
    report: Sequence[Answer] | None


def pilot(request: HttpRequest, code: str) -> HttpResponse:
    """One pilot: what everybody may know of its record, and its report."""
    found = get_public_pilot(code, actor=actor_of(request))
    use_clock(found.municipality.zone)
    holds_until(request, day_ends(found.municipality.zone, now_of(request)))
    context = PilotContext(
        pilot=found,
        standing=standing(found, now=now_of(request)),
        extension=find_extension(found),
        sections=[(s.title, read_only(s.fields, found.written.answers, public=True)) for s in register().sections],
        report=read_only(register().close_out, found.report.answers, public=True) if found.report else None,
    )
    return draw_page(request, "public/pilot.html", context)
