"""Working days: Ontario's public holidays by name, a city's own days on both sides, and counting forwards and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.calendar import FARTHEST, ONTARIO, CityCalendar, Closed, day_ends, day_in, public_holidays
from mix.rules.core.fields import Wording

DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize(
    ("day", "english", "french"),
    [
        (date(2027, 1, 1), "New Year's Day", "Jour de l'an"),
        (date(2027, 2, 15), "Family Day", "Fête de la famille"),
        (date(2027, 3, 26), "Good Friday", "Vendredi saint"),
        (date(2027, 5, 24), "Victoria Day", "Fête de la Reine"),
        (date(2027, 7, 1), "Canada Day", "Fête du Canada"),
        (date(2027, 9, 6), "Labour Day", "Fête du Travail"),
        (date(2027, 10, 11), "Thanksgiving Day", "Action de grâce"),
        (date(2027, 12, 25), "Christmas Day", "Jour de Noël"),
    ],
)
def test_public_holidays_are_closed_and_have_names(day: date, english: str, french: str) -> None:
    assert ONTARIO.closed_for(day) == Closed(Wording(en=english, fr=french))


def test_a_city_adds_days_and_works_on_others() -> None:
    civic, family = date(2027, 8, 2), date(2027, 2, 15)
    assert ONTARIO.works_on(civic)  # no public holiday under the Act, and closed in most cities
    own = CityCalendar({civic: Wording(en="Civic Holiday")}, frozenset({family}))
    assert own.closed_for(civic) == Closed(Wording(en="Civic Holiday"))
    assert own.works_on(family)
    assert own.on_or_after(date(2027, 7, 31)) == date(2027, 8, 3)
    assert own.on_or_before(civic) == date(2027, 7, 30)


def test_counting_skips_what_is_closed() -> None:
    thursday = date(2027, 3, 25)  # before Good Friday
    assert ONTARIO.add(thursday, 1) == date(2027, 3, 29)
    assert ONTARIO.add(date(2027, 3, 29), -1) == thursday
    assert ONTARIO.between(thursday, date(2027, 3, 30)) == 2
    assert ONTARIO.between(date(2027, 3, 30), thursday) == -2
    assert ONTARIO.add(thursday, 0) == thursday


@given(DAYS, st.integers(-60, 60))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    start = ONTARIO.on_or_after(day)
    end = ONTARIO.add(start, n)
    assert ONTARIO.works_on(end)
    assert ONTARIO.between(start, end) == n or (n < 0 and ONTARIO.between(end, start) == -n)


@given(DAYS)
def test_a_weekend_has_no_name_and_a_holiday_has_two(day: date) -> None:
    closed = ONTARIO.closed_for(day)
    if closed is None:
        assert day.weekday() < 5
    elif closed.name is None:
        assert day.weekday() > 4
    else:
        assert set(closed.name.texts) == {"en", "fr"}
        assert day in public_holidays(day.year)


def test_a_city_that_never_works_is_a_slip() -> None:
    start = date(2027, 1, 1)
    never = CityCalendar({start + timedelta(days=n): Wording(en="x") for n in range(FARTHEST)})
    with pytest.raises(ValueError, match="2027"):
        never.on_or_after(start)


@given(
    at=st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31), timezones=st.just(UTC)),
    zone=st.sampled_from(["America/Toronto", "America/St_Johns", "America/Vancouver", "UTC"]),
)
def test_a_day_ends_where_the_next_begins(at: datetime, zone: str) -> None:
    end, moment = day_ends(zone, at), timedelta(microseconds=1)
    assert at < end
    assert day_in(zone, end - moment) == day_in(zone, at)
    assert day_in(zone, end) == day_in(zone, at) + timedelta(days=1)
