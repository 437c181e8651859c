"""The questions of a call as a spreadsheet: out, changed, looked at, and in; nothing changes before it is confirmed."""
# ruff: noqa: F401, F811 - the fixture is taken from where it stands

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mix.data.models import Event, Solicitation
from mix.rules.market.question_lists import COLUMNS
from mix.web.documents.grids import to_xlsx
from mix.web.documents.looking import cells
from tests.web.test_call_form import PAGE, call, now_of, post

pytestmark = pytest.mark.django_db
LIST = f"{PAGE}list/questions/"


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", answer.content.decode())).split())


def taken(client: Client, kind: str, language: str = "en") -> list[list[str | float]]:
    """Return the list as it is handed out, each row filled up to all of its columns."""
    page = f"{PAGE}list/questions.{kind}".replace("/en/", f"/{language}/")
    ((_name, rows),) = cells(client.get(page).content, kind)
    return [[*row, *[""] * (len(COLUMNS) - len(row))] for _number, row in rows]


def confirm(client: Client, page: Any) -> Any:
    """Send the form with which a list that was looked at is confirmed."""
    sent = dict(re.findall(r'name="(read|number|act)" value="([^"]*)"', page.content.decode()))
    return client.post(LIST, {name: unescape(value) for name, value in sent.items()})


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_list_goes_out_is_changed_looked_at_and_confirmed(
    call: Solicitation, sign_in: Callable[[str], Client], kind: str
) -> None:
    olivia = sign_in("olivia")
    rows = taken(olivia, kind)
    assert rows[0][:4] == ["Id", "Heading", "Heading in French", "Question"]
    place = {str(row[0]): n for n, row in enumerate(rows)}
    rows[place["team"]][3] = "Who works on it?"
    rows.append(["", "Your plan", "Votre plan", "Which pipes first?", "", "Name three.", "", "Text", 80, "yes", ""])
    data = to_xlsx(rows)
    looked = olivia.post(LIST, {"act": "look", "number": "0", "file": SimpleUploadedFile("list.xlsx", data)})
    assert looked.status_code == 200
    said = text(looked)
    assert "2 rows would change. Nothing is changed yet." in said
    assert "Team, and how it works when plans change Who works on it?" in said
    assert "Heading in French Votre plan" in said
    assert now_of(call).number == 0
    done = confirm(olivia, looked)
    assert (done.status_code, done["Location"]) == (302, PAGE)
    form = now_of(call)
    assert form.question("team").field.title.en == "Who works on it?"
    new = form.question("q1").field
    assert (new.title.en, new.group.texts if new.group else {}, new.max_words, new.required) == (
        "Which pipes first?",
        {"en": "Your plan", "fr": "Votre plan"},
        80,
        True,
    )
    assert Event.objects.filter(verb="call_forms.fit").order_by("-id")[0].payload["change"] == "bring_questions"


def test_a_french_list_is_read_back_in_english(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    rows = taken(olivia, "csv", "fr")
    assert rows[0][3] != "Question in French"
    pasted = "\n".join("\t".join(map(str, row)) for row in rows)
    answer = olivia.post(LIST, {"act": "look", "number": "0", "pasted": pasted})
    assert answer.status_code == 422
    assert "The list says what the call asks already" in text(answer)


def test_every_wrong_cell_is_named_and_what_was_pasted_stays(
    call: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    pasted = "team\t\t\tWho?\t\t\t\tDate\tmany\tperhaps\nnobody\t\t\tWhat?"
    answer = sign_in("olivia").post(LIST, {"act": "look", "number": "0", "pasted": pasted})
    assert answer.status_code == 422
    said = text(answer)
    for fault in (
        "H1 says “Date”. This question keeps its kind of answer: Text",
        "I1 says “many”. Write a whole number from 1 to 5000",
        "J1 says “perhaps”. Write yes or no",
        "A2 says “nobody”. Copy an id",
    ):
        assert fault in said
    assert "nobody\t\t\tWhat?" in unescape(answer.content.decode())
    assert now_of(call).number == 0


def test_nothing_and_what_is_no_table_are_refused(call: Solicitation, sign_in: Callable[[str], Client]) -> None:
    olivia = sign_in("olivia")
    assert "Choose a file, or paste the rows" in text(olivia.post(LIST, {"act": "look", "number": "0", "pasted": " "}))
    bad = olivia.post(LIST, {"act": "look", "number": "0", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 no")})
    assert bad.status_code == 422
    for read in ("", "{}", "no", '{"change":"drop","question":"evidence","reason":"x"}'):
        assert olivia.post(LIST, {"act": "bring", "number": "0", "read": read}).status_code in (404, 422)
    assert now_of(call).number == 0


def test_a_list_that_was_looked_at_too_long_ago_changes_nothing(
    call: Solicitation, sign_in: Callable[[str], Client]
) -> None:
    olivia = sign_in("olivia")
    looked = olivia.post(LIST, {"act": "look", "number": "0", "pasted": "\t\t\tWhich pipes first?"})
    assert "One row would change" in text(looked)
    post(olivia, call, "drop", item="evidence", reason="No.")
    late = confirm(olivia, looked)
    assert late.status_code == 409
    assert "Somebody changed the questions or criteria" in text(late)
    assert now_of(call).number == 1


def test_who_may_and_until_when(call: Solicitation, sign_in: Callable[[str], Client], now: Any) -> None:
    assert sign_in("olivia").get(LIST).status_code == 200
    for code in ("eva", "kim", "carl", "nora"):
        assert sign_in(code).get(LIST).status_code in (403, 404), code
    assert sign_in("olivia").get(f"{PAGE}list/questions.pdf").status_code == 404
    Solicitation.objects.filter(pk=call.pk).update(published_at=now)
    assert sign_in("olivia").get(LIST).status_code == 404
    assert sign_in("olivia").get(f"{PAGE}list/questions.csv").status_code == 200
