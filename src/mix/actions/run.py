"""The one durable transaction in which verbs run."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from mix.readers.people import Actor

T = TypeVar("T")


def run(verb: Callable[..., T], *subject: Any, actor: Actor, now: datetime, **facts: Any) -> T:  # noqa: ANN401 - the verb's own
    """Run one verb so that it happens whole or not at all. Raises what the verb raises."""
    with transaction.atomic(durable=True):
        return verb(*subject, actor=actor, now=now, **facts)
