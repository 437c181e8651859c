"""The one place where pages read the clock."""

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from mix.readers.core.sandboxes import read_mark


def read_clock() -> datetime:
    """Return the present instant. A sandbox's is ahead by what its mark says.

    Only a demonstration may set it, by a file `clock` in its data folder; a site that is neither reads no file.
    """
    if settings.SANDBOX:
        return datetime.now(UTC) + read_mark(Path(settings.DATA_DIR)).ahead
    if settings.DEMO:
        path = Path(settings.DATA_DIR) / "clock"
        if path.exists():
            return datetime.fromisoformat(path.read_text().strip()).astimezone(UTC)
    return datetime.now(UTC)


def read_work_clock() -> datetime:
    """Return the instant at which the worker does its duties: the real one, or a sandbox's."""
    return read_clock() if settings.SANDBOX else datetime.now(UTC)
