"""A calendar of a city's days: whole days from today on, and nothing that repeats."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.city.day_files import read_days
from mix.rules.core.unmet import Refused

TODAY = date(2027, 1, 10)


def calendar(*events: str) -> bytes:
    bodies = "".join(f"BEGIN:VEVENT\r\nUID:{n}@x\r\n{e}\r\nEND:VEVENT\r\n" for n, e in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//x//EN\r\n{bodies}END:VCALENDAR\r\n".encode()


def day(on: str, name: str, *more: str) -> str:
    return "\r\n".join([f"DTSTART;VALUE=DATE:{on}", f"SUMMARY:{name}", *more])


def code(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        read_days(content, today=TODAY)
    return caught.value.unmet[0].code


def test_whole_days_from_today_on_are_read() -> None:
    found = read_days(
        calendar(
            day("20270329", "Easter Monday"),
            day("20261231", "Past"),
            day("20271227", "Closed", "DTEND;VALUE=DATE:20271230"),
            "DTSTART:20270401T090000Z\r\nSUMMARY:A meeting",
        ),
        today=TODAY,
    )
    assert found == {
        date(2027, 3, 29): "Easter Monday",
        **dict.fromkeys((date(2027, 12, d) for d in (27, 28, 29)), "Closed"),
    }


def test_what_cannot_be_set_is_refused_with_its_reason() -> None:
    assert code(b"no calendar") == "days_file"
    assert code(calendar()) == "days_count"
    assert code(calendar(day("20261231", "Past"))) == "days_count"
    assert code(calendar(day("20270329", "Easter Monday", "RRULE:FREQ=YEARLY"))) == "days_repeat"
    assert code(calendar(*(day(f"2027{m:02}01", "x", f"DTEND;VALUE=DATE:2027{m:02}28") for m in range(1, 13)))) == (
        "days_count"
    )


def test_an_event_that_ends_before_it_begins_has_one_day() -> None:
    assert list(read_days(calendar(day("20270329", "x", "DTEND;VALUE=DATE:20270301")), today=TODAY)) == [
        date(2027, 3, 29)
    ]


@given(st.binary(max_size=200))
def test_nothing_that_is_sent_breaks_it(content: bytes) -> None:
    with pytest.raises(Refused):
        read_days(content, today=TODAY)
