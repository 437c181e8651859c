"""A deed: who acts and when, with the log and the mail. Made where the one durable transaction is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from mix.actions.core.events import record, record_on
from mix.actions.core.outbox import tell, tell_address
from mix.data.models import Challenge, Event, Municipality, Person, Step
from mix.readers.core.actors import Actor
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import Refused, Unmet

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deed:
    """What every verb of one transaction is given: the actor, and the instant (UTC) at which it happens.

    A deed whose actor is nobody is the program's own, such as a reminder or a closing that an outage moves.
    """

    actor: Actor
    now: datetime

    def record(
        self,
        verb: str,
        *,
        subject_type: str,
        subject: str,
        role: str = "",
        challenge: Challenge | None = None,
        chain: str = "",
        payload: dict[str, Any] | None = None,
        reason: str = "",
    ) -> Event:
        """Append one event to the chain that is named, else to that of the challenge's lead city, else the instance's.

        Holds the head of that chain locked until the transaction ends.
        """
        return record(
            verb,
            actor=self.actor,
            now=self.now,
            subject_type=subject_type,
            subject=subject,
            role=role,
            challenge=challenge,
            chain=chain,
            payload=payload,
            reason=reason,
        )

    def record_on(
        self, step: Step, verb: str, *, role: str = "", payload: dict[str, Any] | None = None, reason: str = ""
    ) -> Event:
        """Append an event whose subject is a step, as CHALLENGE/step."""
        return record_on(step, verb, actor=self.actor, now=self.now, role=role, payload=payload, reason=reason)

    def tell(
        self,
        people: Iterable[Person],
        code: str,
        *,
        challenge: Challenge | None = None,
        of: Municipality | None = None,
        path: str = "",
        reply_to: str = "",
        **params: str | Wording,
    ) -> None:
        """Write one mail to each person; it leaves once the transaction holds. `code` is a key of the mails.

        It is a mail of the city `of`, where it is about no challenge.
        """
        tell(people, code, now=self.now, challenge=challenge, of=of, path=path, reply_to=reply_to, **params)

    def tell_address(
        self,
        email: str,
        code: str,
        *,
        language: str,
        path: str,
        of: Municipality | None = None,
        **params: str | Wording,
    ) -> None:
        """Write one mail to somebody who has no account yet; the actor gets the answer, or hears that none comes."""
        tell_address(email, code, language=language, now=self.now, path=path, of=of, writer=self.actor.person, **params)

    @staticmethod
    def must(found: T | None, code: str, *, field: str = "", place: str = "", **params: str) -> T:
        """Return what must be there. Raises Refused with the code where it is not."""
        if found is None:
            raise Refused(Unmet(code, params, field, place))
        return found
