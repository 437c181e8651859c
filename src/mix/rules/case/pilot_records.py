"""What is kept of a pilot: the answers to the register before it starts, and to its report.

What a register asks is data, so that answers are kept as they were read; what the program computes with is typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from mix.rules.core.versioned import Form, Versioned, read_form

UNSOLICITED = "unsolicited"  # the answer to how a vendor was found of which procurement hears at once


class Risk(StrEnum):
    """How much a pilot could harm people, data or operations."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class PilotFacts(Form):
    """The answers that the program computes with, None where none was given. Amounts are cents."""

    vendor: str | None
    found_by: str | None
    risk: Risk | None
    starts_on: date | None
    ends_on: date | None
    cash: int | None
    in_kind: int | None
    staff_hours: Decimal | None
    residents: bool | None
    notice: str | None


@dataclass(frozen=True, slots=True)
class PilotRecord(Versioned):
    """What a city wrote of a pilot before it starts, complete or not."""

    answers: Mapping[str, Any]

    @property
    def facts(self) -> PilotFacts:
        """What the program computes with. Raises FormUnknown for an answer of another type."""
        return read_form(PilotFacts, {field.name: self.answers.get(field.name) for field in fields(PilotFacts)})

    @classmethod
    def read(cls, data: object) -> Self:
        """Return what `write` wrote. Raises FormUnknown."""
        found = super(PilotRecord, cls).read(data)
        found.facts  # noqa: B018 - raises
        return found


@dataclass(frozen=True, slots=True)
class PilotReport(Versioned):
    """What a city saw of a pilot and decided at its end."""

    answers: Mapping[str, Any]
