"""How a field stands to its source."""

from __future__ import annotations

import pytest

from mix.rules.case.carrying import Accord, said_by_sources, stands


@pytest.mark.parametrize(
    ("is_one_fact", "is_same", "now", "then", "has_reason", "accord"),
    [
        (True, True, "3", "3", False, Accord.SAME),
        (True, True, "3", "2", True, Accord.SAME),
        (True, False, None, None, False, Accord.SAME),  # the source says nothing to differ from
        (True, False, "3", "3", False, Accord.DIFFERS),
        (True, False, "3", "2", False, Accord.DIFFERS),
        (True, False, "3", "3", True, Accord.DELIBERATE),
        (True, False, "3", None, True, Accord.DELIBERATE),
        (True, False, "3", "2", True, Accord.CHANGED),
        (False, False, "3", "3", False, Accord.OWN),
        (False, False, "3", "2", False, Accord.MOVED),
        (False, True, "3", "2", False, Accord.SAME),
    ],
)
def test_how_a_field_stands(
    is_one_fact: bool, is_same: bool, now: str | None, then: str | None, has_reason: bool, accord: Accord
) -> None:
    assert stands(is_same=is_same, is_one_fact=is_one_fact, now=now, then=then, has_reason=has_reason) is accord


def test_what_a_source_said_is_kept_until_the_field_or_its_reason_is_written_again() -> None:
    before, then = {"fee": 1, "fee_why": "a gift", "size": "3"}, {"fee": 2, "size": "3"}
    now = {"fee": 5, "size": "4", "new": "x"}
    other = {**before, "text": "something else was written"}
    assert said_by_sources(now, other, before=before, then=then) == {"fee": 2, "size": "3", "new": "x"}
    for written in ({**before, "fee": 4}, {**before, "fee_why": "agreed anew"}):
        assert said_by_sources(now, written, before=before, then=then)["fee"] == 5
