"""What waits in the tables, asked of all of them at once: the database orders it, and counts what is not fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    Expression,
    F,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast

from mix.data.asked import Around, Asked, asked
from mix.readers.flow.dates import Morning, NextMorning
from mix.readers.flow.wait_rows import Source
from mix.readers.flow.wait_sources import SOURCES
from mix.rules.flow.waits import Doing, Rest, Wait

# Whose word these wait for, a value or a risk decides: all of them are fetched.
DECIDED = frozenset({Doing.DECIDE_CHANGE, Doing.DECIDE_PILOT, Doing.AGREE_EXTENSION})
OTHERS, OWN, OPEN = range(3)  # for whom a row waits; open: it is not known yet
EVERYTHING = 2_000_000_000  # rows
Question = Asked[[tuple[str, ...], int, tuple[int, ...], tuple[datetime, ...]], tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Asking:
    """A source, and in which of the cities that are asked about, in their order, whoever asks may do it."""

    source: Source
    held: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Owed:
    """Something that waits, and the numbers of the people who may not do it, since they asked."""

    wait: Wait
    but: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Counted:
    """What waits in a city and was only counted, and whether it waits for whoever asks."""

    rest: Rest
    is_own: bool
    city: str
    of_challenge: bool


def ask_tables(
    asking: tuple[Asking, ...],
    *,
    now: datetime,
    most: int,
    person: int,
    cities: tuple[str, ...] = (),
    vendors: tuple[int, ...] = (),
    whole: tuple[int, ...] = (),
) -> tuple[list[Owed], list[Counted]]:
    """Return what waits, and the rest counted: for whoever asks, for others, and in each city the first `most`.

    What has a date counts together, what has none by its act. Of the challenges in `whole` all is returned. One query.
    """
    rows = _question(asking).within(_placed(most, whole))(cities, person, vendors, (now,))
    owed, counted = [], []
    for rank, own, city, challenge, step, at, vendor, whom, first, second, count, since, until, many in rows:
        source = SOURCES[rank]
        if many:
            rest = Rest(source.doing, until, many, count)
            counted.append(Counted(rest, own == OWN, city, bool(source.ways.challenge)))
            continue
        roles = frozenset(str(role) for role in source.roles)
        wait = Wait(source.doing, since, until, count, challenge, step, at, city, roles, whom, vendor, source.by_vendor)
        owed.append(Owed(wait, frozenset(pk for pk in (first, second) if pk)))
    return owed, counted


_PLACED = """
), placed AS (
  SELECT waits.*, ROW_NUMBER() OVER (
    PARTITION BY wait_own, wait_city, CASE WHEN wait_until IS NULL THEN wait_rank ELSE -1 END
    ORDER BY COALESCE(wait_until, wait_since), wait_rank, COALESCE(wait_challenge, 0), wait_step, wait_at,
      COALESCE(wait_vendor, 0), COALESCE(wait_person, 0)
  ) AS place
  FROM waits
), told AS (
  SELECT placed.*, CASE WHEN wait_own = {open} OR place <= %s OR COALESCE(wait_challenge, 0) IN ({whole})
    THEN 1 ELSE 0 END AS shown
  FROM placed
)
SELECT wait_rank, wait_own, wait_city, wait_challenge, wait_step, wait_at, wait_vendor, wait_person, wait_but,
  wait_but_2, wait_count, wait_since, wait_until, wait_many
FROM told WHERE shown = 1
UNION ALL
SELECT wait_rank, wait_own, wait_city, NULL, '', '', NULL, NULL, NULL, NULL, CAST(SUM(wait_count) AS bigint), NULL,
  wait_until, CAST(COUNT(*) AS integer)
