"""A city's days as a calendar file (iCalendar, RFC 5545): it is closed on what fills whole days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from mix.rules.core.lines import one_line
from mix.rules.core.unmet import Refused, Unmet, require

MOST = 200  # days in one calendar
LONGEST = timedelta(days=31)  # of one event
MOST_BYTES = 500_000


def read_days(content: bytes, *, today: date) -> dict[date, str]:
    """Return the whole days of a calendar from a day on, each with its name. Raises Refused, with what is wrong."""
    from icalendar import Calendar  # large, and rarely asked for

    require(len(content) <= MOST_BYTES, "days_file", field="file")
    found: dict[date, str] = {}
    try:
        for event in Calendar.from_ical(content).walk("VEVENT"):
            first = event.decoded("dtstart")
            if isinstance(first, datetime):
                continue
            name = one_line(str(event.get("summary", "")))[:100] or "–"
            require("rrule" not in event and "rdate" not in event, "days_repeat", field="file", name=name)
            last = _end(event.decoded("dtend", None), first)
            days = (first + timedelta(days=n) for n in range((last - first).days))
            found |= {day: name for day in days if day >= today}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, IndexError):
        raise Refused(Unmet("days_file", {}, "file")) from None
    if not 0 < len(found) <= MOST:
        raise Refused(Unmet("days_count", {"found": f"{len(found)}", "most": f"{MOST}"}, "file"))
    return dict(sorted(found.items()))


def _end(said: object, first: date) -> date:
    """Return the day after the last of an event; one that is said to end before it began has one day."""
    last = said.date() if isinstance(said, datetime) else said if isinstance(said, date) else first
    return min(max(last, first + timedelta(days=1)), first + LONGEST)
