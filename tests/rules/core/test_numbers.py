"""A number in a document is as long as somebody would write it."""

import time

import pytest

from mix.rules.core.catalogue import DocumentInvalid, Part, read


class Small(Part):
    """A document with one number."""

    number: int


@pytest.mark.parametrize("number", ["1:" * 90_000 + "1", "9" * 90_000, "0x" + "f" * 90_000, "0b" + "1" * 90_000])
def test_a_number_that_takes_time_by_the_square_of_its_length_is_refused_at_once(number: str) -> None:
    began = time.process_time()
    with pytest.raises(DocumentInvalid) as caught:
        read(f"number: {number}\n", Small)
    assert ([p.line for p in caught.value.problems], time.process_time() - began < 2) == ([1], True)


def test_a_number_is_read() -> None:
    assert read("number: 1_250_000", Small).number == 1250000
