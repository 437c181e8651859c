"""A city's own rules: its by-law's table, tried, compared and signed by two; rules confirmed at their source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from mix.actions.city import policies
from mix.data.models import Bylaw, Challenge, Municipality, RuleConfirmation
from mix.phrases.words import word
from mix.readers.case.challenge_lists import list_led_by
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
from mix.readers.flow.findings import find_purchase, governing_day
from mix.rules.city.policy.bylaws import BylawBand, BylawTable, Topic, band_for, edges
from mix.rules.city.policy.documents import PolicyDocument, Rule
from mix.rules.city.policy.facts import Category
from mix.rules.core.access import Permission, grants
from mix.web.documents.sheets import Sheet, take_sheet
from mix.web.documents.specs import FieldView, draw
from mix.web.drawing.requests import signed_in, today_of
from mix.web.drawing.showing import language, use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted, refused, show, take
from mix.web.staff.city.bylaw_form import CLOCKS, MOST_BYTES, as_answers, read_table, read_table_file, table_fields

LAST = 10  # how many of the city's challenges a change is tried on


class Upload(Act[Municipality]):
    """Propose a table that stands in a file."""

    label = _("Propose the file")
    done = _("Proposed. Look at the examples; a second person signs.")
    needs = Permission.DELEGATION_EDIT

    file = fields.small_file(_("Table as a file (YAML)"), hint=_("As `mix policy check` reads it."))
    effective_on = fields.day(_("In force from"))

    def run(self, request: HttpRequest) -> None:
        """Propose it."""
        table = read_table_file(self.cleaned_data["file"].read(MOST_BYTES + 1))
        do(request, policies.propose_bylaw, self.about, table=table, effective_on=self.cleaned_data["effective_on"])


class SignBylaw(Act[Bylaw]):
    """Sign a proposal that somebody else made."""

    label = _("Sign as the second person")
    done = _("Signed. From its day on its rules are verified, and block.")
    needs = Permission.BYLAW_SIGN
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Sign it."""
        do(request, policies.sign_bylaw, self.about)


class DropBylaw(Act[Bylaw]):
    """Drop a proposal."""

    label = _("Drop this proposal")
    done = _("Dropped.")
    needs = Permission.BYLAW_SIGN

    def run(self, request: HttpRequest) -> None:
        """Drop it."""
        do(request, policies.drop_bylaw, self.about)


@dataclass(frozen=True)
class TableContext:
    """What the form of the table draws, where the reader may propose one; `failed` if what was typed is shown."""

    fields: list[FieldView] | None
    failed: bool


def bylaw(request: HttpRequest, city: str) -> HttpResponse:
    """The city's table: enter it, try it, compare it with the one in force, have a second person sign it."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.BYLAW_READ)
    use_clock(found.zone)
    roles = actor.roles_at(found.code)
    may_edit = grants(roles, Permission.DELEGATION_EDIT)
    propose = partial(_propose, request, found)
    sheet = take_sheet(request, "propose", table_fields(), propose, str(Upload.done)) if may_edit else Sheet()
    if sheet.is_done:
        return redirect(request.path)
    acts: Acts = {"upload": Listed(Upload, found)}
    if proposal := find_proposal(found):
        acts = {**acts, "drop": Listed(DropBylaw, proposal)}
        if proposal.proposed_by_id != actor.someone.pk:
            acts = {**acts, "sign": Listed(SignBylaw, proposal)}
    acts = granted(roles, acts)
    taken = refused(acts, *sheet.unmet) if sheet.unmet else take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    typed = sheet.typed if sheet.typed is not None else _start(found)
    context = TableContext(draw(table_fields(), typed, sheet.unmet) if may_edit else None, sheet.typed is not None)
    taken.own = ("propose",) if may_edit else ()
    return show(request, "staff/city/bylaw.html", taken, _shown(request, found), context)


def _propose(request: HttpRequest, city: Municipality, typed: dict[str, Any]) -> None:
    table, effective_on = read_table(typed)
    do(request, policies.propose_bylaw, city, table=table, effective_on=effective_on)


def _start(city: Municipality) -> dict[str, Any]:
    """Return what the form begins with: what is proposed, what is in force, else the catalogue's draft."""
    versions = list_bylaws(city)
    if versions:
        return as_answers(table_of(versions[0]), versions[0].effective_on)
    draft = find_draft(city.code)
    return as_answers(draft, None) if draft else {}


