"""How each duty of the worker stands: when it was last done, and what went wrong since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

NOTED_EVERY = timedelta(minutes=1)  # a duty that goes well is not written down each time
LONGEST = 300  # characters of a fault


@dataclass(frozen=True, slots=True)
class Standing:
    """When a duty was last done; when and why it failed, where it has not been done since."""

    done_at: datetime | None = None
    failed_at: datetime | None = None
    fault: str = ""


def standing_of(name: str) -> Standing:
    """Return how a duty stands; of one that was never begun nothing is known."""
    found = cache.get(f"mix:duty:{name}") or {}
    done, failed = (datetime.fromisoformat(at) if (at := found.get(key)) else None for key in ("done", "failed"))
    return Standing(done, failed, found.get("fault", ""))


def note_done(name: str, *, now: datetime) -> None:
    """Note that a duty was done."""
    last = standing_of(name)
    if last.fault or last.done_at is None or now - last.done_at >= NOTED_EVERY:
        cache.set(f"mix:duty:{name}", {"done": now.isoformat()}, timeout=None)


def note_fault(name: str, error: Exception, *, now: datetime) -> None:
    """Note why a duty was not done. It is tried again."""
    done = standing_of(name).done_at
    fault = f"{type(error).__name__}: {error}"[:LONGEST]
    kept = {"done": done.isoformat() if done else None, "failed": now.isoformat(), "fault": fault}
    cache.set(f"mix:duty:{name}", kept, timeout=None)
