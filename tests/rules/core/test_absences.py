"""The days of an absence: in order, from today on, not too long; how it stands on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mix.rules.core.absences import MOST, Days, Standing, standing_of, unmet_days

TODAY = date(2027, 1, 15)


def days(first: int, last: int) -> Days:
    return Days(TODAY + timedelta(days=first), TODAY + timedelta(days=last))


@pytest.mark.parametrize(
    ("first", "last", "codes"),
    [
        (0, 0, []),
        (3, 2, ["absence_backwards"]),
        (-1, 4, ["absence_past"]),
        (0, MOST - 1, []),
        (0, MOST, ["absence_too_long"]),
        (MOST, MOST, []),
        (MOST + 1, MOST + 1, ["absence_too_long"]),
    ],
)
def test_the_days_are_in_order_from_today_on_and_within_a_year(first: int, last: int, codes: list[str]) -> None:
    assert [u.code for u in unmet_days(days(first, last), on=TODAY)] == codes


@pytest.mark.parametrize(
    ("first", "last", "standing"),
    [
        (1, 2, Standing.COMING),
        (0, 2, Standing.LASTING),
        (-2, 0, Standing.LASTING),
        (-2, -1, Standing.PAST),
    ],
)
def test_it_lasts_from_its_first_day_to_its_last(first: int, last: int, standing: Standing) -> None:
    assert standing_of(days(first, last), on=TODAY, is_ended=False) is standing
    assert standing_of(days(first, last), on=TODAY, is_ended=True) is Standing.ENDED


@pytest.mark.parametrize(
    ("first", "last", "meets"),
    [(-3, -1, False), (-3, 0, True), (1, 1, True), (2, 9, True), (3, 9, False), (-9, 9, True)],
)
def test_days_meet_where_one_is_of_both(first: int, last: int, meets: bool) -> None:
    assert days(0, 2).meets(days(first, last)) is meets
    assert days(first, last).meets(days(0, 2)) is meets
