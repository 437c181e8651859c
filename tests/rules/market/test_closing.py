from datetime import UTC, date, datetime, timedelta

import pytest

from mix.rules.city.calendar import day_in
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.closing import Closing, Phase, is_in_time, local_instant, openable_from, phase

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
    assert caught.value.unmet == (Unmet(code, {"time": f"{wall:%Y-%m-%d %H:%M}", "zone": zone}),)


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


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(microseconds=-1), Phase.OPEN),
        (timedelta(0), Phase.DRAINING),
        (timedelta(seconds=120, microseconds=-1), Phase.DRAINING),
        (timedelta(seconds=120), Phase.CLOSED),
        (timedelta(minutes=60, microseconds=-1), Phase.CLOSED),
        (timedelta(minutes=60), Phase.OPENABLE),
        (timedelta(minutes=60, microseconds=1), Phase.OPENABLE),
    ],
)
def test_phases_follow_the_clock(after: timedelta, expected: Phase) -> None:
    assert phase(CLOSING, now=AT + after) is expected


def test_an_embargo_of_its_own_counts() -> None:
    found = [phase(CLOSING, now=AT + timedelta(minutes=n), embargo=timedelta(minutes=5)) for n in (4, 5)]
    assert found == [Phase.CLOSED, Phase.OPENABLE]


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("America/Toronto", "UTC−05:00"),
        ("America/St_Johns", "UTC−03:30"),
        ("UTC", "UTC+00:00"),
        ("Europe/Paris", "UTC+01:00"),
        ("Asia/Kathmandu", "UTC+05:45"),
    ],
)
def test_offset_is_written_out(zone: str, offset: str) -> None:
    assert Closing(AT, zone).offset == offset
    assert CLOSING.local.isoformat() == "2027-01-14T14:00:00-05:00"


@pytest.mark.parametrize(
    ("zone", "day"), [("America/Toronto", 13), ("America/Halifax", 14), ("UTC", 14), ("America/Vancouver", 13)]
)
def test_the_day_is_that_of_the_city(zone: str, day: int) -> None:
    assert day_in(zone, datetime(2027, 1, 14, 4, 30, tzinfo=UTC)) == date(2027, 1, day)


@pytest.mark.parametrize(("is_scored", "waits"), [(False, timedelta(0)), (True, timedelta(days=1))])
def test_answers_open_an_hour_after_closing_and_scored_prices_a_day_after_these(
    *, is_scored: bool, waits: timedelta
) -> None:
    answers = AT + timedelta(hours=1)
    assert openable_from(CLOSING, is_scored=is_scored) == {
        Envelope.TECHNICAL: answers,
        Envelope.PRICE: answers + waits,
    }
