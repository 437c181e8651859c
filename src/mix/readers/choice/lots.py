"""Lots among equals, as the log has them: what was fixed before, what was said, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mix.data.models import Evaluation, Event
from mix.readers.core.ciphers import reveal

USE = "lot"


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot among vendors (their codes): the fingerprint of its secret and by what it is drawn; then the draw.

    `hidden` is the secret, which this instance alone can read before the draw. `lots` are by vendor, the first first.
    """

    among: tuple[str, ...]
    source: str
    fingerprint: str
    hidden: str
    fixed_at: datetime
    secret: str = ""
    said: str = ""
    lots: tuple[tuple[str, str], ...] = ()

    def open(self) -> str | None:
        """Return the secret; None where it was hidden under another key of the instance."""
        return reveal(self.hidden, use=USE)


def list_lots(evaluation: Evaluation) -> list[Lot]:
    """List the lots of an evaluation, oldest first, with what came of those that were drawn."""
    rows = Event.objects.filter(
        challenge=evaluation.step.challenge.code, verb__in=("ties.fix_lot", "ties.draw_lot")
    ).order_by("happened_at", "id")
    found: list[Lot] = []
    for row in rows:
        said: dict[str, Any] = row.payload
        if said["step"] != place_of(evaluation):
            continue
        if row.verb == "ties.fix_lot":
            found.append(
                Lot(tuple(said["among"]), said["source"], said["fingerprint"], said["hidden"], row.happened_at)
            )
        else:
            at = next(n for n, lot in enumerate(found) if lot.fingerprint == said["fingerprint"])
            lots = tuple((name, lot) for name, lot in said["lots"])
            found[at] = replace(found[at], secret=said["secret"], said=said["said"], lots=lots)
    return found


def find_lot(evaluation: Evaluation, among: Collection[str]) -> Lot | None:
    """Return the lot that was fixed among these vendors and is not drawn, if there is one."""
    return next((lot for lot in list_lots(evaluation) if set(lot.among) == set(among) and not lot.secret), None)


def place_of(evaluation: Evaluation) -> str:
    """Name an evaluation in the log: its step and round."""
    return f"{evaluation.step.key}-{evaluation.round}"
