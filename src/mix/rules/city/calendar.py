"""A city's working days: Ontario's public holidays, the city's own closed days, and days on which it works after all.

Days are the city's own. Public holidays come from the `holidays` library (Employment Standards Act, 2000, s. 1); a day
that other laws or a collective agreement close is the city's to add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

import holidays

from mix.rules.core.fields import Wording

FARTHEST = 3660  # days that are looked through; ten years without a working day is a slip of the keyboard


# What the library leaves in English; as the Canada Labour Code, s. 166, says it in French.
_FRENCH = {"Boxing Day": "Lendemain de Noël"}


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[date, Wording]:
    """Return Ontario's public holidays of a year with their English and French names, weekends included."""
    english, french = (
        holidays.country_holidays("CA", subdiv="ON", years=year, language=language) for language in ("en_CA", "fr")
    )
    return {
        day: Wording.of({"en": english[day], "fr": _FRENCH.get(french[day], french[day])}) for day in sorted(english)
    }


@dataclass(frozen=True, slots=True)
class Closed:
    """Why a city does not work on a day: what the day is called, or that it is of a weekend."""

    name: Wording | None = None


@dataclass(frozen=True, slots=True)
class CityCalendar:
    """What a city changes about the public holidays: names of its closed days, and days it works."""

    closed: Mapping[date, Wording] = field(default_factory=dict)
    worked: frozenset[date] = frozenset()

    def closed_for(self, day: date) -> Closed | None:
        """Return why the city is closed on a day, None on a working day."""
        if day in self.worked:
            return None
        if own := self.closed.get(day) or public_holidays(day.year).get(day):
            return Closed(own)
        return Closed() if day.weekday() > 4 else None

    def works_on(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return self.closed_for(day) is None

    def on_or_after(self, day: date) -> date:
        """Return the first working day from a day on. Raises ValueError where none comes in ten years."""
        return self._step(day, 1)

    def on_or_before(self, day: date) -> date:
        """Return the last working day up to a day. Raises ValueError where none was in ten years."""
        return self._step(day, -1)

    def _step(self, day: date, sign: int) -> date:
        for n in range(FARTHEST):
            if self.works_on(found := day + timedelta(days=sign * n)):
                return found
        raise ValueError(day)

    def add(self, day: date, working_days: int) -> date:
        """Return the day that so many working days lead to, forwards or back; the first day itself is not counted."""
        sign = 1 if working_days >= 0 else -1
        found = day
        for _ in range(abs(working_days)):
            found = self._step(found + timedelta(days=sign), sign)
        return found

    def between(self, first: date, last: date) -> int:
        """Count the working days after the first and up to the last; negative when the last comes before."""
        sign = 1 if last >= first else -1
        start, end = sorted((first, last))
        days = (start + timedelta(days=n) for n in count(1))
        counted = 0
        for day in days:
            if day > end:
                return sign * counted
            counted += self.works_on(day)
        return 0


ONTARIO = CityCalendar()


def day_in(zone: str, at: datetime) -> date:
    """Return the day that it is at an instant on the clock of a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def day_ends(zone: str, at: datetime) -> datetime:
    """Return the instant (UTC) at which the day of an instant is over on the clock of a zone."""
    return datetime.combine(day_in(zone, at) + timedelta(days=1), time.min, ZoneInfo(zone)).astimezone(UTC)