@dataclass(frozen=True)
class Example:
    """What a table says of one value, and what the one before it said."""

    category: str
    cents: int
    band: BylawBand | None
    before: BylawBand | None


@dataclass(frozen=True)
class BylawContext:
    """What the page of the by-law draws: its versions, the one that is shown, and what a proposal would change."""

    city: Municipality
    versions: list[Bylaw]
    governing: Bylaw | None
    proposal: Bylaw | None
    table: list[tuple[Category, Sequence[BylawBand]]]
    citation: str
    texts: list[tuple[str, str]]
    reaches_back: list[Challenge] | None
    clocks: list[tuple[str, int]]
    draft: BylawTable | None
    examples: list[Example]
    changed: list[tuple[Challenge, int, str, str]] | None


def _shown(request: HttpRequest, city: Municipality) -> BylawContext:
    versions = list_bylaws(city)
    governing = in_force(versions, today_of(request))
    proposal = find_proposal(city)
    shown = proposal or governing
    table = table_of(shown) if shown else None
    before = table_of(governing) if governing and proposal else None
    return BylawContext(
        city=city,
        versions=versions,
        governing=governing,
        proposal=proposal,
        table=[(c, table.of(c)) for c in Category if table.of(c)] if table else [],
        citation=table.citation if table else "",
        texts=[(topic.value, table.texts[topic]) for topic in Topic if topic in table.texts] if table else [],
        reaches_back=_reaches_back(city, proposal, today_of(request)) if proposal else None,
        clocks=[(word("bylaw_field", key, language()), n) for key in CLOCKS if (n := getattr(table, key, None))],
        draft=find_draft(city.code) if not versions else None,
        examples=_examples(table, before) if table else [],
        changed=_changed(city, table, before) if table and before else None,
    )


def _reaches_back(city: Municipality, proposal: Bylaw, today: date) -> list[Challenge] | None:
    """List the running challenges that a table with a day in the past would govern anew; None for a day to come."""
    if proposal.effective_on >= today:
        return None
    running = list_led_by(city, running=True)
    return [c for c in running if proposal.effective_on <= governing_day(c, now=c.commissioned_at) <= today]


def _examples(table: BylawTable, before: BylawTable | None) -> list[Example]:
    return [
        Example(
            category=category.value,
            cents=cents,
            band=band_for(table, category, cents),
            before=band_for(before, category, cents) if before else None,
        )
        for category, cents in edges(table)
    ]


def _changed(city: Municipality, table: BylawTable, before: BylawTable) -> list[tuple[Challenge, int, str, str]]:
    """List, of the city's last challenges, those that the new table would treat in another way."""
    rows = []
    for challenge in list_led_by(city, most=LAST):
        purchase = find_purchase(challenge)
        value = total_value(challenge)
        if purchase is None or value is None:
            continue
        old, new = (band_for(t, Category(purchase.category), value) for t in (before, table))
        if old and new and (old.method, old.quotes) != (new.method, new.quotes):
            rows.append((challenge, value, old.method.value, new.method.value))
    return rows


class ConfirmRule(RowAct[Municipality]):
    """Say that one read a rule at its source, and that it holds."""

    label = _("I read it at its source, and it holds")
    done = _("Noted. With two people the rule is verified for this city.")
    needs = Permission.BYLAW_SIGN

    def run(self, request: HttpRequest) -> None:
        """Say so."""
        do(request, policies.confirm_rule, self.about, rule=self.row)


@dataclass(frozen=True)
class RulesContext:
    """What the page of rules draws: each document with its rules, and what the city said of each."""

    city: Municipality
    documents: list[tuple[PolicyDocument, list[tuple[Rule, RuleConfirmation | None]]]]


def rules(request: HttpRequest, city: str) -> HttpResponse:
    """The catalogue's rules and how sure each is for this city; two people who read one at its source confirm it."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.BYLAW_READ)
    taken = take(request, granted(actor.roles_at(found.code), {"confirm": Listed(ConfirmRule, found)}))
    if isinstance(taken, HttpResponse):
        return taken
    said = list_confirmations(found)
    documents = [(d, [(r, said.get(r.id)) for r in d.rules]) for d in catalogue_documents()]
    return show(request, "staff/city/rules.html", taken, RulesContext(found, documents))
