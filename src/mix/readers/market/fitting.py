"""Which open calls a vendor may answer: a page of them at a time, however many are open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from mix.data.asked import asked
from mix.data.models import MethodVersion, Participation, Solicitation
from mix.readers.city.methods import method_on
from mix.readers.core.paging import Keys, Page, keyed, page_by_keys
from mix.readers.market.co_applicants import answered_by
from mix.readers.market.solicitations import fetch_calls, open_calls
from mix.rules.core.kinds import Route, Standing


def page_fitting(vendor_ids: Iterable[int], page: int, *, now: datetime) -> Page[Solicitation]:
    """Return a page of the open calls that some vendor may answer and none has begun, the first to close first.

    Who may answer is as `has_reached` says: who stands high enough there and is not disqualified.
    """
    vendors, kinds = tuple(vendor_ids), _least_standings(now=now)
    if not vendors or not kinds:
        return Page([], 1, 1, 0)
    methods, routes, steps = zip(*kinds, strict=True)
    return page_by_keys(_fitting(tuple(kinds.values()))(now, vendors, methods, routes, steps), page, fetch_calls)


@cache
def _fitting(least: tuple[Standing | None, ...]) -> Callable[..., Keys]:
    """Return the question where the kinds of calls that are open ask for these standings, each for its own."""

    @keyed
    def fitting(
        now: datetime,
        vendors: tuple[int, ...],
        methods: tuple[int, ...],
        routes: tuple[str, ...],
        steps: tuple[str, ...],
    ) -> QuerySet[Solicitation]:
        begun = answered_by(vendors).filter(solicitation=OuterRef("pk"))
        may = [
            _kind(method, route, step) & _open_to(standing, vendors)
            for method, route, step, standing in zip(methods, routes, steps, least, strict=True)
        ]
        return open_calls(now=now).filter(reduce(or_, may), ~Exists(begun))

    return fitting


@asked
def _kinds(now: datetime) -> QuerySet[Solicitation, tuple[int, str, str]]:
    columns = ("step__challenge__method_id", "step__challenge__route", "step__key")
    return open_calls(now=now).order_by().values_list(*columns).distinct()


@asked
def _versions(keys: tuple[int, ...]) -> QuerySet[MethodVersion]:
    return MethodVersion.objects.filter(pk__in=keys).defer("document")


def _least_standings(*, now: datetime) -> dict[tuple[int, str, str], Standing | None]:
    """Return how high one must stand to answer each kind of call, by method version, route and step."""
    kinds = _kinds(now)
    methods = {m.pk: m for m in _versions(tuple(sorted({method for method, _route, _key in kinds})))}
    parts = {(m, r, k): method_on(methods[m], Route(r)).step(k).solicitation for m, r, k in kinds}
    return {kind: part.open_to for kind, part in parts.items() if part}


def _kind(method: int, route: str, key: str) -> Q:
    return Q(step__challenge__method=method, step__challenge__route=route, step__key=key)


def _open_to(least: Standing | None, vendors: Sequence[int]) -> Q:
    """Say of calls whether one of the vendors stands high enough; without a least standing anybody does."""
    there = Participation.objects.filter(challenge=OuterRef("step__challenge"))
    if least is None:
        return reduce(or_, (Q(~Exists(there.filter(vendor=v, disqualified_at__isnull=False))) for v in vendors), Q())
    high = [s.value for s in Standing if s.reaches(least)]
    return Q(Exists(there.filter(vendor_id__in=vendors, disqualified_at=None, standing__in=high)))
