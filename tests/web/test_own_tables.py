"""Tables of one's own in a call: asked on the page, answered by hand or from a spreadsheet, within their bounds."""
# ruff: noqa: F401, F811 - the fixture is taken from where it stands

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import Solicitation, Vendor
from mix.readers.market.sealing import read_draft
from mix.readers.market.solicitations import form_of
from mix.readers.market.submissions import blocking, warnings_for
from mix.rules.core.fields import Wording
from mix.rules.market.call_changes import AskTable
from mix.web.documents.grids import to_xlsx
from mix.web.documents.looking import cells
from tests.rules.market.test_tables import COLUMNS, TABLE
from tests.web.test_call_form import PAGE, call, post

pytestmark = pytest.mark.django_db


def again(call: Solicitation) -> Solicitation:
    return Solicitation.objects.select_related("step__challenge__method", "step__challenge__municipality").get(
        pk=call.pk
    )


def test_a_table_is_asked_changed_and_shown(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    given = {"title": "Who works on it", "min_rows": 1, "max_rows": 5, "required": "on"}
    pasted = "Name; one line; yes; Nom\nDays; number\nCost; Amount in CAD"
    made = post(olivia, call, "add_table", **given, pasted=pasted, scored_by=["shortlist.team"])
    assert made.status_code == 302
    (table,) = [q for q in form_of(again(call)).asked if q.field.columns]
    assert [(c.key, c.type.value, c.required) for c in table.field.columns] == [
        ("c1", "line", True),
        ("c2", "number", False),
        ("c3", "money", False),
    ]
    assert (table.scored_by, table.field.min_rows, table.field.max_rows) == (("shortlist.team",), 1, 5)
    page = " ".join(re.sub("<[^>]+>", " ", olivia.get(PAGE).content.decode()).split())
    assert "1 to 5 rows." in page
    shown = olivia.get(f"{PAGE}?do=change_table&item=t1").content.decode()
    assert "Name; One line; yes; Nom" in shown
    changed = post(olivia, call, "change_table", item="t1", **{**given, "max_rows": 9}, pasted="Name")
    assert changed.status_code == 302
    assert form_of(again(call)).question("t1").field.max_rows == 9
    wrong = post(olivia, call, "add_table", **given, pasted="; line\nDays; hours; perhaps")
    assert wrong.status_code == 422
    for said in ("A1 is empty", "B2 says “hours”. Write a kind of answer", "C2 says “perhaps”"):
        assert said in wrong.content.decode()
    assert "Days; hours; perhaps" in wrong.content.decode()
    turned = post(olivia, call, "add_table", **{**given, "min_rows": 8}, pasted="Name")
    assert "The least number of rows is not above the most" in turned.content.decode()


def test_rows_come_in_from_a_spreadsheet(
    call: Solicitation,
    actor: Callable[[str], Any],
    sign_in: Callable[[str], Client],
    now: Any,
) -> None:
    form = AskTable(title=Wording(en="Who works on it"), columns=COLUMNS, max_rows=3).apply(form_of(call))
    Solicitation.objects.filter(pk=call.pk).update(form=form.write(), published_at=now)
    own = run(actor("tess"), now, submissions.start, again(call), Vendor.objects.get(code="tamarack"))
    tess, base = sign_in("tess"), f"/en/vendor/submissions/{own.code}/"
    assert f"{base}sheets/t1/" in tess.get(base).content.decode()
    sheet: list[list[str | float]] = [
        ["Name", "Days", "Cost", "From", "Here"],
        ["Ann", 2.5, 1200, "2027-01-14", "oui"],
        ["Bo", 3],
    ]
    sent = tess.post(f"{base}sheets/t1/", {"act": "bring", "file": SimpleUploadedFile("t.xlsx", to_xlsx(sheet))})
    assert sent.status_code == 302
    assert read_draft(own)["t1"] == [
        {"c1": "Ann", "c2": "2.5", "c3": 120_000, "c4": "2027-01-14", "c5": True},
        {"c1": "Bo", "c2": "3", "c3": None, "c4": None, "c5": False},
    ]
    ((_name, rows),) = cells(tess.get(f"{base}sheets/t1.csv").content, "csv")
    assert rows[1][1] == ("Ann", "2.5", "1,200", "2027-01-14", "yes")
    bad = tess.post(f"{base}sheets/t1/", {"act": "bring", "pasted": "Ann\tmany\tcheap\tsoon\tperhaps\tmore"})
    assert bad.status_code == 422
    for said in ("B1 says “many”", "C1 says “cheap”", "D1 says “soon”", "E1 says “perhaps”", "F1 says “more”"):
        assert said in bad.content.decode()
    assert len(read_draft(own)["t1"]) == 2
    many = tess.post(f"{base}sheets/t1/", {"act": "bring", "pasted": "A\nB\nC\nD"})
    assert "3" in many.content.decode()
    assert many.status_code == 422


def test_more_rows_than_the_notice_says_are_not_finalised() -> None:
    rows = [{"c1": "Ann"}] * 4
    found = blocking(warnings_for([TABLE], {"t1": rows}, unread=[]))
    assert [(u.code, u.params["most"], u.params["has"]) for u in found] == [("rows_above_most", "3", "4")]
    assert blocking(warnings_for([TABLE], {"t1": rows[:3]}, unread=[])) == ()
