"""The mark of a sandbox, in its data folder: which it is, when it ends, and how far its time was moved.

A live site has no such mark, and refuses a folder that has one (`mix.config.environment`). What the mark says counts
only beside the row of the same code in the database (`is_own`), which is made while that is empty.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

MARK = "sandbox.json"


@dataclass(frozen=True, slots=True)
class Mark:
    """A sandbox: its code, the last day on which it serves, and by how much its clock is ahead of the real one."""

    code: str
    ends_on: date
    ahead: timedelta = timedelta()

    def is_over(self, real: datetime) -> bool:
        """Say whether it has ended, by the real clock."""
        return real.date() > self.ends_on


def read_mark(folder: Path) -> Mark:
    """Read the mark of a sandbox. Raises FileNotFoundError where there is none, ValueError where it is none."""
    said = json.loads((folder / MARK).read_text(encoding="utf-8"))
    ahead = timedelta(seconds=float(said["ahead"]))
    return Mark(str(said["code"]), date.fromisoformat(said["ends_on"]), max(ahead, timedelta()))


def write_mark(folder: Path, mark: Mark) -> None:
    """Write the mark of a sandbox, whole or not at all."""
    said = {"code": mark.code, "ends_on": mark.ends_on.isoformat(), "ahead": mark.ahead.total_seconds()}
    beside = folder / f"{MARK}.new"
    beside.write_text(json.dumps(said), encoding="utf-8")
    beside.replace(folder / MARK)
