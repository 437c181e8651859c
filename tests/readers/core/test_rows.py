"""The number of a row, as a page sends it back."""

import pytest

from mix.data.models import Municipality
from mix.readers.core.errors import Unknown
from mix.readers.core.rows import get_row, row_key


@pytest.mark.parametrize(
    ("item", "key"),
    [("7", 7), ("007", 7), ("", 0), ("-7", 0), ("7.0", 0), (" 7", 0), ("²", 0), ("٣", 0), ("9" * 15, 0)],
)
def test_a_key_is_a_number_in_plain_digits(item: str, key: int) -> None:
    assert row_key(item) == key


def test_a_row_is_one_of_those_that_were_asked_for(db: None) -> None:
    guelph, other = Municipality.objects.get(code="guelph"), Municipality.objects.exclude(code="guelph")
    assert get_row(Municipality.objects.all(), str(guelph.pk)) == guelph
    for item in (str(guelph.pk), "guelph", "²"):
        with pytest.raises(Unknown):
            get_row(other, item)
