"""Publishing takes two people: one hands a call over, another publishes it."""

from datetime import datetime
from typing import Any

from mix.actions.core.run import run
from mix.actions.flow.publication import hand_over, publish
from mix.data.models import Person, Solicitation
from mix.readers.city.people import actor_for


def publish_in_two_hands(call: Solicitation, now: datetime, *, then: str = "martin", **terms: Any) -> Solicitation:
    """Let Olivia hand a call over and another person publish it."""
    olivia, other = (actor_for(Person.objects.get(code=code)) for code in ("olivia", then))
    run(olivia, now, hand_over, call, **terms)
    return run(other, now, publish, call)
