"""From which challenges another may begin, what it takes from one, and what of that its documents begin with."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Document, DocumentVersion, Municipality, Step
from mix.readers.case.carrying import gather_sources
from mix.readers.case.challenges import (
    check,
    cities_of,
    list_steps,
    method_for,
    of_cities,
    public_challenges,
    roles_in,
    spec_of,
)
from mix.readers.case.documents import latest_contents
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.once import once
from mix.rules.case.copying import begins_with
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, grants
from mix.rules.core.kinds import Origin, StepState


def is_of_city(source: Challenge, city: Municipality) -> bool:
    """Say whether all of a challenge may be taken by one of a city, not only what is public: the city leads both."""
    return source.municipality_id == city.pk


def get_source(code: str, *, city: Municipality, actor: Actor) -> Challenge:
    """Return a challenge from which the actor may begin one of a city.

    It is the city's own, or public and over; one on trial begins none that is not. Raises Unknown, Forbidden.
    """
    rows = Challenge.objects.filter(code=code).exclude(origin=Origin.HISTORY)
    found = rows.select_related("municipality", "method").defer("method__document").first()
    if found is None or (found.is_trial and not city.is_on_trial):
        raise Unknown
    if is_of_city(found, city):
        check(found, actor=actor, needs=Permission.CHALLENGE_READ)
    elif not _finished().filter(pk=found.pk).exists():
        raise Unknown
    return found


def list_sources(cities: Collection[Municipality], *, actor: Actor) -> list[Challenge]:
    """List the challenges from which the actor may begin one of some cities: their own, then all others; latest first.

    Which of the cities may begin from one on trial is asked of `get_source`.
    """
    lead, _partner = cities_of(actor, Permission.CHALLENGE_READ)
    own = of_cities([c.code for c in cities if c.code in lead], ())
    if not any(c.is_on_trial for c in cities):
        own = own.filter(is_trial=False)
    keys = list(own.order_by("-commissioned_at", "id").values_list("pk", flat=True))
    others = _finished().exclude(pk__in=keys).order_by("-commissioned_at", "id")
    keys += others.values_list("pk", flat=True)
    found = {c.pk: c for c in Challenge.objects.filter(pk__in=keys).select_related("municipality")}
    return [found[key] for key in keys]


def _finished() -> QuerySet[Challenge]:
    """Return the public challenges that ran here and are over."""
    return public_challenges().exclude(status=ChallengeStatus.RUNNING).exclude(origin=Origin.HISTORY)


def gather_contents(source: Challenge, *, public: bool) -> dict[str, dict[str, Any]]:
    """Return the documents of a source by the keys of their steps; where its city is another, those that are done.

    The caller takes what is public of them (`rules.case.copying`).
    """
    contents = latest_contents(source)
    done = {step.key for step in list_steps(source) if step.state == StepState.DONE}
    return {key: content for key, content in contents.items() if not public or key in done}


@once
def gather_copies(step: Step) -> dict[str, Any]:
    """Return what of another challenge the first version of a document begins with, by field."""
    if step.challenge.begun_from_id is None:
        return {}
    kept: Mapping[str, Any] = Document.objects.filter(step=step).values_list("copies", flat=True).first() or {}
    return begins_with(method_for(step.challenge), spec_of(step).fields, kept, gather_sources(step))


def list_copied(step: Step, content: Mapping[str, Any], version: DocumentVersion | None) -> frozenset[str]:
    """Return the fields that say what was copied, and that nobody confirmed, of the answers at hand."""
    if version is None:
        return frozenset(key for key, value in gather_copies(step).items() if content.get(key) == value)
    return frozenset(key for key in version.copied if content.get(key) == version.content.get(key))


def find_beginning(challenge: Challenge, *, actor: Actor) -> Challenge | None:
    """Return the challenge from which another began, where the actor may read either it or what is public of it."""
    found = next(iter(_rows(challenge.begun_from_id)), None) if challenge.begun_from_id else None
    if found is None or find_public_beginning(challenge) or grants(roles_in(found, actor), Permission.CHALLENGE_READ):
        return found
    return None


@once
def find_public_beginning(challenge: Challenge) -> Challenge | None:
    """Return the challenge from which another began, where everybody may know of it."""
    if challenge.begun_from_id is None:
        return None
    return public_challenges().filter(pk=challenge.begun_from_id).select_related("municipality").first()


@asked
def _rows(pk: int) -> QuerySet[Challenge]:
    return Challenge.objects.filter(pk=pk).select_related("municipality")


def may_begin_from(challenge: Challenge, *, cities: Sequence[Municipality], actor: Actor) -> bool:
    """Say whether the actor may begin a challenge of one of some cities from another."""
    for city in cities:
        try:
            get_source(challenge.code, city=city, actor=actor)
        except Unknown:
            continue
        return True
    return False
