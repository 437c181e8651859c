"""Search for staff: over what they may see of cases, documents, vendors, people and the log, and nothing beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any

from django.conf import settings
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from mix.data.models import Challenge, DocumentVersion, Event, Person, StaffRole, Vendor
from mix.phrases.words import WORDS, word
from mix.readers.case.challenges import cities_of, of_cities
from mix.readers.core.actors import Actor
from mix.readers.core.events import SEALED, withheld
from mix.readers.core.paging import Page, page_of
from mix.rules.core.access import Permission

MOST = 8  # words that are searched for
FEW = 5  # of each kind, where all kinds are shown
SHORTEST = 2  # letters; less finds everything


class Found(StrEnum):
    """What is searched in."""

    CASES = "cases"
    DOCUMENTS = "documents"
    VENDORS = "vendors"
    PEOPLE = "people"
    LOG = "log"


@dataclass(frozen=True, slots=True)
class Section:
    """What was found of one kind: a page of it."""

    kind: Found
    page: Page[Any]


def words_of(text: str) -> tuple[str, ...]:
    """Return the words that are searched for."""
    return tuple(one for one in text.split()[:MOST] if len(one) >= SHORTEST)


def search(actor: Actor, text: str, *, kind: Found | None = None, number: int = 1) -> list[Section]:
    """Search everything that the actor may see, the first of each kind; or a page of one kind. Two queries a kind."""
    words = words_of(text)
    if not words or not actor.duties:
        return []
    kinds = [kind] if kind else list(Found)
    size = {} if kind else {"size": FEW}
    return [Section(one, page_of(_IN[one](actor, words), number, **size)) for one in kinds]


def _each(words: Sequence[str], *columns: str) -> Q:
    """Return that every word stands in one of the columns."""
    return reduce(and_, (reduce(or_, (Q(**{f"{column}__icontains": one}) for column in columns)) for one in words))


def _challenges(actor: Actor, needs: Permission = Permission.CHALLENGE_READ) -> QuerySet[Challenge]:
    return of_cities(*cities_of(actor, needs))


def _cases(actor: Actor, words: Sequence[str]) -> QuerySet[Any]:
    others = [code for code, _ in settings.LANGUAGES if code != "en"]
    columns = [f"translations__{code}__{name}" for code in others for name in ("title", "question")]
    found = _challenges(actor).filter(_each(words, "title", "question", "code", *columns))
    return found.select_related("municipality").order_by("-commissioned_at", "id")


def _documents(actor: Actor, words: Sequence[str]) -> QuerySet[Any]:
    """Find words in documents as they stand now. One database keeps letters beyond English as JSON writes them."""
    latest = DocumentVersion.objects.filter(document=OuterRef("document")).order_by("-number").values("id")[:1]
    rows = DocumentVersion.objects.filter(
        document__step__challenge__in=_challenges(actor).order_by().values("pk"), id=Subquery(latest)
    ).annotate(text=Cast("content", TextField()))
    for one in words:
        rows = rows.filter(Q(text__icontains=one) | Q(text__icontains=json.dumps(one)[1:-1]))
    rows = rows.select_related("document__step__challenge__method", "author").order_by("-saved_at", "id")
    return rows.defer("document__step__challenge__method__document")


def _vendors(_actor: Actor, words: Sequence[str]) -> QuerySet[Any]:
    """Find vendors by what anybody may know of them; never by what they answered."""
    found = Vendor.objects.filter(_each(words, "name", "place", "capability"), merged_into=None)
    return found.order_by("name", "id")


def _people(actor: Actor, words: Sequence[str]) -> QuerySet[Any]:
    here = StaffRole.objects.filter(municipality__code__in=actor.duties, ended_at=None)
    found = Person.objects.filter(_each(words, "name", "email"), staff_roles__in=here, is_active=True)
    return found.annotate(city=Max("staff_roles__municipality__code")).order_by("name", "id")


def _log(actor: Actor, words: Sequence[str]) -> QuerySet[Any]:
    """Find entries of the log of one's challenges: not what is sealed, nor what tells of a scoring under way."""
    codes = _challenges(actor, Permission.LOG_READ).order_by().values("code")
    said = reduce(and_, (_in_log(word) for word in words))
    rows = Event.objects.filter(said, challenge__in=codes)
    return rows.exclude(chain__code__startswith=SEALED).exclude(withheld()).order_by("-happened_at", "-id")


def _in_log(text: str) -> Q:
    """Find a word in what an entry says, and in what its verb is called in any language."""
    called = [
        verb for verb in WORDS["verb"] for code, _ in settings.LANGUAGES if text.casefold() in _called(verb, code)
    ]
    return Q(reason__icontains=text) | Q(subject__icontains=text) | Q(verb__in=called)


def _called(verb: str, language: str) -> str:
    return word("verb", verb, language).casefold()


_IN: dict[Found, Callable[[Actor, Sequence[str]], QuerySet[Any]]] = {
    Found.CASES: _cases,
    Found.DOCUMENTS: _documents,
    Found.VENDORS: _vendors,
    Found.PEOPLE: _people,
    Found.LOG: _log,
}
