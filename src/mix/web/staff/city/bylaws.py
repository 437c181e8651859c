"""A city's own rules: its by-law's table, tried, compared and signed by two; rules confirmed at their source."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mix.actions.city import policies
from mix.data.models import Bylaw, Challenge, Municipality
from mix.phrases.words import word
from mix.readers.case.documents import total_value
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.policies import (
    catalogue_documents,
    find_draft,
    find_proposal,
    in_force,
    list_bylaws,
    list_confirmations,
    table_of,
)
from mix.readers.core.actors import Actor
from mix.readers.flow.findings import find_purchase, governing_day
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.policy.bylaws import BylawTable, Topic, band_for, edges
from mix.rules.city.policy.facts import Category
from mix.rules.core.access import Permission, grants
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in, today_of
from mix.web.parts.sheets import Sheet, take_sheet
from mix.web.parts.showing import language, use_clock
from mix.web.parts.specs import draw
from mix.web.staff.city.bylaw_form import CLOCKS, MOST_BYTES, as_answers, read_table, read_table_file, table_fields

LAST = 10  # how many of the city's challenges a change is tried on


def bylaw(request: HttpRequest, city: str) -> HttpResponse:
    """The city's table: enter it, try it, compare it with the one in force, have a second person sign it."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.BYLAW_SIGN)
    use_clock(found.zone)
    may_edit = grants(actor.roles_at(found.code), Permission.DELEGATION_EDIT)

    def propose(typed: dict[str, Any]) -> None:
        table, effective_on = read_table(typed)
        do(request, policies.propose_bylaw, found, table=table, effective_on=effective_on)

    done = _("Proposed. Look at the examples; a second person signs.")
    sheet = take_sheet(request, "propose", table_fields(), propose, done) if may_edit else Sheet()
    if sheet.is_done:
        return redirect(request.path)
    proposal = find_proposal(found)
    acts = _deciding(request, proposal, actor) if proposal else {}
    if may_edit:
        acts["upload"] = _upload(request, found)
    return answer(
        request,
        "staff/city/bylaw.html",
        acts,
        lambda: {
            **_shown(request, found),
            "fields": draw(table_fields(), sheet.typed if sheet.typed is not None else _start(found), sheet.unmet)
            if may_edit
            else None,
            "failed": sheet.typed is not None,
        },
        unmet=sheet.unmet,
    )


def _upload(request: HttpRequest, city: Municipality) -> Act:
    def run(given: dict[str, Any]) -> None:
        table = read_table_file(given["file"].read(MOST_BYTES + 1))
        do(request, policies.propose_bylaw, city, table=table, effective_on=given["effective_on"])

    return Act(
        forms.form_of(
            file=forms.small_file(_("Table as a file (YAML)"), hint=_("As `mix policy check` reads it.")),
            effective_on=forms.day(_("In force from")),
        ),
        run,
        _("Propose the file"),
        _("Proposed. Look at the examples; a second person signs."),
    )


def _deciding(request: HttpRequest, proposal: Bylaw, actor: Actor) -> dict[str, Act]:
    """Offer to sign a proposal, but for whoever made it, and to drop it."""
    acts = {
        "sign": Act(
            forms.form_of(),
            lambda _given: stay(do(request, policies.sign_bylaw, proposal)),
            _("Sign as the second person"),
            _("Signed. From its day on its rules are verified, and block."),
            style="",
        ),
        "drop": Act(
            forms.form_of(),
            lambda _given: stay(do(request, policies.drop_bylaw, proposal)),
            _("Drop this proposal"),
            _("Dropped."),
        ),
    }
    if proposal.proposed_by_id == actor.someone.pk:
        del acts["sign"]
    return acts


def _start(city: Municipality) -> dict[str, Any]:
    """Return what the form begins with: what is proposed, what is in force, else the catalogue's draft."""
    versions = list_bylaws(city)
    if versions:
        return as_answers(table_of(versions[0]), versions[0].effective_on)
    draft = find_draft(city.code)
    return as_answers(draft, None) if draft else {}


def _shown(request: HttpRequest, city: Municipality) -> dict[str, Any]:
    versions = list_bylaws(city)
    governing = in_force(versions, today_of(request))
    proposal = find_proposal(city)
    shown = proposal or governing
    table = table_of(shown) if shown else None
    before = table_of(governing) if governing and proposal else None
    return {
        "city": city,
        "versions": versions,
        "governing": governing,
        "proposal": proposal,
        "table": [(c, table.of(c)) for c in Category if table.of(c)] if table else [],
        "citation": table.citation if table else "",
        "texts": [(topic.value, table.texts[topic]) for topic in Topic if topic in table.texts] if table else [],
        "reaches_back": _reaches_back(city, proposal, today_of(request)) if proposal else None,
        "clocks": [(word("bylaw_field", key, language()), n) for key in CLOCKS if (n := getattr(table, key, None))],
        "draft": find_draft(city.code) if not versions else None,
        "examples": _examples(table, before) if table else [],
        "changed": _changed(city, table, before) if table and before else None,
    }


def _reaches_back(city: Municipality, proposal: Bylaw, today: date) -> list[Challenge] | None:
    """List the running challenges that a table with a day in the past would govern anew; None for a day to come."""
    if proposal.effective_on >= today:
        return None
    running = Challenge.objects.filter(municipality=city, status=ChallengeStatus.RUNNING).order_by("-commissioned_at")
    return [c for c in running if proposal.effective_on <= governing_day(c, now=c.commissioned_at) <= today]


def _examples(table: BylawTable, before: BylawTable | None) -> list[dict[str, Any]]:
    return [
        {
            "category": category.value,
            "cents": cents,
            "band": band_for(table, category, cents),
            "before": band_for(before, category, cents) if before else None,
        }
        for category, cents in edges(table)
    ]


def _changed(city: Municipality, table: BylawTable, before: BylawTable) -> list[tuple[Challenge, int, str, str]]:
    """List, of the city's last challenges, those that the new table would treat in another way."""
    rows = []
    for challenge in Challenge.objects.filter(municipality=city).order_by("-commissioned_at")[:LAST]:
        purchase = find_purchase(challenge)
        value = total_value(challenge)
        if purchase is None or value is None:
            continue
        old, new = (band_for(t, Category(purchase.category), value) for t in (before, table))
        if old and new and (old.method, old.quotes) != (new.method, new.quotes):
            rows.append((challenge, value, old.method.value, new.method.value))
    return rows


def rules(request: HttpRequest, city: str) -> HttpResponse:
    """The catalogue's rules and how sure each is for this city; two people who read one at its source confirm it."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.BYLAW_SIGN)
    acts = {
        "confirm": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, policies.confirm_rule, found, rule=given["item"])),
            _("I read it at its source, and it holds"),
            _("Noted. With two people the rule is verified for this city."),
        )
    }

    def context() -> dict[str, Any]:
        said = list_confirmations(found)
        return {
            "city": found,
            "documents": [(d, [(r, said.get(r.id)) for r in d.rules]) for d in catalogue_documents()],
        }

    return answer(request, "staff/city/rules.html", acts, context)
