"""When somebody looks again at who has which duty in a city."""

from datetime import datetime, timedelta

EVERY = timedelta(days=365)  # a duty is looked at again once a year
ASKED_EVERY = timedelta(days=30)  # and whoever does so is asked once a month while one waits


def is_due(*, since: datetime, reviewed_at: datetime | None, now: datetime) -> bool:
    """Say whether a duty waits for somebody to say that it is still right. Instants in UTC."""
    return now - max(since, reviewed_at or since) >= EVERY


def is_asked_again(asked_at: datetime | None, *, now: datetime) -> bool:
    """Say whether those who look at a duty that waits are asked now."""
    return asked_at is None or now - asked_at >= ASKED_EVERY
