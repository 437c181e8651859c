"""How a table says that something waits: which rows, for whom, since when and until when."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import DateTimeField, Model, Q

from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.flow.waits import Doing


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways from a row to what it says: columns, or foreign keys.

    - city: whose people owe it; challenge, step: the challenge, and its step's key
    - at: the code by which a page of its own is found
    - person: whom it waits for, where it waits for nobody by a duty
    - vendor: the vendor that it is about
    """

    city: str = "municipality"
    challenge: str = ""
    step: str = ""
    at: str = ""
    person: str = ""
    vendor: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Rows that wait for somebody, and the columns that say so.

    - is_open: which rows wait; `after`: the column whose instant must be past, `before`: the one that must not
    - since, until: columns, days of the city or instants
    - roles: the duties that may do it there
    - but: the ways to people who may not, since they asked
    - by_vendor: its vendor owes it; told: its vendor knows that the city owes it
    - even_ended: whether it waits in a challenge that runs no more, too
    """

    doing: Doing
    model: type[Model]
    is_open: Q
    since: str
    until: str = ""
    after: str = ""
    before: str = ""
    ways: Ways = Ways()
    roles: frozenset[Role] = frozenset()
    but: tuple[str, ...] = ()
    by_vendor: bool = False
    told: bool = False
    even_ended: bool = False

    def is_day(self, column: str) -> bool:
        """Say whether a column holds days of the city; else it holds instants."""
        model, *rest = self.model, *column.split("__")
        for name in rest[:-1]:
            model = model._meta.get_field(name).related_model  # type: ignore[assignment]  # noqa: SLF001 - a way through foreign keys alone, by Django's public name
        return not isinstance(model._meta.get_field(rest[-1]), DateTimeField)  # noqa: SLF001 - Django's public name of it

    @property
    def is_running(self) -> Q:
        """Return that the challenge of a row still runs, where it is of one."""
        if not self.ways.challenge or self.even_ended:
            return Q()
        return Q(**{f"{self.ways.challenge}__status": ChallengeStatus.RUNNING.value})


def by(permission: Permission) -> frozenset[Role]:
    """Return the duties that carry a permission."""
    return TABLE[permission]
