"""The register of pilots: the dashboard, a new record, and one pilot from its record to its report."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.case import pilots as verbs
from mix.data.models import Pilot
from mix.phrases.words import word
from mix.readers.case.challenges import roles_in
from mix.readers.case.pilots import (
    dashboard,
    find_extension,
    get_pilot,
    list_pilots,
    may_edit,
    most_days,
    needed_words,
    open_words,
    record_mark,
    register,
    standing,
    today_at,
)
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden
from mix.rules.case.pilots import PilotState, Word, unmet_to_ask, value_of
from mix.rules.core.access import Permission, Role, grants
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import now_of, signed_in
from mix.web.parts.sheets import take_sheet
from mix.web.parts.showing import language, use_clock
from mix.web.parts.specs import draw, read_only
from mix.web.staff.city.departments import choice_of_department, cities_without, open_departments

_WRITTEN = (PilotState.DRAFT, PilotState.DECLARED)
_OVER = (PilotState.ENDED, PilotState.OVERDUE)


def _reader(request: HttpRequest) -> Actor:
    actor = signed_in(request)
    if not grants(actor.all_roles() | ({Role.STAFF} if actor.is_staff else set()), Permission.PILOT_READ):
        raise Forbidden(Permission.PILOT_READ)
    return actor


def pilots(request: HttpRequest) -> HttpResponse:
    """What is under trial in one's cities, by department: what runs, what is late, what came of it."""
    actor = _reader(request)
    rows = [standing(p, now=now_of(request)) for p in list_pilots(actor)]
    shown = request.GET.get("state", "")
    context = {
        "departments": dashboard(rows),
        "rows": [r for r in rows if not shown or r.state == shown],
        "all": len(rows),
        "states": [(s.value, word("pilot_state", s, language()), n) for s in PilotState if (n := _count(rows, s))],
        "shown_state": shown,
        "may_register": any(grants(actor.roles_at(c), Permission.PILOT_REGISTER) for c in actor.duties),
    }
    return render(request, "staff/case/pilots.html", context)


def _count(rows: list[Any], state: PilotState) -> int:
    return sum(r.state is state for r in rows)


def pilot_new(request: HttpRequest) -> HttpResponse:
    """Register a pilot before it starts, or declare one that runs already."""
    actor = _reader(request)
    codes = [c for c in actor.duties if grants(actor.roles_at(c), Permission.PILOT_REGISTER)]
    if not codes:
        raise Forbidden(Permission.PILOT_REGISTER)
    departments = open_departments(codes)

    def go(given: dict[str, Any]) -> str:
        department = departments[int(given.pop("department"))]
        given["runs_already"] = given["runs_already"] == "yes"
        return reverse("city-pilot", args=[do(request, verbs.register_pilot, department, **given).code])

    acts = {
        "register": Act(
            forms.form_of(
                department=choice_of_department(departments.values()),
                title=forms.line(_("What is tried, in one line"), most=150),
                title_fr=forms.line(_("The same in French"), required=False, most=150),
                runs_already=forms.choice(
                    _("Does it run already?"),
                    [("no", _("No, it is planned")), ("yes", _("Yes: it is declared now"))],
                    hint=_("Nobody is blamed for declaring. There are 30 days to complete the record."),
                    radio=True,
                ),
            ),
            go,
            _("Go on to the record"),
            _("Registered. Now say what the register asks."),
            initial={"runs_already": "yes" if "declare" in request.GET else "no"},
            style="",
        )
    }
    without = cities_without(codes, actor=actor)
    return answer(request, "staff/case/pilot_new.html", acts if departments else {}, lambda: {"without": without})


def pilot(request: HttpRequest, code: str) -> HttpResponse:
    """One pilot: its record, whose words it has, its dates, its report."""
    actor = signed_in(request)
    found = get_pilot(code, actor=actor)
    use_clock(found.municipality.zone)
    keeps, state = may_edit(found, actor), standing(found, now=now_of(request)).state
    record, report = register().fields, register().close_out
    sheets = []
    if keeps and state in _WRITTEN:

        def describe(typed: dict[str, Any]) -> None:
            do(request, verbs.describe, found, answers=typed, based_on=request.POST.get("based_on", ""))

        save = take_sheet(request, "describe", record, describe, _("Saved."))
        sheets.append(save)
    if keeps and state in _OVER:
        close = take_sheet(
            request,
            "close",
            report,
            lambda v: do(request, verbs.close, found, answers=v),
            _("The report is public. The pilot is closed."),
        )
        sheets.append(close)
    if any(s.is_done for s in sheets):
        return redirect(request.path)
    unmet = tuple(u for s in sheets for u in s.unmet)
    typed = next((s.typed for s in sheets if s.typed is not None), None)

    def context() -> dict[str, Any]:
        fresh = get_pilot(code, actor=actor)
        now = standing(fresh, now=now_of(request))
        values = typed if typed is not None else {**fresh.record, **fresh.close_out}
        return {
            **_shown(request, fresh),
            "now": now_of(request),
            "standing": now,
            "form": [(s.title, draw(s.fields, values, unmet)) for s in register().sections]
            if keeps and now.state in _WRITTEN
            else None,
            "report_form": draw(report, values, unmet) if keeps and now.state in _OVER else None,
            "is_back": any(s.is_back for s in sheets),
            "follows": _follows(fresh, actor),
            "may_convert": now.state is PilotState.CLOSED
            and fresh.challenge is None
            and grants(actor.roles_at(fresh.municipality.code), Permission.DOCUMENT_EDIT),
        }

    acts = _acts(request, found, actor, keeps=keeps, state=state)
    return answer(request, "staff/case/pilot.html", acts, context, unmet=unmet)


