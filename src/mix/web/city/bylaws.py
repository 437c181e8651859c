"""A city's own rules: its by-law's table, tried, compared and signed by two; rules confirmed at their source."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from pydantic import ValidationError

from mix.actions import policies
from mix.data.models import Bylaw, Challenge, Municipality
from mix.phrases.words import WORDS
from mix.readers.documents import gather_facts, total_value
from mix.readers.findings import find_purchase
from mix.readers.municipalities import get_own_municipality
from mix.readers.policies import (
    catalogue_documents,
    find_draft,
    find_proposal,
    in_force,
    list_bylaws,
    list_confirmations,
    table_of,
)
from mix.rules.access import Permission, grants
from mix.rules.fields import Bilingual, Column, FieldSpec, FieldType, Option, read_answers
from mix.rules.policy.bylaws import BylawTable, band_for, edges
from mix.rules.policy.facts import Category, Competition
from mix.rules.unmet import Refused, Unmet
from mix.web.parts import forms
from mix.web.parts.pages import Act, answer, do, signed_in, stay, today_of
from mix.web.parts.sheets import Sheet, take_sheet
from mix.web.parts.showing import language, use_clock
from mix.web.parts.specs import draw

LAST = 10  # how many of the city's challenges a change is tried on


def _both(group: str, code: str) -> Bilingual:
    english, french = WORDS[group][code]
    return Bilingual(en=english, fr=french)


def _options(group: str, codes: type[Category | Competition]) -> tuple[Option, ...]:
    return tuple(Option(key=c.value, title=_both(group, c.value)) for c in codes)


CLOCKS = {
    "least_days": ("Least time to answer a call", "Délai minimal de réponse"),
    "debrief_days": ("Time to ask for a debrief", "Délai pour demander une rétroaction"),
    "dispute_days": ("Time to object", "Délai pour contester"),
    "pilot_days": ("How long a pilot may run", "Durée maximale d’un projet pilote"),
}
_DAYS = Bilingual(en="days", fr="jours")
FIELDS = (
    FieldSpec(
        key="citation",
        type=FieldType.LINE,
        required=True,
        title=Bilingual(en="By-law or policy, with its number", fr="Règlement ou politique, avec son numéro"),
    ),
    FieldSpec(key="url", type=FieldType.LINE, title=Bilingual(en="Where it stands", fr="Où il se trouve")),
    FieldSpec(
        key="effective_on",
        type=FieldType.DATE,
        required=True,
        title=Bilingual(en="In force from", fr="En vigueur à partir du"),
    ),
    FieldSpec(
        key="bands",
        type=FieldType.ROWS,
        required=True,
        title=Bilingual(en="Bands", fr="Tranches"),
        hint=Bilingual(
            en="One row for each band. Leave the value of the highest band empty: it has no limit.",
            fr="Une ligne par tranche. Laissez vide la valeur de la plus haute : elle n’a pas de limite.",
        ),
        columns=(
            Column(
                key="category",
                type=FieldType.CHOICE,
                required=True,
                title=Bilingual(en="What is bought", fr="Ce qui est acheté"),
                options=_options("category", Category),
            ),
            Column(
                key="up_to_cents",
                type=FieldType.MONEY,
                title=Bilingual(en="Up to, before tax", fr="Jusqu’à, avant taxes"),
            ),
            Column(
                key="method",
                type=FieldType.CHOICE,
                required=True,
                title=Bilingual(en="At least", fr="Au moins"),
                options=_options("competition", Competition),
            ),
            Column(key="quotes", type=FieldType.NUMBER, title=Bilingual(en="Quotes", fr="Prix demandés")),
        ),
    ),
    *(
        FieldSpec(key=key, type=FieldType.NUMBER, unit=_DAYS, title=Bilingual(en=english, fr=french))
        for key, (english, french) in CLOCKS.items()
    ),
    FieldSpec(key="note", type=FieldType.TEXT, title=Bilingual(en="Note", fr="Note")),
)


def _as_answers(table: BylawTable, effective_on: date | None) -> dict[str, Any]:
    return {
        **table.model_dump(mode="json", exclude={"bands"}),
        "effective_on": effective_on.isoformat() if effective_on else "",
        "bands": [{**b.model_dump(mode="json"), "quotes": str(b.quotes) if b.quotes else ""} for b in table.bands],
    }


def _read(answers: dict[str, Any]) -> tuple[BylawTable, date]:
    """Read a table from what was typed. Raises Refused with everything that is wrong."""
    good, bad = read_answers(FIELDS, answers)
    unmet = [Unmet(e.code, e.params, f"f-{key}") for key, e in bad.items()]
    unmet += [
        Unmet("field_missing", {"field": s.title.en, "field_fr": s.title.fr}, f"f-{s.key}")
        for s in FIELDS
        if s.required and s.key not in bad and not good.get(s.key)
    ]
    if unmet:
        raise Refused(*unmet)
    days = {key: _whole(good.get(key)) for key in CLOCKS}
    bands = [{**row, "quotes": _whole(row.get("quotes")) or 0} for row in good["bands"]]
    try:
        table = BylawTable.model_validate(
            {
                "citation": good["citation"],
                "url": good.get("url") or "",
                "note": good.get("note") or "",
                "bands": [{k: v for k, v in b.items() if v is not None} for b in bands],
                **days,
            }
        )
    except ValidationError as error:
        raise Refused(*(_unmet(e) for e in error.errors())) from None
    return table, date.fromisoformat(good["effective_on"])


def _unmet(error: Any) -> Unmet:  # noqa: ANN401 - pydantic's error record
    field = str(error["loc"][0]) if error["loc"] else "bands"
    code = (
        error["type"] if error["type"].startswith("bylaw_") else "bylaw_address" if field == "url" else "bylaw_number"
    )
    category = error.get("ctx", {}).get("category")
    params = dict(zip(("category", "category_fr"), WORDS["category"][category], strict=True)) if category else {}
    return Unmet(code, params, f"f-{field}")


def _whole(text: object) -> int | None:
    try:
        return int(str(text)) if text not in (None, "") else None
    except ValueError:
        raise Refused(Unmet("not_a_number", {"given": str(text)[:40]}, "f-bands")) from None


def bylaw(request: HttpRequest, city: str) -> HttpResponse:
    """The city's table: enter it, try it, compare it with the one in force, have a second person sign it."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.BYLAW_SIGN)
    use_clock(found.zone)
    may_edit = grants(actor.roles_at(found.code), Permission.DELEGATION_EDIT)

    def propose(typed: dict[str, Any]) -> None:
        table, effective_on = _read(typed)
        do(request, policies.propose_bylaw, found, table=table, effective_on=effective_on)

    done = _("Proposed. Look at the examples; a second person signs.")
    sheet = take_sheet(request, "propose", FIELDS, propose, done) if may_edit else Sheet()
    if sheet.is_done:
        return redirect(request.path)
    proposal = find_proposal(found)
    acts = _deciding(request, proposal) if proposal else {}
    return answer(
        request,
        "city/bylaw.html",
        acts,
        lambda: {
            **_shown(request, found),
            "fields": draw(FIELDS, sheet.typed if sheet.typed is not None else _start(found), sheet.unmet)
            if may_edit
            else None,
            "failed": sheet.typed is not None,
        },
        unmet=sheet.unmet,
        status=422 if sheet.unmet else 200,
    )


def _deciding(request: HttpRequest, proposal: Bylaw) -> dict[str, Act]:
    return {
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


def _start(city: Municipality) -> dict[str, Any]:
    """Return what the form begins with: what is proposed, what is in force, else the catalogue's draft."""
    versions = list_bylaws(city)
    if versions:
        return _as_answers(table_of(versions[0]), versions[0].effective_on)
    draft = find_draft(city.code)
    return _as_answers(draft, None) if draft else {}


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
        "clocks": [(t[language() == "fr"], n) for key, t in CLOCKS.items() if (n := getattr(table, key, None))],
        "draft": find_draft(city.code) if not versions else None,
        "examples": _examples(table, before) if table else [],
        "changed": _changed(city, table, before) if table and before else None,
    }


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
        value = total_value(gather_facts(challenge))
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

    return answer(request, "city/rules.html", acts, context)
