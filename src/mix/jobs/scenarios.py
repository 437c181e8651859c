"""A scenario as it is being carried out: its city, its clock, its challenge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mix.data import models as m

Plain = Any  # whatever a scenario file may hold: text, numbers, days, lists and mappings of these
Values = Mapping[str, Plain]


class ScenarioWrong(Exception):
    """A scenario that cannot be carried out, with the number and the name of the act."""


@dataclass
class Scenario:
    """One scenario as it is being carried out."""

    key: str
    anchor: date
    zone: ZoneInfo
    municipality: m.Municipality
    recorded_at: datetime
    challenge: m.Challenge | None = None
    last: datetime | None = None
    texts: dict[str, Any] = field(default_factory=dict)

    def instant(self, text: str) -> datetime:
        """Read "+12 09:30" (days after the anchor, local time) or "2026-03-02 09:30" into UTC."""
        relative = re.fullmatch(r"\+(\d+)(?: (\d\d):(\d\d))?", text.strip())
        if relative:
            day = self.anchor + timedelta(days=int(relative[1]))
            wall = datetime.combine(day, time(int(relative[2] or 9), int(relative[3] or 0)))
        else:
            wall = datetime.fromisoformat(text)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def day(self, text: str) -> date:
        """Read a day in the same two ways."""
        return self.instant(text if text.startswith("+") else f"{text} 12:00").astimezone(self.zone).date()
