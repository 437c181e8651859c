"""Closing times: one instant, one zone, one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet

DRAIN = timedelta(seconds=120)
EMBARGO = timedelta(minutes=60)
PRICES_WAIT = timedelta(hours=24)  # after the answers: no panel reads, scores and agrees sooner


class Phase(StrEnum):
    """Where a published solicitation stands, computed from the clock alone."""

    OPEN = "open"
    DRAINING = "draining"
    CLOSED = "closed"
    OPENABLE = "openable"


@dataclass(frozen=True, slots=True)
class Closing:
    """A closing instant (aware, stored in UTC) and the IANA zone in which it was published."""

    at: datetime
    zone: str

    @property
    def local(self) -> datetime:
        """The instant on the wall clock of the zone."""
        return self.at.astimezone(ZoneInfo(self.zone))

    @property
    def offset(self) -> str:
        """The zone's offset at that instant, as "UTC−05:00"."""
        delta = self.local.utcoffset() or timedelta()
        minutes = int(delta.total_seconds() // 60)
        sign = "−" if minutes < 0 else "+"
        return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def local_instant(wall: datetime, zone: str) -> datetime:
    """Return the UTC instant of a wall-clock time. Raises Refused for a time that never is or is twice."""
    place = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(place).replace(tzinfo=None) != wall:
        raise Refused(Unmet("time_never_is", {"time": f"{wall:%Y-%m-%d %H:%M}", "zone": zone}))
    if first.utcoffset() != second.utcoffset():
        raise Refused(Unmet("time_is_twice", {"time": f"{wall:%Y-%m-%d %H:%M}", "zone": zone}))
    return first.astimezone(UTC)


def phase(closing: Closing, *, now: datetime, embargo: timedelta = EMBARGO) -> Phase:
    """Return the phase at `now`. A submission counts only when its last byte came before `closing.at`."""
    if now < closing.at:
        return Phase.OPEN
    if now < closing.at + DRAIN:
        return Phase.DRAINING
    return Phase.OPENABLE if now >= closing.at + embargo else Phase.CLOSED


def openable_from(closing: Closing, *, is_scored: bool) -> dict[Envelope, datetime]:
    """Return the instants before which the sealer opens nothing, by envelope. Prices wait where answers are scored."""
    answers = closing.at + EMBARGO
    return {Envelope.TECHNICAL: answers, Envelope.PRICE: answers + PRICES_WAIT if is_scored else answers}


def is_in_time(closing: Closing, *, received_at: datetime) -> bool:
    """Say whether a submission received at that instant counts: strictly before closing."""
    return received_at < closing.at
