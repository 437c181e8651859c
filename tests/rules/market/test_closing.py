from datetime import UTC, datetime, timedelta

import pytest

from mix.rules.core.unmet import Refused
from mix.rules.market.closing import EMBARGO, Closing, Phase, is_in_time, local_instant, phase

AT = datetime(2027, 1, 14, 19, tzinfo=UTC)
CLOSING = Closing(AT, "America/Toronto")


@pytest.mark.parametrize(
    ("wall", "zone", "code"),
    [
        (datetime(2026, 11, 1, 1, 30), "America/Toronto", "time_is_twice"),
        (datetime(2027, 3, 14, 2, 30), "America/Toronto", "time_never_is"),
    ],
)
def test_a_time_that_is_not_one_instant_is_refused(wall: datetime, zone: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        local_instant(wall, zone)
    assert caught.value.unmet[0].code == code


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        (datetime(2027, 1, 14, 14), "America/Toronto", AT),
        (datetime(2026, 12, 15, 14), "America/Vancouver", datetime(2026, 12, 15, 21, tzinfo=UTC)),
    ],
)
def test_the_pinned_clock_table_counts(wall: datetime, zone: str, expected: datetime) -> None:
    """British Columbia ended its clock changes in 2026; an old system table would put this closing an hour late."""
    assert local_instant(wall, zone) == expected


@pytest.mark.parametrize(
    ("offset", "counts"),
    [(timedelta(microseconds=-1), True), (timedelta(0), False), (timedelta(microseconds=1), False)],
)
def test_closing_is_strict(offset: timedelta, counts: bool) -> None:
    assert is_in_time(CLOSING, received_at=AT + offset) is counts


def test_phases_follow_the_clock() -> None:
    found = [phase(CLOSING, now=AT + d) for d in (timedelta(seconds=-1), timedelta(0), timedelta(seconds=120), EMBARGO)]
    assert found == [Phase.OPEN, Phase.DRAINING, Phase.CLOSED, Phase.OPENABLE]


def test_offset_is_written_out() -> None:
    assert CLOSING.offset == "UTC−05:00"
    assert CLOSING.local.isoformat() == "2027-01-14T14:00:00-05:00"
