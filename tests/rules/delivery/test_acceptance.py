"""By what a milestone is accepted: tests that a document names, and those that stand only here."""

from __future__ import annotations

import pytest

from mix.rules.delivery.acceptance import Acceptance, Named, how_named, left_over, read_tests, write_tests

NAMED = ("Streets rated; 90 %", "Agreement; 80 %")


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (Acceptance("Agreement; 80 %"), Named.THERE),
        (Acceptance("Agreement; 80 %", why="Said here too"), Named.THERE),
        (Acceptance("Handbook in French", why="Asked for by the crews"), Named.ONLY_HERE),
        (Acceptance("Agreement; 70 %"), Named.GONE),
    ],
)
def test_a_test_is_named_there_or_only_here_or_no_more(test: Acceptance, expected: Named) -> None:
    assert how_named(test, NAMED) is expected


def test_what_no_milestone_has_is_left_in_the_order_of_its_document() -> None:
    assert left_over(NAMED, []) == NAMED
    assert left_over(NAMED, [Acceptance("Streets rated; 90 %"), Acceptance("Other", "Why")]) == ("Agreement; 80 %",)


def test_tests_are_read_as_they_were_written() -> None:
    tests = (Acceptance("Agreement; 80 %"), Acceptance("Handbook", "Asked for"))
    assert read_tests(write_tests(tests)) == tests
