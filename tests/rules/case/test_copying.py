"""What a challenge that begins from another takes from its documents: every type of field, and every mark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mix.rules.case.copying import begins_with, copied, still_copied
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method
from mix.rules.core.fields import FieldSpec, FieldType, Option, Wording
from mix.rules.core.kinds import Route, StepKind

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue" / "methods"
TITLE = Wording(en="T")
SPRINT = parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8")).on(Route.INNOVATION_PARTNERSHIP)
GIVEN = {
    FieldType.LINE: "one",
    FieldType.TEXT: "some words",
    FieldType.NUMBER: "4",
    FieldType.MONEY: 1200,
    FieldType.DATE: "2027-01-04",
    FieldType.CHOICE: "a",
    FieldType.YES_NO: True,
}


def spec(type_: FieldType, **more: Any) -> FieldSpec:
    options = (Option(key="a", title=TITLE),) if type_ is FieldType.CHOICE else ()
    return FieldSpec.model_validate({"key": "box", "type": type_, "title": TITLE, "options": options, **more})


def method(*fields: FieldSpec, key: str = "brief", kind: StepKind = StepKind.DOCUMENT) -> Method:
    """Return the sprint with one document of these fields alone."""
    step = SPRINT.step("commissioning").model_copy(update={"fields": fields, "key": key, "kind": kind})
    return SPRINT.model_copy(update={"stages": (SPRINT.stages[0].model_copy(update={"steps": (step,)}),)})


def taken(mine: FieldSpec, its: FieldSpec, value: object, *, public: bool = False) -> object:
    return copied(method(mine), method(its), {"brief": {"box": value}}, public=public).get("brief", {}).get("box")


@pytest.mark.parametrize("type_", [t for t in GIVEN if t not in (FieldType.LINE, FieldType.TEXT)])
def test_what_is_no_words_is_said_anew(type_: FieldType) -> None:
    assert taken(spec(type_), spec(type_), GIVEN[type_]) is None


@pytest.mark.parametrize("type_", [FieldType.LINE, FieldType.TEXT])
def test_words_are_copied_where_box_and_type_are_the_same(type_: FieldType) -> None:
    one, value = spec(type_), GIVEN[type_]
    assert taken(one, one, value) == value
    assert taken(one, spec(type_, key="other"), value) is None
    assert taken(one, spec(FieldType.NUMBER), value) is None
    assert taken(one, one, "") is None


@pytest.mark.parametrize("mark", [{"anew": True}, {"why_of": "fee"}])
def test_a_mark_on_either_side_keeps_words_back(mark: dict[str, Any]) -> None:
    bare, marked = spec(FieldType.TEXT), spec(FieldType.TEXT, **mark)
    assert taken(marked, bare, "x") is None
    assert taken(bare, marked, "x") is None


def test_of_another_city_only_what_is_public_there_is_copied() -> None:
    private, public = spec(FieldType.TEXT), spec(FieldType.TEXT, public=True)
    assert taken(private, public, "x", public=True) == "x"
    assert taken(public, private, "x", public=True) is None
    assert taken(public, private, "x") == "x"


def test_of_rows_the_words_are_copied_and_every_other_cell_is_empty() -> None:
    columns: list[dict[str, Any]] = [
        {"key": t.value, "type": t, "title": TITLE, "options": [Option(key="a", title=TITLE)] if t == "choice" else []}
        for t in GIVEN
    ]
    columns += [{"key": "who", "title": TITLE, "anew": True}, {"key": "mine", "title": TITLE}]
    rows = spec(FieldType.ROWS, columns=columns)
    row = {**{t.value: value for t, value in GIVEN.items()}, "who": "Ada", "mine": None}
    dates_alone = {"date": "2027-01-04", "who": "Ada"}
    assert taken(rows, rows, [row, dates_alone]) == [
        {
            "line": "one",
            "text": "some words",
            "number": None,
            "money": None,
            "date": None,
            "choice": "a",
            "yes_no": False,
            "who": None,
            "mine": None,
        }
    ]
    assert taken(rows, rows, [dates_alone]) is None


def test_a_choice_in_a_row_must_be_one_here() -> None:
    def of(key: str) -> FieldSpec:
        option = {"key": key, "title": TITLE}
        columns = [{"key": "kind", "type": "choice", "title": TITLE, "options": [option]}, {"key": "t", "title": TITLE}]
        return spec(FieldType.ROWS, columns=columns)

    assert taken(of("b"), of("a"), [{"kind": "a", "t": "x"}]) == [{"kind": None, "t": "x"}]


def test_rows_keep_to_the_most_that_is_asked_here() -> None:
    few = spec(FieldType.ROWS, columns=[{"key": "t", "title": TITLE}], max_rows=2)
    many = spec(FieldType.ROWS, columns=[{"key": "t", "title": TITLE}])
    assert taken(few, many, [{"t": str(n)} for n in range(5)]) == [{"t": "0"}, {"t": "1"}]


def test_only_documents_of_the_same_key_are_copied() -> None:
    one, contents = spec(FieldType.TEXT), {"brief": {"box": "x"}, "other": {"box": "x"}}
    scan = method(one, kind=StepKind.MARKET_SCAN)
    assert copied(scan, scan, contents, public=False) == {}
    assert copied(method(one), method(one, key="other"), contents, public=False) == {}


def test_the_sprint_copies_no_person_account_amount_or_result_and_no_vendors_design() -> None:
    whole = parse((CATALOGUE / "sprint.yaml").read_text(encoding="utf-8"))
    every = {f"{s.key}.{f.key}" for s in whole.steps for f in s.fields if f.type in (FieldType.TEXT, FieldType.LINE)}
    contents = {s.key: {f.key: "x" for f in s.fields if f"{s.key}.{f.key}" in every} for s in whole.steps}
    found = {f"{s}.{f}" for s, answers in copied(whole, whole, contents, public=False).items() for f in answers}
    kept_back = {
        "commissioning.product_owner",
        "commissioning.budget_account",
        "procurement-brief.conflicts",
        "mvp-instructions.calendar",
        "mvp-instructions.contact_rules",
        "commissioning.current_cost",
        "procurement-brief.trade_coverage",
        "common-mvp-framework.payment_points",
        "mvp-instructions.paid",
        "final-challenge.price_model",
        "final-design.scope",
        "final-design.architecture",
        "final-design.integration",
        "final-design.plan",
        "final-design.operations",
        "pilot-close-out.results",
        "pilot-close-out.failures",
        "support.contact",
        "sale.budget",
        "test-environment.rota",
        "solution.performance",
    }
    assert kept_back <= every
    assert not kept_back & found
    assert {"commissioning.constraints", "common-mvp-framework.integration", "final-challenge.terms"} <= found


OUTCOMES = [{"measure": "Days", "baseline": "38", "target": "3"}]


@pytest.mark.parametrize(
    ("step", "key", "value", "said", "begins"),
    [
        ("commissioning", "evidence", "theirs", "what the need says", False),
        ("commissioning", "evidence", "theirs", None, True),
        ("commissioning", "constraints", "theirs", None, True),
        ("final-challenge", "terms", "theirs", "the brief says", True),
        ("final-challenge", "outcome_targets", OUTCOMES, None, False),
        ("final-challenge", "outcome_targets", OUTCOMES, OUTCOMES, True),
        ("final-challenge", "outcome_targets", OUTCOMES, [{**OUTCOMES[0], "target": "9"}], False),
        ("commissioning", "no_box_any_more", "theirs", None, False),
    ],
)
def test_what_the_challenge_says_itself_goes_before_what_was_copied(
    step: str, key: str, value: object, said: object, *, begins: bool
) -> None:
    fields = SPRINT.step(step).fields
    assert (key in begins_with(SPRINT, fields, {key: value}, {key: said})) is begins


def test_a_mark_goes_once_the_words_are_changed_or_confirmed() -> None:
    before = {"a": "x", "b": "y", "c": "z"}
    assert still_copied(before, ["a", "b", "c"], {**before, "a": "ours"}, confirmed=["b"]) == ["c"]
