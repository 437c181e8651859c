"""Steps of time: forward, bounded, stopping at everything that is due, and never a gap that looks like an outage."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.core.unmet import Refused
from mix.rules.flow.advancing import FARTHEST, LENGTHS, Stride, beats, moments, target
from mix.rules.market.closing import Closing
from mix.rules.market.outages import SILENCE, find_outage

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(("stride", "length"), LENGTHS.items())
def test_a_step_is_as_long_as_it_says(stride: Stride, length: timedelta) -> None:
    assert target(stride, now=NOW, due=[NOW + HOUR * 500]) == NOW + length


def test_the_next_event_is_the_first_that_is_not_past_and_near() -> None:
    due = [NOW - HOUR, NOW, NOW + 5 * HOUR, NOW + 3 * HOUR]
    assert target(Stride.NEXT, now=NOW, due=due) == NOW + 3 * HOUR
    with pytest.raises(Refused) as caught:
        target(Stride.NEXT, now=NOW, due=[NOW + FARTHEST + HOUR])
    assert [u.code for u in caught.value.unmet] == ["nothing_comes"]


def test_a_step_stops_at_each_event_each_day_and_each_morning() -> None:
    closing = NOW + 20 * HOUR
    stops = moments(now=NOW, to=NOW + 24 * HOUR, due=[closing, NOW - HOUR, NOW + 99 * HOUR])
    midnight, morning = datetime(2026, 12, 2, 5, tzinfo=UTC), datetime(2026, 12, 2, 13, tzinfo=UTC)
    assert stops == (midnight, closing, morning, NOW + 24 * HOUR)


@given(st.integers(0, 400 * 24 * 60), st.integers(1, 31 * 24 * 60))
def test_a_jump_over_a_closing_is_no_outage(since_minutes: int, length_minutes: int) -> None:
    since = NOW + timedelta(minutes=since_minutes)
    until = since + timedelta(minutes=length_minutes)
    marks = beats(since=since, until=until)
    assert (marks[0], marks[-1]) == (max(since, until - timedelta(days=3)), until)
    assert all(a < b or a == b == until for a, b in pairwise(marks))
    assert max((b - a for a, b in pairwise(marks)), default=timedelta()) < SILENCE
    closing = Closing(until - timedelta(seconds=30), "America/Toronto")
    assert find_outage([since, *marks] if length_minutes < 60 else marks, closing, now=until) is None


def test_the_same_jump_without_beats_is_one() -> None:
    assert find_outage([NOW, NOW + 9 * HOUR], Closing(NOW + 8 * HOUR, "America/Toronto"), now=NOW + 9 * HOUR)
