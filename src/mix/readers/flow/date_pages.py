"""Pages of the dates of many challenges: the database orders them all, and only what is shown is made whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import Case, DateTimeField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from mix.data.asked import Around, asked
from mix.data.models import Challenge, Letter
from mix.readers.case.challenge_lists import fetch_challenges
from mix.readers.case.challenges import cities_of, of_cities
from mix.readers.case.pilots import list_pilots
from mix.readers.city.calendars import calendars_of
from mix.readers.city.municipalities import list_municipalities
from mix.readers.core.actors import Actor
from mix.readers.core.paging import SIZE, Page, deep_enough, page_of_first
from mix.readers.flow.dates import (
    RECORD_YEARS,
    SOURCES,
    Dated,
    Morning,
    Source,
    dates_computed,
    dates_of_pilots,
    order_of,
    whole,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission

RANKS = {code: rank for rank, code in enumerate(sorted(source.code for source in SOURCES))}
CODES = {rank: code for code, rank in RANKS.items()}
DUTIES = frozenset(source.code for source in SOURCES if source.is_duty)
DAYS = frozenset(source.code for source in SOURCES if source.is_day)
Cities: TypeAlias = tuple[str, ...]
Instants: TypeAlias = tuple[datetime, ...]


def page_dates(actor: Actor, number: int, *, now: datetime) -> Page[Dated]:
    """Return a page of what `list_dates` lists."""
    lead, partner = cities_of(actor, Permission.CHALLENGE_READ)
    computed = _computed(lead, partner, now=now)
    computed += dates_of_pilots(list_pilots(actor), now=now)
    zones = tuple(sorted({city.zone for city in list_municipalities()}))
    asks = lead, partner, zones, tuple(_day_began(zone, now) for zone in zones)
    found = _rows.within(_first(deep_enough(number, size=SIZE)))(*asks)
    ordered: list[tuple[Any, Any]] = [(order_of(dated), dated) for dated in computed]
    for rank, at, pk, challenge, step, _of_all in found:
        ordered.append(((at, CODES[rank], pk), (challenge, step)))
    ordered.sort(key=lambda pair: pair[0])
    total = len(computed) + (found[0][-1] if found else 0)
    page = page_of_first(ordered, number, total=total, size=SIZE)
    return Page(_made_whole(page.rows), page.number, page.last, page.total)


def next_dates(challenges: Sequence[Challenge], *, now: datetime) -> dict[int, Dated]:
    """Return the first date of each challenge that runs, late or to come, by its number. One query."""
    running = {c.pk: c for c in challenges if c.status == ChallengeStatus.RUNNING}
    if not running:
        return {}
    zones = tuple(sorted({c.municipality.zone for c in running.values()}))
    found = _rows_of.within(_FIRST_OF_EACH)(tuple(running), zones, tuple(_day_began(zone, now) for zone in zones))
    dates = {}
    for rank, at, pk, challenge, step, _place in found:
        code, city = CODES[rank], running[challenge].municipality
        on = at.date() if code in DAYS else at
        day = day_in(city.zone, on) if isinstance(on, datetime) else on
        key = f"{code}-{pk}"
        dates[challenge] = Dated(code, key, on, day, city, running[challenge], step=step, is_duty=code in DUTIES)
    return dates


_FIRST_OF_EACH = Around(
    "SELECT * FROM (SELECT dates.*, ROW_NUMBER() OVER"
    " (PARTITION BY dated_in ORDER BY dated_at, dated_rank, dated_pk) AS place FROM (",
    ") AS dates) AS placed WHERE place = 1",
    (),
)


def _day_began(zone: str, now: datetime) -> datetime:
    return datetime.combine(day_in(zone, now), time.min, ZoneInfo(zone)).astimezone(UTC)


@asked
def _decided(lead: Cities, partner: Cities, since: datetime) -> QuerySet[Challenge]:
    """Ask for the challenges with dates that stand in no row: may be objected to, or ended since."""
    letters = Letter.objects.filter(evaluation__step__challenge=OuterRef("pk"))
    decided = Q(Exists(letters), status=ChallengeStatus.RUNNING)
    ended = Q(status=ChallengeStatus.COMPLETED, ended_at__gte=since)
    return of_cities(lead, partner).filter(decided | ended).select_related("municipality")


def _computed(lead: Cities, partner: Cities, *, now: datetime) -> list[Dated]:
    """Return the dates that stand in no row."""
    rows = _decided(lead, partner, now - timedelta(days=366 * RECORD_YEARS + 2))
    return dates_computed(rows, calendars_of({c.municipality_id for c in rows}), now=now)


def _made_whole(rows: list[tuple[Any, Any]]) -> list[Dated]:
    """Say of each date what it belongs to, and whether the city works then."""
    keys = sorted({row[0] for _, row in rows if not isinstance(row, Dated)})
    challenges = {c.pk: c for c in fetch_challenges(tuple(keys))}
    calendars = calendars_of({c.municipality_id for c in challenges.values()})
    return [
        row
        if isinstance(row, Dated)
        else whole(
            at.date() if code in DAYS else at,
            challenges[row[0]],
            calendars,
            kind=code,
            key=f"{code}-{pk}",
            step=row[1],
            is_duty=code in DUTIES,
        )
        for (at, code, pk), row in rows
    ]


def _first(most: int) -> Around:
    """Return the SQL that orders all dates, keeps the first, and counts them."""
    order = "ORDER BY dated_at, dated_rank, dated_pk LIMIT %s"
    return Around("SELECT dates.*, COUNT(*) OVER () FROM (", f") AS dates {order}", (most,))


@asked
def _rows(lead: Cities, partner: Cities, zones: Cities, began: Instants) -> QuerySet[Any]:
    """Ask for the dates of all sources together."""
    return _dates_in(of_cities(lead, partner).filter(status=ChallengeStatus.RUNNING), zones, began)


@asked
def _rows_of(challenges: tuple[int, ...], zones: Cities, began: Instants) -> QuerySet[Any]:
    """Ask for the dates of some challenges, of all sources together."""
    return _dates_in(Challenge.objects.filter(pk__in=challenges), zones, began)


def _dates_in(running: QuerySet[Challenge], zones: Cities, began: Instants) -> QuerySet[Any]:
    parts = []
    for source in SOURCES:
        at = Morning(F(source.column)) if source.is_day else F(source.column)
        rank = Cast(Value(RANKS[source.code]), IntegerField())
        step = F(source.to_step) if source.to_step else Value("")
        named: dict[str, Any] = {"dated_rank": rank, "dated_at": at, "dated_pk": F("pk")}
        named |= {"dated_in": F(source.to_challenge), "dated_step": step}
        parts.append(_open(source, running, zones, began).annotate(**named).values_list(*named))
    rows: QuerySet[Any] = parts[0].union(*parts[1:], all=True)
    return rows


def _open(source: Source, running: QuerySet[Challenge], zones: Cities, began: Instants) -> QuerySet[Any]:
    """Return the open rows of a source in challenges that run; of what is over once it is past, only from today."""
    found = source.is_open & Q(**{f"{source.to_challenge}__in": running.values("pk")})
    if not source.is_duty:
        zone = f"{source.to_challenge.removesuffix('_id')}__municipality__zone"
        days = [When(**{zone: here}, then=Value(midnight)) for here, midnight in zip(zones, began, strict=True)]
        found &= Q(**{f"{source.column}__gte": Case(*days, output_field=DateTimeField())})
    return source.model._default_manager.filter(found)  # noqa: SLF001 - Django's public name of a manager
