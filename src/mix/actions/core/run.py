"""The one durable transaction in which verbs run."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from mix.readers.core.actors import Actor
from mix.rules.core.unmet import Refused, Unmet

T = TypeVar("T")
Verb = TypeVar("Verb", bound=Callable[..., Any])


class Noted(Refused):
    """A refusal that is itself recorded: `note` is a verb that runs once what was refused is undone."""

    def __init__(self, unmet: Unmet, note: Callable[..., None]) -> None:
        super().__init__(unmet)
        self.note = note


def run(verb: Callable[..., T], *subject: Any, actor: Actor, now: datetime, **facts: Any) -> T:  # noqa: ANN401 - the verb's own
    """Run one verb so that it happens whole or not at all. Raises what the verb raises."""
    try:
        before = getattr(verb, "before", None)
        if before is not None:
            facts["prepared"] = before(*subject, actor=actor, now=now, **facts)
        with transaction.atomic(durable=True):
            return verb(*subject, actor=actor, now=now, **facts)
    except Noted as error:
        with transaction.atomic(durable=True):
            error.note(actor=actor, now=now)
        raise


def prepared_by(before: Callable[..., Any]) -> Callable[[Verb], Verb]:
    """Have `run` do the slow part of a verb first, outside of the transaction; it comes in as `prepared`."""

    def mark(verb: Verb) -> Verb:
        verb.before = before  # type: ignore[attr-defined]  # read by run
        return verb

    return mark
