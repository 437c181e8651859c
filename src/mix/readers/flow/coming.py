"""What comes next by the clock alone, over all cities: for a sandbox, whose time is moved to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from mix.data.models import Challenge, Municipality, Solicitation
from mix.data.wall import lifted
from mix.readers.flow.dates import dates_of_challenges
from mix.readers.market.solicitations import instants_of
from mix.rules.case.states import ChallengeStatus


def list_coming(*, now: datetime) -> list[datetime]:
    """List the instants (UTC) after one at which something is due, closes, opens or begins, in order."""
    with lifted():
        return sorted(at for at in _coming(now) if at > now)


def _coming(now: datetime) -> set[datetime]:
    running = Challenge.objects.filter(status=ChallengeStatus.RUNNING).select_related("municipality")
    dated = dates_of_challenges(list(running), now=now)
    return {*_of_calls(now), *(_instant(d.on, d.city) for d in dated)}


def _of_calls(now: datetime) -> Iterator[datetime]:
    calls = Solicitation.objects.filter(
        published_at__isnull=False, technical_opened_at=None, step__challenge__status=ChallengeStatus.RUNNING
    ).select_related("step__challenge__method")
    for call in calls:
        yield from (call.questions_until, call.closes_at)
        if call.closes_at > now or min(instants_of(call).values()) > now:
            yield from instants_of(call).values()


def _instant(on: date | datetime, city: Municipality) -> datetime:
    """Return when a day begins at its city, or the instant itself."""
    if isinstance(on, datetime):
        return on
    return datetime.combine(on, time(0), ZoneInfo(city.zone))
