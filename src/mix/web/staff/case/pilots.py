"""The register of pilots: the dashboard, a new record, and one pilot from its record to its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mix.actions.case import pilots as verbs
from mix.data.models import Pilot, PilotExtension, PilotWord
from mix.phrases.words import word
from mix.readers.case.challenges import roles_in
from mix.readers.case.pilots import (
    DepartmentRow,
    Standing,
    dashboard,
    find_extension,
    gather_words,
    get_pilot,
    list_pilots,
    may_edit,
    most_days,
    needed_words,
    record_mark,
    register,
    standing,
    today_at,
)
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden
from mix.readers.core.paging import page_of
from mix.rules.case.pilots import PilotState, unmet_to_ask, value_of
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.fields import Bilingual
from mix.rules.core.unmet import Unmet
from mix.web.documents.sheets import Sheet, take_sheet
from mix.web.documents.specs import Answer, FieldView, draw, read_only
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import language, use_clock
from mix.web.forms.acts import Listed, do, refused, show, take
from mix.web.staff.case.pilots_acts import OVER, WRITTEN, Begin, Registrable, pilot_acts
from mix.web.staff.city.departments import WithoutContext, cities_without, open_departments


def _reader(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    if not any(grants(actor.roles_at(city), Permission.PILOT_READ) for city in actor.duties):
        raise Forbidden(Permission.PILOT_READ)
    return actor


@dataclass(frozen=True)
class PilotsContext:
    """What the register of pilots draws; `states` are the states that some pilot has, with how many have it."""

    departments: list[DepartmentRow]
    rows: list[Standing]
    pager: Pager
    all: int
    states: list[tuple[str, str, int]]
    shown_state: str
    may_register: bool


def pilots(request: HttpRequest) -> HttpResponse:
    """What is under trial in one's cities, by department: what runs, what is late, what came of it."""
    actor = _reader(request)
    rows = [standing(p, now=now_of(request)) for p in list_pilots(actor)]
    shown, count = request.GET.get("state", ""), Counter(r.state for r in rows)
    page = page_of([r for r in rows if not shown or r.state == shown], number_of(request))
    context = PilotsContext(
        departments=dashboard(rows),
        rows=page.rows,
        pager=pager(request, page),
        all=len(rows),
        states=[(s.value, word("pilot_state", s, language()), count[s]) for s in PilotState if count[s]],
        shown_state=shown,
        may_register=any(grants(actor.roles_at(c), Permission.PILOT_REGISTER) for c in actor.duties),
    )
    return draw_page(request, "staff/case/pilots.html", context)


def pilot_new(request: HttpRequest) -> HttpResponse:
    """Register a pilot before it starts, or declare one that runs already."""
    actor = _reader(request)
    codes = [c for c in actor.duties if grants(actor.roles_at(c), Permission.PILOT_REGISTER)]
    if not codes:
        raise Forbidden(Permission.PILOT_REGISTER)
    about = Registrable(open_departments(codes), is_declared="declare" in request.GET)
    taken = take(request, {"register": Listed(Begin, about)} if about.departments else {})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/case/pilot_new.html", taken, WithoutContext(cities_without(codes, actor=actor)))


@dataclass(frozen=True)
class PilotContext:
    """What the page of one pilot draws; `form` and `report_form` for whoever may write now."""

    pilot: Pilot
    now: datetime
    standing: Standing
    mark: str
    sections: list[tuple[Bilingual, list[Answer]]]
    report: list[Answer] | None
    extension: PilotExtension | None
    words: list[tuple[Role, PilotWord | None]]
    nobody: Sequence[Unmet]
    value_cents: int | None
    limit: int
    missing: Sequence[Unmet]
    form: list[tuple[Bilingual, list[FieldView]]] | None
    report_form: list[FieldView] | None
    is_back: bool
    follows: bool
    may_convert: bool


def pilot(request: HttpRequest, code: str) -> HttpResponse:
    """One pilot: its record, whose words it has, its dates, its report."""
    actor = signed_in(request)
    found = get_pilot(code, actor=actor)
    use_clock(found.municipality.zone)
    sheets = _sheets(request, found, actor)
    if any(s.is_done for s in sheets):
        return redirect(request.path)
    acts, unmet = pilot_acts(request, found, actor), tuple(u for s in sheets for u in s.unmet)
    taken = refused(acts, *unmet) if unmet else take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = _shown(request, get_pilot(code, actor=actor), actor, sheets)
    taken.own = ("describe",) if context.form else ("close",) if context.report_form else ()
    return show(request, "staff/case/pilot.html", taken, context)


def _sheets(request: HttpRequest, found: Pilot, actor: Actor) -> list[Sheet]:
    """Take what was written into the record, or into the report."""
    if not may_edit(found, actor):
        return []
    state = standing(found, now=now_of(request)).state

    def describe(typed: dict[str, Any]) -> None:
        do(request, verbs.describe, found, answers=typed, based_on=request.POST.get("based_on", ""))

    def close(typed: dict[str, Any]) -> None:
        do(request, verbs.close, found, answers=typed)

    if state in WRITTEN:
        return [take_sheet(request, "describe", register().fields, describe, _("Saved."))]
    if state in OVER:
        done = _("The report is public. The pilot is closed.")
        return [take_sheet(request, "close", register().close_out, close, done)]
    return []


def _follows(found: Pilot, actor: Actor) -> bool:
    """Say whether the actor may read the challenge that follows the pilot."""
    return found.challenge is not None and grants(roles_in(found.challenge, actor), Permission.CHALLENGE_READ)


def _shown(request: HttpRequest, found: Pilot, actor: Actor, sheets: Sequence[Sheet]) -> PilotContext:
    now = now_of(request)
    today, at = today_at(found.municipality, now), standing(found, now=now)
    limit = most_days(found.municipality, on=today)
    needed, nobody = needed_words(found) if found.asked_at else ((), ())
    said, unmet = gather_words(found), tuple(u for s in sheets for u in s.unmet)
    typed = next((s.typed for s in sheets if s.typed is not None), None)
    written, report = found.written, found.report
    values = typed if typed is not None else {**written.answers, **(report.answers if report else {})}
    keeps, is_declared = may_edit(found, actor), found.declared_on is not None
    value = found.value_cents if found.value_cents is not None else value_of(written.facts, register=register())
    missing = unmet_to_ask(written, register=register(), most_days=limit, today=today, is_declared=is_declared)
    return PilotContext(
        pilot=found,
        now=now,
        standing=at,
        mark=record_mark(found),
        sections=[(s.title, read_only(s.fields, written.answers)) for s in register().sections],
        report=read_only(register().close_out, report.answers) if report else None,
        extension=find_extension(found),
        words=[(role, said.get(role)) for role in needed],
        nobody=nobody,
        value_cents=value,
        limit=limit,
        missing=() if found.asked_at else missing,
        form=[(s.title, draw(s.fields, values, unmet)) for s in register().sections]
        if keeps and at.state in WRITTEN
        else None,
        report_form=draw(register().close_out, values, unmet) if keeps and at.state in OVER else None,
        is_back=any(s.is_back for s in sheets),
        follows=_follows(found, actor),
        may_convert=at.state is PilotState.CLOSED
        and found.challenge is None
        and grants(actor.roles_at(found.municipality.code), Permission.DOCUMENT_EDIT),
    )
