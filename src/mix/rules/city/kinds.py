"""What a step kind is: all that differs from kind to kind, in one registration that each layer asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from mix.rules.city.policy.documents import Moment
from mix.rules.city.policy.lint import Hit
from mix.rules.core.access import Permission
from mix.rules.core.fields import Said
from mix.rules.core.kinds import StepKind
from mix.rules.core.unmet import Unmet

# The rows, deeds and pages of the layers above, which the rules do not know.
StepT = TypeVar("StepT")
ChallengeT = TypeVar("ChallengeT")
ActorT = TypeVar("ActorT")
DeedT = TypeVar("DeedT")
PanelT = TypeVar("PanelT")

Facts: TypeAlias = tuple[Mapping[str, Any], tuple[Hit, ...]]


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[StepT, ChallengeT, ActorT, DeedT, PanelT]):
    """A step kind. Nothing has a default: whoever adds one answers every question.

    - permission: what a person needs to carry a step to its gate
    - moment: the moment at which policy judges it
    - chooses: whether it rests on it with whom later steps are
    - facts: what policy learns from the step at hand, and what its words may exclude
    - unmet: what a step lacks before its gate; unmet_to_proceed: what forbids *proceed* there
    - preparers: the codes of those who prepared what its gate decides on, beside the authors of its artifact
    - waits_for: whether it waits for the word of somebody who need not own it; `nobody` where it never does
    - on_done: what its end does, with the public summary of its gate
    - record: its files in the bundle of a case, by their names
    - panel: its acts and context on the page of a step; template: how that is drawn
    - is_wide: whether that takes the room of what stands beside it
    """

    key: str
    permission: Permission
    moment: Moment
    chooses: bool
    facts: Callable[[StepT, datetime], Facts]
    unmet: Callable[[StepT, datetime], tuple[Unmet, ...]]
    unmet_to_proceed: Callable[[StepT], tuple[Unmet, ...]]
    preparers: Callable[[StepT], frozenset[str]]
    waits_for: Callable[[StepT, ActorT], bool]
    on_done: Callable[[DeedT, StepT, Said], None]
    record: Callable[[ChallengeT], Mapping[str, Any]]
    panel: PanelT
    template: Path
    is_wide: bool


def nobody(_step: object, _actor: object) -> bool:
    """Say of a step that it waits for nobody's word but its owner's and its gate's."""
    return False


AnyKind: TypeAlias = Kind[Any, Any, Any, Any, Any]
REGISTERED: dict[str, AnyKind] = {}


class KindTaken(Exception):
    """Two kinds have one key."""


def register(kind: AnyKind) -> None:
    """Let methods be made of a kind, once the program has started. Raises KindTaken."""
    if kind.key in REGISTERED:
        raise KindTaken(kind.key)
    REGISTERED[kind.key] = kind


def kind_of(key: str) -> AnyKind:
    """Return the kind of this key. Raises KeyError."""
    return REGISTERED[key]


def is_known(key: str) -> bool:
    """Say whether a method may name this kind. Ours are known to a program that did not start, and checks a file."""
    return key in REGISTERED or key in set(StepKind)
