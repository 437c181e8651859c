"""What comes next by the clock alone, over all cities: for a sandbox, whose time is moved to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mix.data.models import Challenge, Municipality, Solicitation
from mix.data.wall import lifted
from mix.readers.flow.dates import dates_of_challenges
from mix.readers.market.solicitations import instants_of, spec_of_call
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.kinds import Envelope

OPENING = "opening"  # what of a call becomes possible; every other code is a date's


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that the clock brings: when (UTC), a word for it, of which challenge, and of which envelope."""

    at: datetime
    what: str
    challenge: Challenge | None
    envelope: Envelope | None = None


def list_coming(*, now: datetime) -> list[Coming]:
    """List what is due, closes, opens or begins after an instant, in order."""
    with lifted():
        found = [*_dated(now), *_openings()]
    return sorted((c for c in found if c.at > now), key=lambda c: c.at)


def _dated(now: datetime) -> Iterator[Coming]:
    running = Challenge.objects.filter(status=ChallengeStatus.RUNNING).select_related("municipality")
    for dated in dates_of_challenges(list(running), now=now):
        yield Coming(_instant(dated.on, dated.city), dated.code, dated.challenge)


def _openings() -> Iterator[Coming]:
    """Yield when each envelope of a call may be opened, answers that were opened already or not."""
    calls = Solicitation.objects.filter(published_at__isnull=False, step__challenge__status=ChallengeStatus.RUNNING)
    for call in calls.select_related("step__challenge__method"):
        envelopes = spec_of_call(call).envelopes
        yield from (
            Coming(at, OPENING, call.step.challenge, envelope)
            for envelope, at in instants_of(call).items()
            if envelope in envelopes
        )


def _instant(on: date | datetime, city: Municipality) -> datetime:
    """Return when a day begins at its city, or the instant itself."""
    if isinstance(on, datetime):
        return on
    return datetime.combine(on, time(0), ZoneInfo(city.zone))
