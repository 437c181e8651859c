"""What a city needs before it goes live: lines that tick themselves, each with why (docs/decisions/0019)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mix.rules.city.first_run import Setting
from mix.rules.core.access import Role
from mix.rules.core.unmet import Unmet

# Who works on a first call: who leads it, buys, checks, pays, decides, scores, and runs the city's account.
FIRST_CALL = (
    Role.ADMINISTRATOR,
    Role.PROJECT_LEAD,
    Role.SPONSOR,
    Role.PROCUREMENT_OFFICER,
    Role.PROCUREMENT_MANAGER,
    Role.AUTHORITY,
    Role.EVALUATOR,
)
HOLDERS = 3  # shares of a recovery key, each with a holder of its own


@dataclass(frozen=True, slots=True)
class Situation:
    """What is the case at a city: what each line of the list is computed from."""

    departments: int = 0  # open ones
    roles: frozenset[Role] = field(default_factory=frozenset)  # held now
    by_law: bool = False  # a table that two people signed governs today
    bands: int = 0  # rows of the table of authority
    posting_address: str = ""
    holders: int = 0  # people who took their share of the recovery key
    administrators_among_them: int = 0
    rehearsed: bool = False  # two of them put the recovery key together once
    mail_leaves: bool = False  # a mail server is named, and took a mail for one of the city's people
    opened: int = 0  # calls that were answered and opened on trial


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list: whether it is met, and if not, what is missing."""

    key: Setting
    missing: tuple[Unmet, ...] = ()

    @property
    def is_met(self) -> bool:
        """Say whether nothing is missing."""
        return not self.missing


def lines(setting: Situation) -> tuple[Line, ...]:
    """Return all that it takes, in the order of what a city sets up, as the facts are."""
    return tuple(Line(key, _MISSING[key](setting)) for key in ESSENTIAL)


def unmet_to_go_live(setting: Situation) -> tuple[Unmet, ...]:
    """List everything that keeps a city on trial."""
    return tuple(unmet for line in lines(setting) for unmet in line.missing)


def _if(code: str, *, missing: bool) -> tuple[Unmet, ...]:
    return (Unmet(code),) if missing else ()


def _people(setting: Situation) -> tuple[Unmet, ...]:
    return tuple(Unmet("live_without_role", {"role": r.value}) for r in FIRST_CALL if r not in setting.roles)


def _recovery(setting: Situation) -> tuple[Unmet, ...]:
    if setting.holders < HOLDERS:
        return (Unmet("live_without_recovery", {"count": str(setting.holders), "needed": str(HOLDERS)}),)
    found = _if("live_recovery_of_administrators", missing=setting.administrators_among_them > 0)
    return found + _if("live_recovery_unrehearsed", missing=not setting.rehearsed)


_MISSING: dict[Setting, Callable[[Situation], tuple[Unmet, ...]]] = {
    Setting.DEPARTMENTS: lambda s: _if("live_without_departments", missing=not s.departments),
    Setting.PEOPLE: _people,
    Setting.BYLAW: lambda s: _if("live_without_by_law", missing=not s.by_law),
    Setting.BANDS: lambda s: _if("live_without_bands", missing=not s.bands),
    Setting.POSTING: lambda s: _if("live_without_posting", missing=not s.posting_address.strip()),
    Setting.RECOVERY: _recovery,
    Setting.MAIL: lambda s: _if("live_without_mail", missing=not s.mail_leaves),
    Setting.PLAYED: lambda s: _if("live_without_play", missing=not s.opened),
}

# What of all that a city sets up it cannot go live without.
ESSENTIAL = tuple(setting for setting in Setting if setting in _MISSING)
