"""What waits for somebody else is what was logged: else nobody's second word makes it hold."""

from __future__ import annotations

from mix.data.models.core.kept import Kept
from mix.readers.core.kept import is_as_logged
from mix.rules.core.unmet import require


def require_as_logged(row: Kept) -> None:
    """Raise Refused where a row that waits, and is locked, was changed past the program since it was written."""
    require(is_as_logged(row), "not_as_logged")
