"""Tables of a call: columns as they are listed, rows as they come in, every wrong cell named at once."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mix.rules.core.fields import Column, FieldSpec, FieldType, Wording
from mix.rules.core.unmet import Refused
from mix.rules.market.call_changes import AskTable, Drop, Reword
from mix.rules.market.call_forms import CallForm, differences, form_of_method
from mix.rules.market.tables import MOST_COLUMNS, read_columns, read_rows
from tests.rules.market.test_call_forms import METHOD, OWN, TITLE, keys, refusal
from tests.rules.market.test_price_lines import sheet

KINDS = {"line": FieldType.LINE, "number": FieldType.NUMBER, "nombre": FieldType.NUMBER, "yes or no": FieldType.YES_NO}
_NAMED = (("Name", "line"), ("Days", "number"), ("Cost", "money"), ("From", "date"), ("Here", "yes_no"))
COLUMNS = tuple(
    Column(key=f"c{n}", type=FieldType(kind), title=Wording(en=name)) for n, (name, kind) in enumerate(_NAMED, start=1)
)
TABLE = FieldSpec(key="t1", type=FieldType.ROWS, title=TITLE, columns=COLUMNS, max_rows=3)
ASKED = AskTable(title=TITLE, columns=COLUMNS, max_rows=3, scored_by=("shortlist.team",))


def test_columns_are_read_with_their_kinds() -> None:
    columns, wrong = read_columns(
        sheet(("Name", "line", "yes", "Nom"), ("Days", "Nombre"), ("Here", "yes or no", "yes"), ("Note",)), kinds=KINDS
    )
    assert wrong == ()
    assert [(c.key, c.type.value, c.title.texts, c.required) for c in columns] == [
        ("c1", "line", {"en": "Name", "fr": "Nom"}, True),
        ("c2", "number", {"en": "Days"}, False),
        ("c3", "yes_no", {"en": "Here"}, False),
        ("c4", "line", {"en": "Note"}, False),
    ]


def test_every_wrong_column_is_named() -> None:
    _columns, wrong = read_columns(sheet(("", "line"), ("Days", "hours", "perhaps")), kinds=KINDS)
    assert [(u.code, u.params["cell"]) for u in wrong] == [
        ("cell_empty", "Prices!A1"),
        ("cell_no_kind", "Prices!B2"),
        ("cell_no_yes_no", "Prices!C2"),
    ]
    many = sheet(*((f"C{n}",) for n in range(MOST_COLUMNS + 1)))
    assert [u.code for u in read_columns(many, kinds=KINDS)[1]] == ["columns_out_of_bounds"]
    assert [u.code for u in read_columns([], kinds=KINDS)[1]] == ["columns_out_of_bounds"]


def test_rows_are_read_and_headings_passed_over() -> None:
    rows, wrong = read_rows(TABLE, sheet(("name", "days"), ("Ann", "2,5", "1 200,50 $", "2027-01-14", "OUI"), ("Bo",)))
    assert wrong == ()
    assert rows == [
        {"c1": "Ann", "c2": "2.5", "c3": 120_050, "c4": "2027-01-14", "c5": True},
        {"c1": "Bo", "c2": None, "c3": None, "c4": None, "c5": False},
    ]


def test_every_wrong_cell_is_named() -> None:
    _rows, wrong = read_rows(TABLE, sheet(("Ann", "many", "cheap", "soon", "perhaps", "more")))
    assert [(u.code, u.params["cell"]) for u in wrong] == [
        ("cell_beside", "Prices!F1"),
        ("cell_no_number", "Prices!B1"),
        ("cell_no_amount", "Prices!C1"),
        ("cell_no_date", "Prices!D1"),
        ("cell_no_yes_no", "Prices!E1"),
    ]
    assert [u.code for u in read_rows(TABLE, sheet(("Name",)))[1]] == ["no_row_found"]
    assert [u.code for u in read_rows(TABLE, sheet(*(("A",),) * 4))[1]] == ["too_many_rows"]


def test_a_table_is_a_question_with_a_key_for_good() -> None:
    form = ASKED.apply(OWN)
    assert keys(form) == [*keys(OWN), "t1"]
    assert form.question("t1").scored_by == ("shortlist.team",)
    assert [d.code for d in differences(form, OWN)] == ["question_added"]
    assert CallForm.read(form.write()) == form
    other = AskTable(question="t1", title=TITLE, columns=COLUMNS[:1]).apply(form)
    assert (other.question("t1").field.columns, other.question("t1").field.type) == (COLUMNS[:1], FieldType.ROWS)
    assert refusal(Reword(question="t1", title=TITLE), form) == "table_changed_as_such"
    gone = Drop(question="t1", reason="Asked in the sprint.").apply(form)
    assert keys(gone) == keys(OWN)
    assert keys(ASKED.apply(gone))[-1] == "t2"


def test_a_table_of_the_method_stays_as_it_is() -> None:
    part = METHOD.step("proposal-refinement").solicitation
    assert part is not None
    with pytest.raises(Refused) as caught:
        AskTable(question="changes", title=TITLE, columns=COLUMNS).apply(form_of_method(part, {}))
    assert caught.value.unmet[0].code == "question_unknown"


@pytest.mark.parametrize(
    ("bounds", "code"),
    [({"min_rows": 4, "max_rows": 3}, "rows_turned_round"), ({"max_rows": 201}, "too_many_rows")],
)
def test_rows_are_bounded(bounds: dict[str, Any], code: str) -> None:
    assert refusal(AskTable(title=TITLE, columns=COLUMNS, **bounds)) == code


def test_a_field_with_more_at_least_than_at_most_is_none() -> None:
    with pytest.raises(ValidationError):
        FieldSpec(key="t1", type=FieldType.ROWS, title=TITLE, columns=COLUMNS, min_rows=4, max_rows=3)
