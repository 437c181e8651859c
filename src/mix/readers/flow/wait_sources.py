"""Where what waits stands in the tables: one entry for each kind of it."""

from __future__ import annotations

from collections.abc import Iterable

from mix.readers.flow.wait_rows import Source
from mix.readers.flow.waits_of_choosing import CHOOSING
from mix.readers.flow.waits_of_delivering import DELIVERING
from mix.rules.core.access import Role
from mix.rules.flow.waits import RANKS, Doing

# In the order of what there is to do: among what is due at one instant, the lower number comes first.
SOURCES = tuple(sorted((*CHOOSING, *DELIVERING), key=lambda source: RANKS[source.doing]))
# What would tell a city who answers a call before it is opened: it stands on the vendor's own page alone.
SEALED = frozenset({Doing.HAND_IN, Doing.CONFIRM_ADDENDUM, Doing.ANSWER_MERGER, Doing.ANSWER_TOGETHER})


def for_city(roles: Iterable[Role], *, drives: bool) -> tuple[Source, ...]:
    """Return the sources that somebody with these duties is asked about: all of a city's, if they lead challenges."""
    held = frozenset(roles)
    return tuple(
        s
        for s in SOURCES
        if s.doing not in SEALED
        and s.doing is not Doing.GIVE_BACK_DATA  # nobody is chased for what is due only later; past that, the city acts
        and (drives or s.ways.person or (not s.by_vendor and s.roles & held))
    )


def for_vendor() -> tuple[Source, ...]:
    """Return the sources that a vendor is asked about: what it owes, and what of the city's it is told."""
    return tuple(s for s in SOURCES if s.ways.vendor and (s.by_vendor or s.told))
