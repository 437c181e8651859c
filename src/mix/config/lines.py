"""Lines that the processes write: one JSON object each, with when, what, who and from where (docs/operations.md)."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

# A part of an address that is a secret: of an invitation, a calendar, a new password.
SECRET = re.compile(r"(?<=/)(?=[^/]*[A-Z]|[^/]*[0-9a-f]{32})[\w:.-]{24,}(?=/|$)")


class Line(logging.Formatter):
    """Writes a record as one line of plain letters: whatever stands in a message, no other line can be made of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; what a record does not know is left out."""
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": SECRET.sub("…", record.getMessage()),
            "status": getattr(record, "status_code", None),
            **_asked(getattr(record, "request", None)),
            "trace": self.formatException(record.exc_info) if record.exc_info else None,
        }
        return json.dumps({key: value for key, value in said.items() if value is not None})


def _asked(request: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's, or of a socket
    """Say who asked, how and from where; never with what: what was typed, and what follows a `?`, is not written."""
    person = getattr(getattr(request, "actor", None), "person", None)
    path = getattr(request, "path", None)
    return {
        "method": getattr(request, "method", None),
        "path": path and SECRET.sub("…", path),
        "person": getattr(person, "code", None),
        "address": getattr(request, "came_from", None),
    }
