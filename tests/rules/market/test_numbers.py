"""The numbers of organizations: those of the Canada Revenue Agency and of Québec, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.market.numbers import read_number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("123456782", "123456782"),
        ("12345 6782 RC0001", "123456782"),
        ("123-456-782 rt 0002", "123456782"),
        ("1143920115", "1143920115"),
        ("33 1234 5678", "3312345678"),
        ("  ", ""),
        ("123456789", None),  # the check digit
        ("4412345678", None),
        ("12345", None),
        ("123456782 RC", None),
        ("Tamarack", None),
    ],
)
def test_numbers_are_read_as_they_are_written(typed: str, kept: str | None) -> None:
    assert read_number(typed) == kept


@given(st.text(alphabet="0123456789", min_size=8, max_size=8))
def test_one_digit_of_ten_checks_the_others(first: str) -> None:
    assert [read_number(first + last) for last in "0123456789"].count(None) == 9


@given(st.text())
def test_anything_is_a_number_none_or_no_number(typed: str) -> None:
    found = read_number(typed)
    assert found is None or found == "" or (found.isdigit() and len(found) in (9, 10) and read_number(found) == found)
