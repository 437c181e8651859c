"""Questions about what people follow."""

from __future__ import annotations

from collections.abc import Iterable

from mix.data.models import Challenge, Follow, Person
from mix.readers.case.challenges import list_cities
from mix.readers.core.rows import get_row
from mix.rules.market.following import Subject, told


def list_follows(person: Person) -> list[Follow]:
    """List what somebody follows, the latest first."""
    return list(person.follows.select_related("city").order_by("-begun_at", "-id"))


def get_follow(person: Person, item: str) -> Follow:
    """Return something that somebody follows. Raises Unknown."""
    return get_row(person.follows.all(), item)


def list_followers(challenge: Challenge, said: Iterable[str]) -> list[Person]:
    """List who follows what a call of a challenge is of, given what it says. Two queries, and one for its cities."""
    rows = Follow.objects.filter(person__is_active=True).values_list("person_id", "words", "city__code")
    subjects = [(person, Subject(words, city or "")) for person, words, city in rows]
    found = told(subjects, said, {city.code for city in list_cities(challenge)}) if subjects else frozenset()
    return list(Person.objects.filter(pk__in=found).order_by("id")) if found else []
