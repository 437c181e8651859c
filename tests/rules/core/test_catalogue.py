"""Documents of the catalogue: what YAML lets through and MIX does not, each with its line, and bounded in work."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.catalogue import DEEPEST, MOST_CHARACTERS, DocumentInvalid, Part, decode, load, read


class Small(Part):
    """A document as small as can be."""

    number: int
    flag: bool = False
    day: date | None = None
    words: tuple[str, ...] = ()


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(DocumentInvalid) as caught:
        read(text, Small)
    return [(p.line, p.text) for p in caught.value.problems]


LAUGHS = "a: &a [ha, ha]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, 31))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("number: 1\nnumber: 2", 2, "'number' is given twice"),
        ("number: 1\nwords: [a]\nflag: true\nwords: []", 4, "'words' is given twice"),
        ("number: true", 1, "number: a whole number, without a point and without quotes"),
        ("number: 15000.00", 1, "number: a whole number, without a point and without quotes"),
        ("number: '5'", 1, "number: a whole number, without a point and without quotes"),
        ("number: 1\nflag: 1", 2, "flag: Input should be a valid boolean"),
        ("number: 1\nflag: 'yes'", 2, "flag: Input should be a valid boolean"),
        ("number: 1\nday: 2026-02-30", 2, "not YAML: day is out of range for month"),
        ("number: .nan", 0, "document: Out of range float values are not JSON compliant"),
        ("number: 1\nwords: [!!binary aGk=]", 0, "document: b'hi' has no place here"),
        ("number: 1\n? [a]\n: b", 2, "not YAML: found unhashable key"),
        ("number: 1\nwords: \x00", 2, "not YAML: control characters are not allowed"),
        ("number: 1\n---\nnumber: 2", 2, "not YAML: but found another document"),
        ("number: 1\nwords: &w [*w]", 2, "a part that refers to itself"),
        ("words: [\n", 2, "not YAML: did not find expected node content"),
        ("[" * 200_000, 1, f"more than {DEEPEST} parts inside one another"),
        ("- " * 150_000, 1, f"more than {DEEPEST} parts inside one another"),
        ("#" * (MOST_CHARACTERS + 1), 0, f"more than {MOST_CHARACTERS} characters"),
        (LAUGHS, 7, "more than 1000000 characters with what it refers to"),
        (MERGES, 18, "more than 1000000 characters with what it refers to"),
    ],
)
def test_what_would_decide_wrongly_or_work_for_ever_is_named(text: str, line: int, said: str) -> None:
    assert problems(text) == [(line, said)]


def test_a_document_that_refers_to_its_own_parts_is_read_whole() -> None:
    found = load("one: &one {a: 1, b: 2}\ntwo: {<<: *one, b: 3}\nthree: *one")[0]
    assert found == {"one": {"a": 1, "b": 2}, "two": {"a": 1, "b": 3}, "three": {"a": 1, "b": 2}}


def test_values_are_taken_as_they_are_written() -> None:
    assert read("number: 5\nday: 2026-02-28\nwords: [a, b]", Small) == Small(
        number=5, day=date(2026, 2, 28), words=("a", "b")
    )


@pytest.mark.parametrize(
    ("raw", "line"),
    [("nombre: é".encode("latin-1"), 1), ("a: 1\nb: é".encode("latin-1"), 2), ("a: 1".encode("utf-16"), 1)],
)
def test_another_encoding_is_said_with_its_line(raw: bytes, line: int) -> None:
    with pytest.raises(DocumentInvalid) as caught:
        decode(raw)
    assert [(p.line, p.text) for p in caught.value.problems] == [(line, "not a text in UTF-8")]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert decode("number: 5".encode("utf-8-sig")) == "number: 5"


@given(st.text(alphabet="ab:-[]{}&*<!?#|>'\"\n \t%@1é\x85", max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    began = time.process_time()
    with pytest.raises(DocumentInvalid):
        read(text, Small)
    assert time.process_time() - began < 1
