"""The one durable transaction in which verbs run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, Generic, ParamSpec, TypeVar

from django.db import transaction

from mix.actions.core.deeds import Deed
from mix.data.models.core.kept import noting_rows
from mix.readers.core.actors import Actor
from mix.rules.core.unmet import Refused, Unmet

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


class Unrecorded(Exception):
    """A verb that left a row of record written after its last line of the log: nothing of it is kept."""


@contextmanager
def whole() -> Iterator[None]:
    """Make one durable transaction; the log commits to every row of record written in it. Raises Unrecorded."""
    with noting_rows() as rest, transaction.atomic(durable=True):
        yield
        if rest:
            raise Unrecorded(", ".join(sorted({model.__name__ for model, _pk in rest})))


class RecordedRefusal(Refused):
    """A refusal that is itself recorded: `note` is a verb that runs once what was refused is undone."""

    def __init__(self, unmet: Unmet, note: Callable[[Deed], object]) -> None:
        super().__init__(unmet)
        self.note = note


@dataclass(frozen=True, slots=True)
class Prepared(Generic[R, P, T]):
    """A verb whose slow part is done before the transaction: `prepare` has no effect that a rollback would undo."""

    verb: Callable[Concatenate[Deed, R, P], T]
    prepare: Callable[Concatenate[Deed, P], R]

    def __call__(self, deed: Deed, *args: P.args, **kwargs: P.kwargs) -> T:
        """Prepare and carry out within a transaction that is there already."""
        return self.verb(deed, self.prepare(deed, *args, **kwargs), *args, **kwargs)


def prepared_by(
    prepare: Callable[Concatenate[Deed, P], R],
) -> Callable[[Callable[Concatenate[Deed, R, P], T]], Prepared[R, P, T]]:
    """Have `run` do the slow part of a verb first, outside of the transaction; it comes in right after the deed."""

    def mark(verb: Callable[Concatenate[Deed, R, P], T]) -> Prepared[R, P, T]:
        return Prepared(verb, prepare)

    return mark


def run(actor: Actor, now: datetime, verb: Callable[Concatenate[Deed, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run one verb so that it happens whole or not at all. Raises what the verb raises."""
    deed = Deed(actor, now)
    try:
        if isinstance(verb, Prepared):
            found = verb.prepare(deed, *args, **kwargs)
            with whole():
                return verb.verb(deed, found, *args, **kwargs)  # type: ignore[no-any-return]  # T is the prepared verb's
        with whole():
            return verb(deed, *args, **kwargs)
    except RecordedRefusal as error:
        with whole():
            error.note(deed)
        raise