FROM told WHERE shown = 0 GROUP BY wait_rank, wait_own, wait_city, wait_until) AS shown"""


def _placed(most: int, whole: tuple[int, ...]) -> Around:
    """Return the SQL that keeps the first of what waits and counts the others by act and instant."""
    some = [*whole, *[0] * ((1 << len(whole).bit_length()) - len(whole))]  # of few lengths
    after = _PLACED.format(open=OPEN, whole=", ".join(["%s"] * len(some)))
    return Around("SELECT * FROM (WITH waits AS (", after, (most, *some))


@cache
def _question(asking: tuple[Asking, ...]) -> Question:
    """Return the question for what waits in some tables: put into SQL once for all who have the same duties."""

    @asked
    def rows(
        cities: tuple[str, ...], person: int, vendors: tuple[int, ...], instants: tuple[datetime, ...]
    ) -> QuerySet[Any]:
        parts = [_part(one, cities, person, vendors, instants[0]) for one in asking]
        union: QuerySet[Any] = parts[0].union(*parts[1:], all=True)
        return union

    return rows


def _part(
    asking: Asking, cities: tuple[str, ...], person: int, vendors: tuple[int, ...], now: datetime
) -> QuerySet[Any]:
    source = asking.source
    whose = source.is_open & source.is_running & _whose(source, cities, person, vendors)
    found = source.model._default_manager.filter(whose)  # noqa: SLF001 - Django's public name of a manager
    for column, compare in ((source.after, "lte"), (source.before, "gt")):
        if column:
            found = found.alias(**{f"wait_{compare}": _instant(source, column)}).filter(
                **{f"wait_{compare}__{compare}": now}
            )
    first, second = (*source.but, "", "")[:2]
    named: dict[str, Any] = {
        "wait_rank": Cast(Value(SOURCES.index(source)), IntegerField()),
        "wait_own": Cast(_own(asking, cities, person), IntegerField()),
        "wait_city": _text(source.ways.city and f"{source.ways.city}__code"),
        "wait_challenge": _number(source.ways.challenge),
        "wait_step": _text(source.ways.step),
        "wait_at": _text(source.ways.at),
        "wait_vendor": _number(source.ways.vendor if vendors or source.by_vendor or source.ways.at else ""),
        "wait_person": _number(source.ways.person),
        "wait_but": _number(first),
        "wait_but_2": _number(second),
    }
    none = Cast(Value(None), DateTimeField())
    told = {
        "wait_count": Count("pk", distinct=True),
        "wait_since": Min(_instant(source, source.since)),
        "wait_until": Min(_end(source)) if source.until else none,
        "wait_many": Cast(Value(0), IntegerField()),
    }
    rows: QuerySet[Any] = found.annotate(**named).values(*named).annotate(**told).values_list(*named, *told)
    return rows.order_by()


def _own(asking: Asking, cities: tuple[str, ...], person: int) -> Expression:
    """Say for whom a row waits; of a vendor's it is enough that it owes it."""
    source = asking.source
    if not cities:
        return Value(OWN if source.by_vendor else OTHERS)
    if source.doing in DECIDED:
        return Value(OPEN)
    if source.ways.person:
        return Case(When(Q(**{source.ways.person: person}), then=Value(OWN)), default=Value(OTHERS))
    here = [city for city, held in zip(cities, asking.held, strict=True) if held and not source.by_vendor]
    if not here:
        return Value(OTHERS)
    mine = Q(**{f"{source.ways.city}__code__in": here})
    for way in source.but:
        mine &= ~Q(**{way: person})
    return Case(When(mine, then=Value(OWN)), default=Value(OTHERS))


def _whose(source: Source, cities: tuple[str, ...], person: int, vendors: tuple[int, ...]) -> Q:
    if vendors:
        return Q(**{f"{source.ways.vendor}__in": vendors})
    of_city = Q(**{f"{source.ways.city}__code__in": cities})
    return of_city | Q(**{source.ways.person: person}) if source.ways.person else of_city


def _instant(source: Source, column: str) -> Expression | F:
    return Morning(F(column)) if source.is_day(column) else F(column)


def _end(source: Source) -> Expression | F:
    """Return the instant at which something is over: a day is, once the next begins."""
    return NextMorning(F(source.until)) if source.is_day(source.until) else F(source.until)


def _text(column: str) -> Cast:
    return Cast(F(column) if column else Value(""), CharField())


def _number(column: str) -> Cast:
    return Cast(
        F(f"{column}_id" if "__" not in column else f"{column}__pk") if column else Value(None), BigIntegerField()
    )
