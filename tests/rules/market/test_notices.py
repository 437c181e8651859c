"""What a notice is made of, and the questions that requirements become."""

from __future__ import annotations

from pathlib import Path

from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.fields import FieldSpec, FieldType
from mix.rules.core.kinds import Envelope, Route
from mix.rules.market.call_forms import CallForm, Origin, form_of_method, unmet_in_form
from mix.rules.market.notices import Section, notice_text, with_requirements

SPRINT = Path(__file__).resolve().parents[3] / "catalogue" / "methods" / "sprint.yaml"
ROWS = [
    {"text": "Rates from trucks", "weight": "mandatory", "evidence": "H1"},
    {"text": "Reports in a minute", "weight": "rated", "evidence": "H3"},
]


def sprint() -> Method:
    return parse(SPRINT.read_text(encoding="utf-8")).on(Route.INNOVATION_PARTNERSHIP)


def form() -> CallForm:
    method = sprint()
    part, scoring = method.step("application").solicitation, method.step("select-winner").evaluation
    assert part
    assert scoring
    return form_of_method(part, {"select-winner": scoring})


def asking(rows: list[dict[str, str]], before: CallForm | None = None) -> CallForm:
    return with_requirements(before or form(), rows, scored_by="select-winner.solution")


def test_each_requirement_becomes_a_question_with_its_evidence() -> None:
    before, after = form(), asking(ROWS)
    must, rated = (q for q in after.asked if q.origin is Origin.REQUIREMENT)
    assert (must.field.key, must.field.type, must.field.must_be_yes, must.scored_by) == (
        "r1",
        FieldType.YES_NO,
        True,
        (),
    )
    assert (rated.field.key, rated.field.type, rated.field.required) == ("r2", FieldType.TEXT, True)
    assert rated.scored_by == ("select-winner.solution",)
    assert rated.field.hint
    assert (rated.field.hint.in_("en"), rated.field.hint.in_("fr")) == ("Evidence: H3", "Preuve\u00a0: H3")
    assert not must.may_go
    assert not rated.may_go
    envelopes = [q.field.envelope for q in after.questions]
    assert envelopes == sorted(envelopes, reverse=True), "prices stay last"
    assert after.number == before.number + 1
    part, scoring = sprint().step("application").solicitation, sprint().step("select-winner").evaluation
    assert part
    assert scoring
    assert unmet_in_form(after, part, {"select-winner": scoring}) == ()


def test_what_is_asked_already_stays_and_what_is_no_requirement_goes() -> None:
    first = asking(ROWS)
    assert asking(ROWS, first) == first
    second = asking([ROWS[1], {"text": "Runs in winter", "weight": "mandatory", "evidence": ""}], first)
    by_key = {q.field.key: q for q in second.questions}
    assert bool(by_key["r1"].dropped)
    assert by_key["r2"] == next(q for q in first.questions if q.field.key == "r2")
    assert (by_key["r3"].field.title.en, by_key["r3"].field.hint) == ("Runs in winter", None)
    assert second.number == first.number + 1
    assert [q.field.envelope for q in second.asked][-2:] == [Envelope.PRICE, Envelope.PRICE]


def test_a_notice_is_its_officers_words_and_what_documents_say() -> None:
    specs = {spec.key: spec for step in sprint().steps for spec in step.fields}
    outcomes = [{"measure": "Days", "baseline": "", "target": "7"}]
    sections = [
        Section("procurement-brief.sprint_fee", specs["sprint_fee"], 25_000_00),
        Section("commissioning.outcomes", specs["outcomes"], outcomes),
    ]
    text = notice_text(" Come. ", sections)
    fee, title = specs["sprint_fee"].title.en, specs["outcomes"].title.en
    assert text == f"Come.\n\n{fee}\n\nCAD\u00a025,000\n\n{title}\n\n- Days; 7"
    assert notice_text("", []) == ""
    plain = FieldSpec.model_validate({"key": "k", "title": {"en": "T"}})
    assert notice_text("", [Section("a.k", plain, "Words")]) == "T\n\nWords"


def test_money_in_a_notice_is_written_as_everywhere() -> None:
    fee = FieldSpec.model_validate({"key": "fee", "type": "money", "title": {"en": "Fee", "fr": "Rémunération"}})
    columns = [
        {"key": "what", "title": {"en": "What", "fr": "Quoi"}},
        {"key": "cost", "type": "money", "title": {"en": "Cost", "fr": "Coût"}},
    ]
    rows = FieldSpec.model_validate(
        {"key": "costs", "type": "rows", "title": {"en": "Costs", "fr": "Coûts"}, "columns": columns}
    )
    sections = [Section("a.fee", fee, 2_500_000), Section("a.costs", rows, [{"what": "Vans", "cost": 120_050}])]
    english, french = (notice_text("", sections, language=language).split("\n\n") for language in ("en", "fr"))
    assert english == ["Fee", "CAD\u00a025,000", "Costs", "- Vans; CAD\u00a01,200.50"]
    assert french == ["Rémunération", "25\u00a0000\u00a0$\u00a0CA", "Coûts", "- Vans; 1\u00a0200,50\u00a0$\u00a0CA"]
