"""Questions about needs: a city's, those that wait, one."""

from __future__ import annotations

from typing import TypeAlias

from django.db.models import Case, Q, QuerySet, When

from mix.data.asked import asked
from mix.data.models import (
    Need,
    Person,
)
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.paging import Page, keyed, page_by_keys
from mix.rules.core.kinds import NeedState

Texts: TypeAlias = tuple[str, ...]


def page_needs(actor: Actor, page: int, *, text: str = "", state: str = "") -> Page[Need]:
    """Return a page of the needs of the cities that the actor works for, open ones first, then the latest.

    Of one state, with all of some words, where they are asked for.
    """
    keys = _own_needs(tuple(actor.duties), (state,) if state else (), tuple(text.split()[:8]))
    return page_by_keys(keys, page, _needs)


def page_open_needs(actor: Actor, *, everybodys: bool) -> Page[Need]:
    """Return the first page of the needs that are open: everybody's, or those that the actor reported."""
    return page_by_keys(_open_needs(tuple(actor.duties), () if everybodys else (actor.someone,)), 1, _needs)


@keyed
def _own_needs(cities: Texts, states: Texts, words: Texts) -> QuerySet[Need]:
    rows = Need.objects.filter(municipality__code__in=cities)
    if states:
        rows = rows.filter(state__in=states)
    for word in words:
        rows = rows.filter(Q(title__icontains=word) | Q(what__icontains=word))
    return rows.order_by(Case(When(state=NeedState.OPEN, then=0), default=1), "-reported_at", "id")


@keyed
def _open_needs(cities: tuple[str, ...], reporters: tuple[Person, ...]) -> QuerySet[Need]:
    rows = Need.objects.filter(municipality__code__in=cities, state=NeedState.OPEN).order_by("-reported_at", "id")
    return rows.filter(reported_by__in=reporters) if reporters else rows


@asked
def _needs(keys: tuple[int, ...]) -> QuerySet[Need]:
    around = ("municipality", "department", "reported_by", "challenge", "merged_into")
    return Need.objects.filter(pk__in=keys).select_related(*around)


def get_need(code: str, *, actor: Actor) -> Need:
    """Return a need of a city that the actor works for. Raises Unknown."""
    found = (
        Need.objects.filter(code=code, municipality__code__in=actor.duties)
        .select_related("municipality", "department", "reported_by", "challenge", "merged_into")
        .first()
    )
    if found is None:
        raise Unknown
    return found


def list_mergeable(need: Need) -> list[Need]:
    """List the other open needs of the same city, by title."""
    rows = Need.objects.filter(municipality=need.municipality_id, state=NeedState.OPEN).exclude(pk=need.pk)
    return list(rows.order_by("title", "id"))
