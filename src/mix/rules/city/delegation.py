"""Who may approve how much: a city's table of authority, as data."""

from collections.abc import Sequence
from dataclasses import dataclass

from mix.rules.core.access import Role


@dataclass(frozen=True, slots=True)
class Band:
    """Up to and including `up_to_cents` (None: without limit) this role decides."""

    up_to_cents: int | None
    role: Role


def decider_for(bands: Sequence[Band], value_cents: int) -> Role | None:
    """Return the role that decides on a value, or None where the table is empty or ends below it."""
    limited = sorted((b for b in bands if b.up_to_cents is not None), key=lambda b: b.up_to_cents or 0)
    for band in limited:
        if band.up_to_cents is not None and value_cents <= band.up_to_cents:
            return band.role
    return next((b.role for b in bands if b.up_to_cents is None), None)
