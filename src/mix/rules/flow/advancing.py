"""How time is moved in a sandbox: forward only, in bounded steps, past each due event in its order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mix.rules.core.mails import MORNING, ZONE
from mix.rules.core.unmet import Refused, Unmet

FARTHEST = timedelta(days=31)  # to the next event, however far it is
BEATS = timedelta(seconds=50)  # less than the silence that counts as a gap
BEATS_KEPT = timedelta(days=3)
MIDNIGHT = time(0)


class Stride(StrEnum):
    """How far time is moved."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    NEXT = "next"


LENGTHS = {Stride.HOUR: timedelta(hours=1), Stride.DAY: timedelta(days=1), Stride.WEEK: timedelta(days=7)}


def target(stride: Stride, *, now: datetime, due: Iterable[datetime]) -> datetime:
    """Return up to when a step goes: by its length, or to the next event. Raises Refused where none is near."""
    if stride is not Stride.NEXT:
        return now + LENGTHS[stride]
    found = min((at for at in due if now < at <= now + FARTHEST), default=None)
    if found is None:
        raise Refused(Unmet("nothing_comes", {"days": str(FARTHEST.days)}))
    return found


def moments(*, now: datetime, to: datetime, due: Iterable[datetime]) -> tuple[datetime, ...]:
    """Return where a step stops on its way: at each event, each new day, each morning's digests, and its end."""
    return tuple(sorted({to, *(at for at in due if now < at <= to), *_of_days(now, to)}))


def _of_days(now: datetime, to: datetime) -> Iterator[datetime]:
    zone = ZoneInfo(ZONE)
    day = now.astimezone(zone).date()
    while day <= to.astimezone(zone).date():
        for clock in (MIDNIGHT, MORNING):
            at = datetime.combine(day, clock, zone).astimezone(now.tzinfo)
            if now < at <= to:
                yield at
        day += timedelta(days=1)


def beats(*, since: datetime, until: datetime) -> list[datetime]:
    """Return the instants at which the site counts as answering while time is moved: a jump is no outage."""
    first = max(since, until - BEATS_KEPT)
    count = int((until - first) / BEATS)
    return [*(first + BEATS * n for n in range(count + 1)), until]
