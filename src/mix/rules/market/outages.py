"""When the site did not answer, and what that does to a closing (docs/city.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mix.rules.city.calendar import ONTARIO, CityCalendar
from mix.rules.core.unmet import Refused
from mix.rules.market.closing import Closing, local_instant

BEAT = timedelta(seconds=10)  # how often the site is asked whether it answers
SILENCE = timedelta(minutes=1)  # a longer time without an answer is a gap
WINDOW = timedelta(hours=8)  # gaps this long before closing count
LEAST = timedelta(minutes=5)  # together at least this much
AHEAD = timedelta(hours=24)  # what is left to everybody once the site answers again


@dataclass(frozen=True, slots=True)
class Outage:
    """The first and last instant (UTC) without an answer, and how long it was in all."""

    began_at: datetime
    ended_at: datetime
    length: timedelta


def find_outage(beats: Sequence[datetime], closing: Closing, *, now: datetime) -> Outage | None:
    """Return the outage that keeps a closing from arriving, or None.

    `beats` are the instants at which the site answered, in order; what was before the first is not known and does not
    count. An outage counts when its gaps in the eight hours before closing add up to five minutes, or when a gap covers
    the closing itself.
    """
    end = min(now, closing.at + SILENCE)
    marks = [b for b in beats if b <= now]
    if not marks:
        return None
    gaps = [
        (a, b)
        for a, b in zip(marks, [*marks[1:], now], strict=True)
        if b - a > SILENCE and b > closing.at - WINDOW and a < end
    ]
    if not gaps:
        return None
    counted = [(max(a, closing.at - WINDOW), min(b, closing.at)) for a, b in gaps]
    length = sum((max(b - a, timedelta()) for a, b in counted), timedelta())
    covers = any(a < closing.at <= b for a, b in gaps)
    if length < LEAST and not covers:
        return None
    whole = sum((b - a for a, b in gaps), timedelta())
    return Outage(gaps[0][0], gaps[-1][1], whole)


def closing_after(closing: Closing, outage: Outage, calendar: CityCalendar = ONTARIO) -> datetime:
    """Return the new closing (UTC): the same time of day, on the first working day at least a day later.

    Never earlier than it was. A time that does not exist or is twice on that day is passed over.
    """
    earliest = max(outage.ended_at + AHEAD, closing.at + timedelta(seconds=1))
    wall = closing.local.replace(tzinfo=None)
    for days in range(1, 400):
        moved = wall + timedelta(days=days)
        if not calendar.works_on(moved.date()):
            continue
        try:
            found = local_instant(moved, closing.zone)
        except Refused:
            continue
        if found >= earliest:
            return found
    raise AssertionError("a year has no working day")