def _follows(found: Pilot, actor: Actor) -> bool:
    """Say whether the actor may read the challenge that follows the pilot."""
    return found.challenge is not None and grants(roles_in(found.challenge, actor), Permission.CHALLENGE_READ)


def _shown(request: HttpRequest, found: Pilot) -> dict[str, Any]:
    today = today_at(found.municipality, now_of(request))
    limit = most_days(found.municipality, on=today)
    needed, nobody = needed_words(found) if found.asked_at else ((), ())
    said = {w.role: w for w in found.words.select_related("person").order_by("said_at")}
    return {
        "pilot": found,
        "mark": record_mark(found),
        "sections": [(s.title, read_only(s.fields, found.record)) for s in register().sections],
        "report": read_only(register().close_out, found.close_out) if found.closed_at else None,
        "extension": find_extension(found),
        "words": [(role.value, said.get(role.value)) for role in needed],
        "nobody": nobody,
        "value_cents": found.value_cents
        if found.value_cents is not None
        else value_of(found.record, register=register()),
        "limit": limit,
        "missing": unmet_to_ask(
            found.record,
            register=register(),
            most_days=limit,
            today=today,
            is_declared=found.declared_on is not None,
        )
        if not found.asked_at
        else (),
    }


def _acts(request: HttpRequest, found: Pilot, actor: Actor, *, keeps: bool, state: PilotState) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if keeps and state in _WRITTEN:
        acts["ask"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, verbs.ask, found)),
            _("Ask for approval"),
            _("Asked. Whoever decides was told."),
            style="",
        )
    if keeps and state is PilotState.ASKED:
        acts["take_back"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, verbs.take_back, found)),
            _("Take it back and change it"),
            _("Taken back. Words that were given must be given again."),
        )
    if keeps and state in (PilotState.APPROVED, PilotState.RUNNING):
        acts["stop"] = Act(
            forms.form_of(reason=forms.text(_("Why does it end now?"), rows=2)),
            lambda given: stay(do(request, verbs.stop, found, **given)),
            _("End it today"),
            _("It has ended. The report is due within 30 days."),
        )
    return (
        acts
        | _deciding(request, found, actor, state=state)
        | _extending(request, found, actor, keeps=keeps, state=state)
    )


def _deciding(request: HttpRequest, found: Pilot, actor: Actor, *, state: PilotState) -> dict[str, Act]:
    """Offer the words that this person may give: not the owner's, and not in a second role."""
    own = found.owner_id == actor.someone.pk or found.words.filter(person=actor.someone).exists()
    if state is not PilotState.ASKED or own:
        return {}
    roles = [r for r in open_words(found) if r in actor.roles_at(found.municipality.code)]
    if not roles:
        return {}
    return {
        "say": Act(
            forms.form_of(
                role=forms.word_choice(_("As"), "role", [r.value for r in roles]),
                word=forms.word_choice(_("Your word"), "pilot_word", radio=True),
                reason=forms.text(_("Reason, where you refuse"), required=False, rows=2),
            ),
            lambda given: stay(
                do(
                    request,
                    verbs.say,
                    found,
                    role=Role(given["role"]),
                    word=Word(given["word"]),
                    reason=given["reason"],
                )
            ),
            _("Give your word"),
            _("Noted."),
            style="",
        )
    }


def _extending(request: HttpRequest, found: Pilot, actor: Actor, *, keeps: bool, state: PilotState) -> dict[str, Act]:
    extension = find_extension(found)
    if state is not PilotState.RUNNING:
        return {}
    if extension is None:
        form = forms.form_of(ends_on=forms.day(_("New last day")), reason=forms.text(_("Why?"), rows=2))
        ask = Act(
            form,
            lambda given: stay(do(request, verbs.ask_extension, found, **given)),
            _("Ask for the one extension"),
            _("Asked. Whoever decides on its value was told."),
        )
        return {"extend": ask} if keeps else {}
    is_decider = needed_words(found)[0][0] in actor.roles_at(found.municipality.code)
    is_party = actor.someone.pk in (extension.asked_by_id, found.owner_id)
    if extension.agreed_at or is_party or not is_decider:
        return {}
    agree = Act(
        forms.form_of(),
        lambda _given: stay(do(request, verbs.agree_extension, found)),
        _("Agree to the extension"),
        _("Extended."),
        style="",
    )
    return {"agree": agree}
