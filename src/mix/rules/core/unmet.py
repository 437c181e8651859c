"""What a rule answers when something is missing: codes with parameters, never prose."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that stands in the way.

    `code` is a key of `mix.phrases.refusals`, `params` fill its sentence, `where` is an anchor or a page code that
    supplies what is missing ("" where nothing can be done).
    """

    code: str
    params: dict[str, str] = field(default_factory=dict)
    where: str = ""


class Refused(Exception):
    """A verb that did not happen, with everything that was unmet."""

    def __init__(self, *unmet: Unmet) -> None:
        super().__init__(", ".join(u.code for u in unmet))
        self.unmet: tuple[Unmet, ...] = unmet


def refuse_if(unmet: Iterable[Unmet]) -> None:
    """Raise `Refused` with everything unmet, or do nothing."""
    found = tuple(unmet)
    if found:
        raise Refused(*found)


def require(*, holds: bool, code: str, where: str = "", **params: str) -> None:
    """Raise `Refused` with one code unless the condition holds."""
    if not holds:
        raise Refused(Unmet(code, params, where))
