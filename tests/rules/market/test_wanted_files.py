"""Files that a call asks for: how they are asked, what fits, and what is missing without them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from mix.rules.core.fields import FieldSpec, FieldType, Wording, missing_answers, read_answers
from mix.rules.core.file_kinds import ENDINGS, FileKind, endings
from mix.rules.core.unmet import Refused
from mix.rules.market.call_changes import Drop, Reword, read_change
from mix.rules.market.call_files import AskFile
from mix.rules.market.call_forms import Origin, fitted
from mix.rules.market.call_groups import GroupQuestions
from mix.rules.market.wanted_files import check_fits, find_wanted, wanted
from mix.web.forms.filekinds import FILMS, MARKS, PLAIN
from tests.rules.market.test_call_forms import OWN, PART, keys, refusal

TITLE = Wording(en="A drawing of the sensor", fr="Un dessin du capteur")
ASK = AskFile(title=TITLE, kinds=(FileKind.PICTURE, FileKind.PDF), most_files=2, scored_by=("shortlist.fit",))
FORM = ASK.apply(OWN)
SPEC = FORM.question("f1").field


def test_a_file_is_asked_after_what_the_panel_reads() -> None:
    assert keys(FORM) == [*keys(OWN), "f1"]
    assert (SPEC.type, SPEC.kinds, SPEC.most_files, SPEC.required) == (
        FieldType.FILE,
        (FileKind.PDF, FileKind.PICTURE),
        2,
        True,
    )
    assert FORM.question("f1").scored_by == ("shortlist.fit",)
    assert wanted(fitted(PART, FORM).answers) == (SPEC,)
    grouped = GroupQuestions(title=TITLE, questions=("team",)).apply(OWN)
    stands = AskFile(title=TITLE, group=TITLE.en).apply(grouped)
    assert [q.field.key for q in stands.asked if q.heading] == ["team", "f1"]


def test_a_file_is_asked_otherwise_and_left_out() -> None:
    other = AskFile(question="f1", title=Wording(en="A film"), kinds=(FileKind.FILM,), required=False).apply(FORM)
    assert other.question("f1").field.kinds == (FileKind.FILM,)
    assert (other.question("f1").origin, other.question("f1").scored_by) == (Origin.ADDED, ())
    assert "f1" not in keys(Drop(question="f1", reason="No need.").apply(other))
    plain = {"change": "ask_file", "title": {"en": "A film"}, "kinds": ["film"], "question": "f1", "required": False}
    assert read_change(plain).apply(FORM) == other


def test_what_may_not_be_asked_is_refused() -> None:
    assert refusal(AskFile(title=TITLE, most_files=0)) == "files_out_of_bounds"
    assert refusal(AskFile(title=TITLE, most_files=21)) == "files_out_of_bounds"
    assert refusal(AskFile(title=TITLE, question="team")) == "question_unknown"
    assert refusal(Reword(question="f1", title=TITLE), FORM) == "file_changed_as_such"


@pytest.mark.parametrize(
    "given",
    [
        {"type": "text", "kinds": ["pdf"]},
        {"type": "text", "most_files": 2},
        {"type": "file", "envelope": "price"},
        {"type": "file", "public": True},
        {"type": "file", "begins": "need.what"},
    ],
)
def test_no_field_is_a_file_by_half(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FieldSpec.model_validate({"key": "a", "title": {"en": "A"}, **given})


@pytest.mark.parametrize(
    ("name", "there", "codes"),
    [
        ("a.pdf", 0, []),
        ("A.JPEG", 1, []),
        ("a.pdf", 2, ["files_enough"]),
        ("a.docx", 0, ["file_not_of_kind"]),
        ("pdf", 3, ["files_enough"]),
        ("a.pdf.zip", 2, ["file_not_of_kind", "files_enough"]),
    ],
)
def test_a_file_fits_by_its_ending_and_while_there_is_room(name: str, there: int, codes: list[str]) -> None:
    try:
        check_fits(SPEC, name=name, there=there)
        found = []
    except Refused as error:
        found = [u.code for u in error.unmet]
    assert found == codes


def test_only_a_question_for_files_is_answered_by_one() -> None:
    assert find_wanted(fitted(PART, FORM).answers, "f1") == SPEC
    for key in ("team", "nothing"):
        with pytest.raises(Refused):
            find_wanted(fitted(PART, FORM).answers, key)


def test_a_file_that_must_be_there_is_named_and_never_typed() -> None:
    assert [(u.code, u.params["field"], u.field) for u in missing_answers([SPEC], {})] == [
        ("file_missing", TITLE.en, "f1")
    ]
    assert missing_answers([SPEC], {"f1": ["ab"]}) == ()
    assert missing_answers([SPEC.model_copy(update={"required": False})], {"f1": []}) == ()
    assert read_answers([SPEC], {"f1": ["ab"]}) == ({}, {})


def test_every_ending_that_is_taken_is_of_one_kind() -> None:
    listed = [ending for kind in FileKind for ending in ENDINGS[kind]]
    assert sorted(listed) == sorted({*MARKS, *FILMS, *PLAIN})
    assert endings(()) == tuple(listed)
    assert endings((FileKind.PDF, FileKind.MAP)) == ("pdf", "geojson", "gpkg")
