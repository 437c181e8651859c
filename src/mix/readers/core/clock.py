"""The one place where pages read the clock."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings


def read_clock() -> datetime:
    """Return the present instant. Only a demonstration may set it, by a file `clock` in its data folder."""
    if settings.DEMO:
        path = Path(settings.DATA_DIR) / "clock"
        if path.exists():
            return datetime.fromisoformat(path.read_text().strip()).astimezone(UTC)
    return datetime.now(UTC)
