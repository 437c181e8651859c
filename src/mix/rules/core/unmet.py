"""What a rule answers when something is missing: codes with parameters, never prose."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as dataclass_field


@dataclass(frozen=True, slots=True)
class Unmet:
    """One thing that stands in the way.

    `code` is a key of `mix.phrases.refusals`, `params` fill its sentence. What is missing is supplied in a form field,
    named by its key in `field`, or in another part of a page, named by a noun in `place`; neither where nothing helps.
    """

    code: str
    params: dict[str, str] = dataclass_field(default_factory=dict)
    field: str = ""
    place: str = ""


class Refused(Exception):
    """A verb that did not happen, with everything that was unmet."""

    def __init__(self, *unmet: Unmet) -> None:
        super().__init__(", ".join(u.code for u in unmet))
        self.unmet: tuple[Unmet, ...] = unmet


class Outdated(Refused):
    """A refusal because what it is about changed after the page was drawn that asks for it. The page is shown anew."""


def refuse_if(unmet: Iterable[Unmet]) -> None:
    """Raise `Refused` with everything unmet, or do nothing."""
    found = tuple(unmet)
    if found:
        raise Refused(*found)


def require(
    condition: bool,  # noqa: FBT001 - what is asserted, not a switch
    code: str,
    *,
    field: str = "",
    place: str = "",
    **params: str,
) -> None:
    """Raise `Refused` with one code unless the condition holds."""
    if not condition:
        raise Refused(Unmet(code, params, field, place))
