"""Verbs on what people follow. It is nobody else's: the log does not speak of it."""

from __future__ import annotations

from mix.actions.core.deeds import Deed
from mix.data.models import Follow, Municipality, Solicitation
from mix.phrases.mails import local_text
from mix.readers.market.following import list_followers
from mix.readers.market.solicitations import spec_of_call
from mix.rules.core.fields import Wording
from mix.rules.core.lines import address_in
from mix.rules.core.unmet import require
from mix.rules.market.following import LENGTH, MOST, WORDS


def follow(deed: Deed, *, words: str = "", city: Municipality | None = None) -> Follow:
    """Follow calls that say some words, of one city, or both. What one follows already stays one."""
    person, subject = deed.actor.someone, " ".join(words.split())
    require(bool(subject) or city is not None, "follow_nothing", field="words")
    require(len(subject) <= LENGTH and len(subject.split()) <= WORDS, "follow_too_long", field="words")
    rows = Follow.objects.filter(person=person)
    found = rows.filter(words=subject, city=city).first()
    if found:
        return found
    require(rows.count() < MOST, "follow_too_many", most=str(MOST))
    return Follow.objects.create(person=person, words=subject, city=city, begun_at=deed.now)


def unfollow(deed: Deed, found: Follow) -> None:
    """Follow something no longer."""
    Follow.objects.filter(pk=found.pk, person=deed.actor.someone).delete()


def tell_followers(deed: Deed, call: Solicitation, text: Wording) -> int:
    """Tell those who follow what a call is of that it is out, where everybody may answer it. Inside another verb.

    Returns how many are told. Of a challenge on trial nobody outside hears.
    """
    challenge = call.step.challenge
    if spec_of_call(call).open_to is not None or challenge.is_trial:
        return 0
    said = [*challenge.wording("title").texts.values(), *challenge.wording("question").texts.values()]
    people = list_followers(challenge, [*said, *text.texts.values()])
    deed.tell(
        people,
        "call_followed",
        challenge=challenge,
        path=f"calls/{call.reference}/",
        city=challenge.municipality.wording("name"),
        closes=local_text(call.closes_at, call.zone),
        reply_to=address_in(call.contact),
    )
    return len(people)
