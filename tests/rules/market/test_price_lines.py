"""A price by lines: what it comes to, to the cent, and every cell of a table that is wrong named at once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mix.rules.core.fields import BadValue, FieldSpec, PriceLine, Wording, missing_answers, read_value
from mix.rules.core.unmet import Refused
from mix.rules.market.call_changes import Drop, PriceByLines, Reword
from mix.rules.market.call_forms import CallForm, fitted, form_of_method, unmet_in_form
from mix.rules.market.price_lines import Grid, extended, options_of, read_lines, read_prices, total_of
from tests.rules.market.test_call_forms import METHOD, OWN, TITLE

HEADS = {"Line", "Poste", "Unit", "Unité", "Quantity", "Quantité", "Option"}
PART = METHOD.step("proposal-development").solicitation
ADMISSION = METHOD.step("sprint-admission").evaluation
assert PART is not None
assert ADMISSION is not None
SCORING = {"sprint-admission": ADMISSION}
PRICED = form_of_method(PART, SCORING)


def line(number: int, quantity: str = "1", *, is_option: bool = False) -> PriceLine:
    words = Wording(en=f"Thing {number}")
    return PriceLine(key=f"l{number}", title=words, unit=Wording(en="each"), quantity=quantity, is_option=is_option)


def spec(*lines: PriceLine) -> FieldSpec:
    return FieldSpec.model_validate(
        {"key": "p1", "type": "lines", "title": {"en": "Price"}, "required": True, "envelope": "price", "lines": lines}
    )


THREE = spec(line(1, "12"), line(2, "2.5"), line(3, "1", is_option=True))


def sheet(*rows: tuple[str, ...], name: str = "Prices") -> list[Grid]:
    return [Grid(name, tuple(enumerate(rows, start=1)))]


def test_the_total_is_what_is_no_option_and_waits_for_every_line() -> None:
    assert total_of(THREE, {"l1": 1000, "l2": 333}) == 12_000 + 833  # 832.5 cents, half up
    assert total_of(THREE, {"l1": 1000}) is None
    assert total_of(THREE, {"l1": 1000, "l3": 5}) is None
    assert total_of(THREE, {"l1": 0, "l2": 0}) == 0
    assert options_of(THREE, {"l1": 1000, "l3": 700}) == 700
    assert total_of(THREE, {"l1": "ten", "l2": 3}) is None


@given(st.integers(0, 10**9), st.decimals("0.001", "99999", places=3))
def test_a_product_is_never_off_by_more_than_half_a_cent(cents: int, quantity: Any) -> None:
    found = extended(line(1, format(quantity, "f")), cents)
    assert abs(Fraction(found) - Fraction(quantity) * cents) <= Fraction(1, 2)


def test_prices_are_read_like_every_amount_and_all_that_is_wrong_is_told() -> None:
    assert read_value(THREE, {"l1": "1,250.50", "l2": "", "l3": "3 000,25 $", "l9": "4"}) == {
        "l1": 125_050,
        "l3": 300_025,
    }
    assert read_value(THREE, {"l1": 125_050}) == {"l1": 125_050}
    assert read_value(THREE, None) == {}
    with pytest.raises(BadValue) as caught:
        read_value(THREE, {"l1": "cheap", "l2": "-3", "l3": "1"})
    assert caught.value.code == "lines_not_amounts"
    assert caught.value.params["given"] == "1: “cheap”; 2: “-3”"


def test_a_vendor_is_told_how_many_lines_have_no_price() -> None:
    found = missing_answers([THREE], {"p1": {"l3": 3}})
    assert [(u.code, u.params["count"]) for u in found] == [("lines_missing", "2")]
    assert missing_answers([THREE], {"p1": {"l1": 3, "l2": 0}}) == ()
    assert [u.code for u in missing_answers([THREE], {})] == ["lines_missing"]


def test_lines_are_read_from_a_sheet_with_headings_and_both_languages() -> None:
    grids = sheet(
        ("Line", "Unit", "Quantity", "Option"),
        ("Sensor", "each", "1,200", "", "Capteur", "chacun"),
        ("Training", "day", "2,5", "yes"),
    )
    lines, wrong = read_lines(grids, headings=HEADS)
    assert wrong == ()
    assert [(one.key, one.title.texts, one.quantity, one.is_option) for one in lines] == [
        ("l1", {"en": "Sensor", "fr": "Capteur"}, "1200", False),
        ("l2", {"en": "Training"}, "2.5", True),
    ]


def test_every_wrong_cell_is_named_with_what_was_found() -> None:
    _lines, wrong = read_lines(
        [*sheet(("Sensor", "", "many", "perhaps"), ("", "day", "0")), Grid("", ((7, ("Gate", "each", "1.2345")),))],
        headings=HEADS,
    )
    assert [(u.code, u.params["cell"], u.params["found"]) for u in wrong] == [
        ("cell_empty", "Prices!B1", ""),
        ("cell_no_quantity", "Prices!C1", "many"),
        ("cell_no_yes", "Prices!D1", "perhaps"),
        ("cell_empty", "Prices!A2", ""),
        ("cell_no_quantity", "Prices!C2", "0"),
        ("cell_no_quantity", "C7", "1.2345"),
    ]


def test_nothing_but_options_is_no_price() -> None:
    assert [u.code for u in read_lines(sheet(("A", "each", "1", "yes")), headings=HEADS)[1]] == ["no_line_counts"]
    assert [u.code for u in read_lines([], headings=HEADS)[1]] == ["no_line_counts"]


@pytest.mark.parametrize(
    "rows",
    [
        (
            ("No.", "Line", "Unit", "Quantity", "Option", "Unit price"),
            ("1", "A", "each", "12", "", "10"),
            ("2", "B", "each", "2.5", "", "3.33"),
        ),
        (("1", "10"), ("2.", "3.33")),
        (("Price",), ("10.00",), ("3,33",)),
        (("10",), ("3.33",), ("",)),
    ],
    ids=["the file from here", "number and price", "a column with a heading", "a column"],
)
def test_prices_come_in_from_a_table(rows: tuple[tuple[str, ...], ...]) -> None:
    assert read_prices(THREE, sheet(*rows)) == ({"l1": 1000, "l2": 333}, ())


def test_every_price_that_cannot_be_read_is_named() -> None:
    found, wrong = read_prices(THREE, sheet(("1", "ten"), ("9", "5"), ("2", "4"), ("2", "6")))
    assert found == {"l2": 400}
    assert [(u.code, u.params["cell"], u.params["found"]) for u in wrong] == [
        ("cell_no_amount", "Prices!B1", "ten"),
        ("cell_no_line", "Prices!A2", "9"),
        ("cell_line_twice", "Prices!A4", "2"),
    ]
    assert [u.code for u in read_prices(THREE, [])[1]] == ["no_price_found"]


def refusal(change: Any, form: CallForm) -> str:
    with pytest.raises(Refused) as caught:
        change.apply(form)
    return caught.value.unmet[0].code


def test_lines_take_the_place_of_amounts() -> None:
    assert refusal(Drop(question="sprint_price", reason="By lines."), PRICED) == "question_stays"
    form = PriceByLines(title=TITLE, lines=THREE.lines).apply(PRICED)
    for key in ("sprint_price", "indicative_purchase"):
        form = Drop(question=key, reason="By lines.").apply(form)
    assert [f.key for f in fitted(PART, form).fields_of("price")] == ["p1"]
    assert "price_not_asked" not in [u.code for u in unmet_in_form(form, PART, SCORING)]
    assert CallForm.read(form.write()) == form
    other = PriceByLines(question="p1", title=TITLE, lines=(line(1),)).apply(form)
    assert other.question("p1").field.lines == (line(1),)
    assert refusal(Reword(question="p1", title=TITLE), form) == "lines_changed_as_such"
    assert refusal(PriceByLines(question="team", title=TITLE, lines=(line(1),)), form) == "question_unknown"
    assert refusal(PriceByLines(title=TITLE, lines=(line(1, is_option=True),)), form) == "no_line_counts"
    gone = Drop(question="p1", reason="After all not.").apply(form)
    assert "price_not_asked" in [u.code for u in unmet_in_form(gone, PART, SCORING)]


def test_a_call_without_prices_asks_for_no_lines() -> None:
    assert refusal(PriceByLines(title=TITLE, lines=(line(1),)), OWN) == "call_asks_no_price"


@pytest.mark.parametrize(
    "wrong", [{"lines": []}, {"envelope": "technical"}, {"type": "money"}, {"lines": [line(1), line(1)]}]
)
def test_lines_are_a_price_and_have_keys_of_their_own(wrong: dict[str, Any]) -> None:
    right = {"key": "p1", "type": "lines", "title": {"en": "Price"}, "envelope": "price", "lines": [line(1)]}
    assert FieldSpec.model_validate(right).lines == (line(1),)
    with pytest.raises(ValidationError):
        FieldSpec.model_validate({**right, **wrong})
