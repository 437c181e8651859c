"""The public register: every pilot that was approved, what it may do until when, and what came of it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mix.readers.case.pilots import find_extension, get_public_pilot, page_public_pilots, register, standing
from mix.web.parts.pages import now_of
from mix.web.parts.paging import number_of, pager
from mix.web.parts.showing import use_clock
from mix.web.parts.specs import read_only


def pilots(request: HttpRequest) -> HttpResponse:
    """Every pilot that a city approved, the latest first."""
    page = page_public_pilots(number_of(request))
    rows = [standing(p, now=now_of(request)) for p in page.rows]
    return render(request, "public/pilots.html", {"rows": rows, "pager": pager(request, page)})


def pilot(request: HttpRequest, code: str) -> HttpResponse:
    """One pilot: what everybody may know of its record, and its report."""
    found = get_public_pilot(code)
    use_clock(found.municipality.zone)
    context = {
        "pilot": found,
        "standing": standing(found, now=now_of(request)),
        "extension": find_extension(found),
        "sections": [(s.title, read_only(s.fields, found.written.answers, public=True)) for s in register().sections],
        "report": read_only(register().close_out, found.report.answers, public=True) if found.report else None,
    }
    return render(request, "public/pilot.html", context)
