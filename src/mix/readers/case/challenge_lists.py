"""Lists of challenges, by pages: the public ones, searched, ended or measured; a city's; a vendor's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import TypeAlias

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When

from mix.data.asked import asked
from mix.data.models import (
    Challenge,
    Municipality,
    Notice,
)
from mix.readers.case.challenges import cities_of, of_cities, of_vendors, public_challenges
from mix.readers.core.actors import Actor
from mix.readers.core.paging import SIZE, Page, keyed, page_by_keys
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission
from mix.rules.core.kinds import Origin

Texts: TypeAlias = tuple[str, ...]


def page_public_challenges(page: int, *, city: str = "", text: str = "", status: str = "") -> Page[Challenge]:
    """Return a page of the public challenges, latest first; searched in title, question, city and notices."""
    words = tuple(text.split()[:8])
    keys = _public_challenges((city,) if city else (), (status,) if status else (), words)
    return page_by_keys(keys, page, fetch_challenges)


@keyed
def _public_challenges(cities: tuple[str, ...], states: tuple[str, ...], words: tuple[str, ...]) -> QuerySet[Challenge]:
    found = public_challenges().order_by("-commissioned_at", "id")
    for city in cities:
        found = found.filter(cities__municipality__code=city)
    if states:
        found = found.filter(status__in=states)
    for word in words:
        found = found.filter(
            Q(title__icontains=word)
            | Q(question__icontains=word)
            | Q(municipality__name__icontains=word)
            | Q(Exists(_notices_with(word)))
            | _in_translation(word)
        )
    return found


def _notices_with(word: str) -> QuerySet[Notice]:
    """Return the notices of the challenge at hand that name something: what is asked, or who was awarded it."""
    return Notice.objects.filter(challenge=OuterRef("pk")).filter(
        Q(text__icontains=word) | Q(details__supplier__icontains=word)
    )


def _in_translation(word: str) -> Q:
    """Find a word in what stands in other languages than English."""
    codes = [code for code, _ in settings.LANGUAGES if code != "en"]
    places = [f"translations__{code}__{column}__icontains" for code in codes for column in ("title", "question")]
    return reduce(or_, (Q(**{place: word}) for place in places), Q())


def list_public_codes(most: int) -> list[str]:
    """List the codes of the latest public challenges, whatever became of them."""
    return list(public_challenges().order_by("-commissioned_at", "id").values_list("code", flat=True)[:most])


def page_measured_challenges(page: int) -> Page[Challenge]:
    """Return a page of the public challenges that ran here, latest first: those of which the record says all."""
    return page_by_keys(_measured_challenges(), page, fetch_challenges)


@keyed
def _measured_challenges() -> QuerySet[Challenge]:
    return public_challenges().exclude(origin=Origin.HISTORY).order_by("-commissioned_at", "id")


def page_ended_challenges(page: int, *, size: int = SIZE) -> Page[Challenge]:
    """Return a page of the public challenges that run no more, and of the cases of the record, latest first."""
    return page_by_keys(_ended_challenges(), page, fetch_challenges, size=size)


def list_ended_challenges(most: int) -> list[Challenge]:
    """List the first of what `page_ended_challenges` returns."""
    return page_ended_challenges(1, size=most).rows


@keyed
def _ended_challenges() -> QuerySet[Challenge]:
    found = public_challenges().exclude(status=ChallengeStatus.RUNNING, origin__in=[Origin.LIVE, Origin.REPLAY])
    return found.order_by("-commissioned_at", "id")


@asked
def fetch_challenges(keys: tuple[int, ...]) -> QuerySet[Challenge]:
    """Fetch challenges by their keys, in no order; the caller knows that they may be read."""
    return Challenge.objects.filter(pk__in=keys).select_related("municipality", "method").defer("method__document")


def list_own_challenges(actor: Actor) -> list[Challenge]:
    """List what was ever run here of what the actor may read in its cities, running ones first, then the latest."""
    return list(_own_challenges(*cities_of(actor, Permission.CHALLENGE_READ)).select_related("municipality"))


def page_own_challenges(
    actor: Actor,
    page: int,
    *,
    needs: Permission = Permission.CHALLENGE_READ,
    text: str = "",
    status: str = "",
    by_title: bool = False,
) -> Page[Challenge]:
    """Return a page of the challenges that the actor may read in its cities: of one state, with all of some words.

    Running ones first, then the latest; or by their titles.
    """
    keys = _own_by_title if by_title else _own_keys
    found = keys(*cities_of(actor, needs), (status,) if status else (), tuple(text.split()[:8]))
    return page_by_keys(found, page, fetch_challenges)


@keyed
def _own_by_title(lead: Texts, partner: Texts, states: Texts, words: Texts) -> QuerySet[Challenge]:
    return _own_with(lead, partner, states, words).order_by("title", "id")


@keyed
def _own_keys(lead: Texts, partner: Texts, states: Texts, words: Texts) -> QuerySet[Challenge]:
    return _own_with(lead, partner, states, words)


def _own_with(lead: Texts, partner: Texts, states: Texts, words: Texts) -> QuerySet[Challenge]:
    rows = _own_challenges(lead, partner)
    if states:
        rows = rows.filter(status__in=states)
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(question__icontains=word) | _in_translation(word))
    return rows


def _own_challenges(lead: Sequence[str], partner: Sequence[str]) -> QuerySet[Challenge]:
    """Return the challenges in which a duty in the lead city, or work for a partner city, gives a permission.

    Cases of the public record were not run here and belong to nobody.
    """
    rows = of_cities(lead, partner)
    return rows.order_by(Case(When(status=ChallengeStatus.RUNNING, then=0), default=1), "-commissioned_at", "id")


def list_led_by(city: Municipality, *, running: bool = False, most: int | None = None) -> list[Challenge]:
    """List the challenges that a city leads, or those of them that run; latest first."""
    rows = Challenge.objects.filter(municipality=city).order_by("-commissioned_at")
    if running:
        rows = rows.filter(status=ChallengeStatus.RUNNING)
    return list(rows[:most])


def page_vendor_challenges(vendor_ids: Iterable[int], page: int) -> Page[Challenge]:
    """Return a page of the challenges in which the vendors take part, latest first."""
    return page_by_keys(_keys_with(tuple(vendor_ids)), page, fetch_challenges)


@keyed
def _keys_with(vendors: tuple[int, ...]) -> QuerySet[Challenge]:
    return of_vendors(vendors)


def list_running_with(vendor_ids: Iterable[int]) -> list[Challenge]:
    """List the running challenges in which the vendors take part, latest first."""
    return _running_with(tuple(vendor_ids))


@asked
def _running_with(vendors: tuple[int, ...]) -> QuerySet[Challenge]:
    return of_vendors(vendors).filter(status=ChallengeStatus.RUNNING).prefetch_related("steps")
