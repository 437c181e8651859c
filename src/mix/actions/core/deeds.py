"""A deed: who acts and when, with the log and the mail. Made where the one durable transaction is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from mix.actions.core.events import record
from mix.actions.core.outbox import tell, tell_address
from mix.data.models import Challenge, Event, Municipality, Person
from mix.readers.core.actors import Actor
from mix.rules.core.fields import Said, Wording, as_wording
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
        about: Model,
        *,
        subject: str = "",
        role: str = "",
        challenge: Challenge | None = None,
        chain: str = "",
        payload: dict[str, Any] | None = None,
        reason: str = "",
    ) -> Event:
        """Append one event about a row, to the chain on which that row stands unless another is named.

        `subject` names what of the row it is about. Holds the head of that chain locked until the transaction ends.
        """
        return record(
            verb,
            about,
            actor=self.actor,
            now=self.now,
            subject=subject,
            role=role,
            challenge=challenge,
            chain=chain,
            payload=payload,
            reason=reason,
        )

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
    def written(text: Said, *, field: str) -> Wording:
        """Return a text that must be there, by language. Raises Refused where nothing was written."""
        if (wording := as_wording(text)) is None:
            raise Refused(Unmet("answer_missing", field=field))
        return wording

    @staticmethod
    def must(found: T | None, code: str, *, field: str = "", place: str = "", **params: str) -> T:
        """Return what must be there. Raises Refused with the code where it is not."""
        if found is None:
            raise Refused(Unmet(code, params, field, place))
        return found
