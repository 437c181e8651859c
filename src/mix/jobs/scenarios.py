"""A scenario as it is being carried out: its city, its clock, its challenge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import Field

from mix.data import models as m
from mix.rules.core.catalogue import DocumentInvalid, Part, decode, fit, line_of, load

Plain = Any  # whatever a scenario file may hold: text, numbers, days, lists and mappings of these
Values = Mapping[str, Plain]


class ScenarioWrong(Exception):
    """A scenario that cannot be carried out: its file, the line, the number and name of the act, and why."""


class ScenarioFile(Part):
    """What a scenario's file holds beside its acts. Where its date is a number, it begins so many days from today."""

    key: str = Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=60)
    municipality: str
    anchor: date | int
    texts: dict[str, Any] = Field(default_factory=dict)


Acts = list[tuple[int, Values]]  # each with its line


def read_scenario(path: Path) -> tuple[ScenarioFile, Acts]:
    """Read a file. Raises ScenarioWrong with everything that is wrong with its form."""
    try:
        raw, node = load(decode(path.read_bytes()))
        acts = raw.pop("acts", None) if isinstance(raw, dict) else None
        document = fit(raw, node, ScenarioFile)
    except DocumentInvalid as error:
        raise ScenarioWrong("\n".join(f"{path.name}:{p.line}: {p.text}" for p in error.problems)) from None
    if not isinstance(acts, list) or not all(isinstance(act, dict) for act in acts):
        raise ScenarioWrong(f"{path.name}:{line_of(node, ('acts',))}: `acts` is a list of acts")
    return document, [(line_of(node, ("acts", n)), act) for n, act in enumerate(acts)]


class Read(dict[str, Any]):
    """The values of an act, which remember what of them was asked for: what nobody asks for is misspelt."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - whatever the file holds
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401 - whatever the file holds
        """Return a value, or `default` where the act has none."""
        self.asked.add(key)
        return super().get(key, default)

    @property
    def unread(self) -> list[str]:
        """Name what nobody asked for."""
        return sorted(self.keys() - self.asked)


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
    found: dict[object, Any] = field(default_factory=dict)  # what was found for the act at hand, and may be found again

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
