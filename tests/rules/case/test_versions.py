"""Versions of artifacts: compared by words, and two people's edits put together."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.case.versions import Merged, compare_text, merge_answers, merge_fields, merge_units, sentences
from mix.rules.core.fields import Bilingual, Column, FieldSpec, FieldType

TITLE = Bilingual(en="Title", fr="Titre")
SPECS = (
    FieldSpec(key="name", type=FieldType.LINE, title=TITLE),
    FieldSpec(key="text", type=FieldType.TEXT, title=TITLE),
    FieldSpec(key="cost", type=FieldType.MONEY, title=TITLE),
    FieldSpec(key="sure", type=FieldType.YES_NO, title=TITLE),
    FieldSpec(key="rows", type=FieldType.ROWS, title=TITLE, columns=(Column(key="what", title=TITLE),)),
)
TEXTS = st.text(alphabet="ab. \n!é’", max_size=60)


@given(TEXTS)
def test_a_text_cut_into_sentences_is_the_same_text(text: str) -> None:
    assert "".join(sentences(text)) == text


@given(TEXTS, TEXTS)
def test_a_comparison_holds_both_texts_whole(before: str, after: str) -> None:
    pieces = compare_text(before, after)
    assert "".join(p.text for p in pieces if p.kind != "new") == before
    assert "".join(p.text for p in pieces if p.kind != "gone") == after
    assert all(p.text for p in pieces)
    if before == after:
        assert {p.kind for p in pieces} <= {"same"}


def test_only_the_words_that_changed_are_marked() -> None:
    pieces = compare_text("Leaks are found late. They cost much.", "Leaks are found too late. They cost much.")
    assert [tuple(p) for p in pieces] == [
        ("same", "Leaks are found "),
        ("new", "too "),
        ("same", "late. They cost much."),
    ]


def test_a_passage_that_was_rewritten_is_shown_whole() -> None:
    pieces = compare_text("A third of downtown traffic at noon.", "Drivers circle for twelve minutes.")
    assert [p.kind for p in pieces] == ["gone", "new"]


def test_a_passage_too_long_to_compare_counts_as_changed_whole() -> None:
    before, after = "a b " * 15_000, "b a c " * 10_000
    assert [tuple(p) for p in compare_text(before, after)] == [("gone", before), ("new", after)]


@given(*(st.lists(st.integers(0, 4), max_size=8) for _ in range(2)))
def test_who_edits_alone_gets_what_they_wrote(base: list[int], mine: list[int]) -> None:
    assert merge_units(base, mine, base) == mine
    assert merge_units(base, base, mine) == mine
    assert merge_units(base, mine, mine) == mine


@given(*(st.lists(st.integers(0, 4), max_size=8) for _ in range(3)))
def test_merging_does_not_depend_on_who_was_first(base: list[int], mine: list[int], theirs: list[int]) -> None:
    assert merge_units(base, mine, theirs) == merge_units(base, theirs, mine)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "answers", "taken", "clashes"),
    [
        ({}, {"name": "A"}, {"cost": 5}, {"name": "A", "cost": 5}, ("cost",), ()),
        ({"name": "A"}, {"name": "B"}, {"name": "C"}, {"name": "B"}, (), ("name",)),
        ({"name": "A"}, {"name": "A"}, {"name": None}, {"name": None}, ("name",), ()),
        ({"name": "A"}, {"name": None}, {"name": "C"}, {"name": None}, (), ("name",)),
        ({"sure": False}, {"sure": False}, {"sure": True}, {"sure": True}, ("sure",), ()),
        (
            {"text": "One. Two. Three."},
            {"text": "One! Two. Three."},
            {"text": "One. Two. Three and four."},
            {"text": "One! Two. Three and four."},
            ("text",),
            (),
        ),
        ({"text": "One."}, {"text": "One mine."}, {"text": "One theirs."}, {"text": "One mine."}, (), ("text",)),
        ({}, {"text": "Mine."}, {"text": "Theirs."}, {"text": "Mine."}, (), ("text",)),
        (
            {"rows": [{"what": "a"}, {"what": "b"}, {"what": "c"}]},
            {"rows": [{"what": "a1"}, {"what": "b"}, {"what": "c"}]},
            {"rows": [{"what": "a"}, {"what": "b"}, {"what": "c"}, {"what": "d"}]},
            {"rows": [{"what": "a1"}, {"what": "b"}, {"what": "c"}, {"what": "d"}]},
            ("rows",),
            (),
        ),
        (
            {"rows": [{"what": "a"}]},
            {"rows": [{"what": "a"}, {"what": "mine"}]},
            {"rows": [{"what": "a"}, {"what": "theirs"}]},
            {"rows": [{"what": "a"}, {"what": "mine"}]},
            (),
            ("rows",),
        ),
    ],
)
def test_two_peoples_edits_come_together(  # one row a case, by its columns
    base: dict[str, Any],
    mine: dict[str, Any],
    theirs: dict[str, Any],
    answers: dict[str, Any],
    taken: tuple[str, ...],
    clashes: tuple[str, ...],
) -> None:
    merged = merge_answers(SPECS, base, mine, theirs)
    assert (merged.answers, merged.taken, merged.clashes) == (answers, taken, clashes)


def test_two_people_on_two_fields_both_keep_theirs() -> None:
    base = {"team": "a", "plan": "b", "rows": [{"c": "1"}], "kept": "k"}
    mine = {"team": "A", "plan": "b", "rows": [{"c": "1"}], "kept": ""}
    theirs = {"team": "a", "plan": "B", "rows": [{"c": "2"}], "kept": None, "price": 5}
    assert merge_fields(base, mine, theirs) == Merged(
        {"team": "A", "plan": "B", "rows": [{"c": "2"}], "kept": ""}, ("plan", "rows"), ()
    )


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "clashes"),
    [
        ("a", "b", "c", ("x",)),
        (None, "b", "c", ("x",)),
        ("a", None, "c", ("x",)),
        ("a", "b", None, ("x",)),
        ("a", "b", "b", ()),
        ("a", "b", "a", ()),
        ("a", "", None, ()),
    ],
)
def test_only_what_both_changed_to_something_else_clashes(
    base: str | None, mine: str | None, theirs: str | None, clashes: tuple[str, ...]
) -> None:
    merged = merge_fields({"x": base}, {"x": mine}, {"x": theirs})
    assert (merged.answers, merged.clashes) == ({"x": mine}, clashes)
