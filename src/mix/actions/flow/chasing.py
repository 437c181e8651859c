"""Asking again: one act that is a mail to whoever something waits for, and a line of the log."""

from __future__ import annotations

from django.conf import settings

from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import Challenge
from mix.phrases.waits import wait_sentence
from mix.readers.core.errors import Unknown
from mix.readers.flow.wait_names import asked_again_at, list_owing
from mix.readers.flow.waits import gather_waits
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.unmet import refuse_if, require
from mix.rules.flow.waits import place_of, unmet_to_ask_again


def ask_again(deed: Deed, *, item: str) -> int:
    """Ask again for something that others owe in a challenge that the actor leads; once a day. Returns how many heard.

    `item` is the name of what waits. Raises Unknown where it waits no more, Refused where they were asked today.
    """
    wait = next((w for w in gather_waits(deed.actor, now=deed.now).others if w.name == item), None)
    if wait is None or wait.challenge is None:
        raise Unknown
    found = Challenge.objects.get(pk=wait.challenge)
    challenge, role = lock_challenge(found, actor=deed.actor, needs=Permission.CHALLENGE_READ, running=False)
    refuse_if(unmet_to_ask_again(asked_again_at(challenge, wait), now=deed.now))
    people = list_owing(wait)
    require(bool(people), "nobody_to_ask")
    deed.tell(
        people,
        "asked_again",
        challenge=challenge,
        path=place_of(wait, challenge=challenge.code),
        what=Wording.of({code: wait_sentence(wait.doing, wait.count, code) for code, _ in settings.LANGUAGES}),
        who=deed.actor.someone.name,
        reply_to=deed.actor.someone.email,
    )
    payload = {"doing": wait.doing.value, "people": [person.code for person in people]}
    deed.record("chasing.ask_again", challenge, subject=wait.name, role=role.value, payload=payload)
    return len(people)
