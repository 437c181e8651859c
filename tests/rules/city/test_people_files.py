"""A list of people: every line that is wrong is named, and nothing is taken of a list with one."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.people_files import MOST, Known, Listed, read_people
from mix.rules.core.access import Role
from mix.rules.core.unmet import Refused

KNOWN = Known(
    roles={"legal": Role.LEGAL, "contentieux": Role.LEGAL, "project_lead": Role.PROJECT_LEAD},
    departments={"roads": "roads", "voirie": "roads"},
    languages=("en", "fr"),
)
HEAD = "email,name,role,department,language\n"


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as caught:
        read_people(text, KNOWN)
    assert {u.field for u in caught.value.unmet} == {"file"}
    return [(u.code, u.params["line"]) for u in caught.value.unmet]


def test_a_list_is_read() -> None:
    found = read_people(HEAD + "a@b.ca,Ana Roy,legal,Voirie,fr\n\nc@d.ca,,project_lead,,\n", KNOWN)
    assert found == (
        Listed(2, "a@b.ca", "Ana Roy", Role.LEGAL, "roads", "fr"),
        Listed(4, "c@d.ca", "", Role.PROJECT_LEAD, "", "en"),
    )


def test_a_list_as_french_excel_writes_it_is_read() -> None:
    found = read_people("\ufeffemail;role;name\na@b.ca;Contentieux;Roy, Ana\n", KNOWN)
    assert found == (Listed(2, "a@b.ca", "Roy, Ana", Role.LEGAL, "", "en"),)


def test_every_line_is_named_with_all_that_is_wrong_with_it() -> None:
    lines = [
        "a@b,Ana,legal,,",
        "c@d.ca,Bo,boss,Sewers,de",
        "e@f.ca,Cy,legal,roads,en",
        "E@f.ca,Cy,contentieux,,en",
        "g@h.ca,Di,,,",
    ]
    assert refused(HEAD + "\n".join(lines)) == [
        ("people_email", "2"),
        ("people_role", "3"),
        ("people_department", "3"),
        ("people_language", "3"),
        ("people_twice", "5"),
        ("people_role", "6"),
    ]


def test_what_would_be_right_is_said() -> None:
    with pytest.raises(Refused) as caught:
        read_people(HEAD + "c@d.ca,Bo,boss,Sewers,de", KNOWN)
    assert [u.params["right"] for u in caught.value.unmet] == ["legal, project_lead", "roads", "en, fr"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", ("people_head", "1")),
        ("mail,role\na@b.ca,legal", ("people_head", "1")),
        ("email,role,role\na@b.ca,legal,legal", ("people_head", "1")),
        (HEAD, ("people_count", "1")),
        (HEAD + "a@b.ca,x,legal,,\n" * (MOST + 1), ("people_count", "1")),
        (HEAD + 'a@b.ca,"Ana,legal,,\n', ("people_table", "2")),
    ],
)
def test_what_is_no_list_is_refused(text: str, wrong: tuple[str, str]) -> None:
    assert refused(text) == [wrong]


@given(st.text(max_size=200))
def test_nothing_that_is_sent_breaks_it(text: str) -> None:
    for whole in (text, HEAD + text):
        with suppress(Refused):
            assert read_people(whole, KNOWN)
