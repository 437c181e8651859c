"""An outage moves a closing when, and only when, the rule in the notice says so."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.calendar import ONTARIO
from mix.rules.market.closing import Closing
from mix.rules.market.outages import AHEAD, closing_after, find_outage

AT = datetime(2027, 1, 14, 19, 0, tzinfo=UTC)  # Thursday 14:00 in Guelph
CLOSING = Closing(AT, "America/Toronto")
S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def beats(*silences: tuple[timedelta, timedelta], until: datetime = AT + H) -> list[datetime]:
    """Beat every ten seconds from ten hours before closing, but for the silences (from, to; relative to closing)."""
    found, at = [], AT - 10 * H
    while at <= until:
        if not any(a < at - AT < b for a, b in silences):
            found.append(at)
        at += 10 * S
    return found


@pytest.mark.parametrize(
    ("silences", "counts"),
    [
        ([], False),
        ([(-4 * H, -4 * H + 4 * M)], False),
        ([(-4 * H, -4 * H + 5 * M)], True),
        ([(-4 * H, -4 * H + 3 * M), (-2 * H, -2 * H + 3 * M)], True),
        ([(-9 * H, -9 * H + 20 * M)], False),  # before the eight hours
        ([(-8 * H - 10 * M, -8 * H + 4 * M)], False),  # four minutes of it inside
        ([(-2 * M, 2 * M)], True),  # at closing, short as it is
        ([(-30 * S, 20 * S)], False),  # a beat or two missed is no outage
        ([(2 * M, 50 * M)], False),  # after closing
        ([(-5 * M, -10 * S)], False),
    ],
)
def test_what_counts(silences: list[tuple[timedelta, timedelta]], counts: bool) -> None:
    assert (find_outage(beats(*silences), CLOSING, now=AT + H) is not None) == counts


def test_what_nobody_watched_is_no_outage() -> None:
    assert find_outage([], CLOSING, now=AT + H) is None
    assert find_outage([AT - M], CLOSING, now=AT - S) is None


def test_a_site_that_is_still_down_is_an_outage_too() -> None:
    found = find_outage(beats(until=AT - 6 * M), CLOSING, now=AT + H)
    assert found is not None
    assert (found.began_at, found.ended_at) == (AT - 6 * M, AT + H)


@given(st.lists(st.integers(0, 55), max_size=200))
def test_it_never_moves_without_a_gap(waits: list[int]) -> None:
    marks = [AT - 8 * H]
    for wait in waits:
        marks.append(marks[-1] + wait * S)
    assert find_outage(marks, Closing(marks[-1] + S, "America/Toronto"), now=marks[-1] + 2 * S) is None


@given(
    st.datetimes(datetime(2026, 6, 1), datetime(2029, 6, 1)),
    st.sampled_from(["America/Toronto", "America/St_Johns", "America/Vancouver", "Europe/Paris"]),
    st.integers(-8 * 60, 3 * 24 * 60),
)
def test_the_new_closing_is_later_at_the_same_time_of_day(wall: datetime, zone: str, back_after: int) -> None:
    at = wall.replace(tzinfo=UTC, second=0, microsecond=0)
    closing = Closing(at, zone)
    marks = [at - 9 * H, at + back_after * M]
    outage = find_outage(marks, closing, now=marks[-1] + S)
    if outage is None:
        return
    new = closing_after(closing, outage)
    local = new.astimezone(ZoneInfo(zone))
    assert new > at
    assert new - outage.ended_at >= AHEAD
    assert ONTARIO.works_on(local.date())
    assert local.time() == closing.local.time()
    # The outage lies before the window of the new closing, or is at least not found again from its end on.
    later = [*marks, *(marks[-1] + n * 10 * S for n in range(1, 60))]
    again = find_outage(later, Closing(new, zone), now=later[-1])
    assert again is None
