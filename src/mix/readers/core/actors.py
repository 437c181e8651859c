"""Who acts, as the permission table sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mix.data.models import Person
from mix.readers.core.errors import Unknown
from mix.rules.core.access import Role
from mix.rules.core.kinds import Origin


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as the permission table sees it; `person` None is the public.

    `on_trial` are those of its cities that have not gone live. `sits`: it has a seat on a panel; whoever sits from
    outside of the cities has no duty, and that only while the panel is at work.
    `origin` marks what a replay or a record of history does; `recorded_at` is when that was entered.
    """

    person: Person | None = None
    duties: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    vendors: frozenset[int] = frozenset()
    on_trial: frozenset[str] = frozenset()
    sits: bool = False
    origin: Origin = Origin.LIVE
    recorded_at: datetime | None = None

    @property
    def code(self) -> str:
        """The code that the log keeps."""
        return self.person.code if self.person else "public"

    @property
    def someone(self) -> Person:
        """The person, where an act needs one. Raises Unknown for the public."""
        if self.person is None:
            raise Unknown
        return self.person

    @property
    def is_staff(self) -> bool:
        """Say whether the person works for any city."""
        return bool(self.duties)

    def roles_at(self, municipality: str) -> frozenset[Role]:
        """Return the duties in one city, plain staff included."""
        held = self.duties.get(municipality, frozenset())
        return held | {Role.STAFF} if held else held

    def all_roles(self) -> frozenset[Role]:
        """Return every duty in any city, evaluator where there is a seat, and vendor where there is a membership."""
        held = frozenset(role for roles in self.duties.values() for role in roles)
        held |= {Role.EVALUATOR} if self.sits else set()
        return held | {Role.VENDOR} if self.vendors else held


PUBLIC = Actor()
