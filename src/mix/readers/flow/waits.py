"""What waits for somebody, and for whom others wait: asked of all tables at once, however many challenges there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import (
    BigIntegerField,
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
)
from django.db.models.functions import Cast

from mix.data.asked import asked
from mix.data.models import ChangeOrder, Message, Pilot
from mix.readers.case.pilots import needed_words, open_words
from mix.readers.city.municipalities import gather_bands
from mix.readers.core.actors import Actor
from mix.readers.delivery.milestones import changed_cents
from mix.readers.flow.dates import Morning
from mix.readers.flow.step_waits import Owed, list_step_waits
from mix.readers.flow.wait_rows import Source
from mix.readers.flow.wait_sources import SOURCES, for_city, for_vendor
from mix.rules.city.delegation import decider_for
from mix.rules.core.access import Permission, Role, grants
from mix.rules.flow.waits import Doing, Wait

# Who leads challenges, and so waits for others there.
DRIVING = frozenset({Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER})
Question = Callable[[tuple[str, ...], int, tuple[int, ...], tuple[datetime, ...]], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody, and what of others they wait for."""

    own: list[Wait]
    others: list[Wait]


def gather_waits(actor: Actor, *, now: datetime) -> Waiting:
    """Gather what waits for the actor, and what they wait for in the challenges that they lead. Queries do not grow."""
    person = actor.someone.pk
    owed = [*list_step_waits(actor, now=now), *_of_tables(actor, person, now=now), *_of_mail(actor)]
    own: list[Wait] = []
    others: list[Wait] = []
    for wait, mine in ((one.wait, _is_own(one, actor)) for one in _decided(owed)):
        if mine:
            own.append(wait)
        elif (
            wait.doing is not Doing.GIVE_BACK_DATA
            and wait.challenge
            and DRIVING & actor.roles_at(wait.lead or wait.city)
        ):
            others.append(wait)
    return Waiting(_without_general(own), _to_chase(others))


def list_vendor_waits(actor: Actor, *, now: datetime) -> Waiting:
    """Gather what the actor's vendors owe, and what they are owed. One query."""
    if not actor.vendors:
        return Waiting([], [])
    sources = for_vendor()
    rows = _question(sources)((), actor.someone.pk, tuple(sorted(actor.vendors)), (now,))
    found = [_owed(row).wait for row in rows]
    return Waiting([w for w in found if w.is_owed_by_vendor], [w for w in found if not w.is_owed_by_vendor])


def _is_own(owed: Owed, actor: Actor) -> bool:
    wait = owed.wait
    if wait.is_owed_by_vendor:
        return False
    if wait.person is not None:
        return wait.person == actor.someone.pk
    return actor.someone.pk not in owed.but and bool(wait.roles & actor.roles_at(wait.city))


def _without_general(own: list[Wait]) -> list[Wait]:
    """Leave out that one works on a step where something of it is said in particular."""
    said = {(w.challenge, w.step) for w in own if w.doing not in (Doing.WORK, Doing.FINISH) and w.step}
    return [w for w in own if w.doing is not Doing.WORK or (w.challenge, w.step) not in said]


def _to_chase(others: list[Wait]) -> list[Wait]:
    """Leave out what a vendor need not do yet, as long as nobody is late with it."""
    return [w for w in others if w.doing is not Doing.GIVE_BACK_DATA]


def _of_tables(actor: Actor, person: int, *, now: datetime) -> list[Owed]:
    if not actor.duties:
        return []
    roles = frozenset(role for code in actor.duties for role in actor.roles_at(code))
    sources = for_city(roles, drives=bool(DRIVING & roles))
    return [_owed(row) for row in _question(sources)(tuple(sorted(actor.duties)), person, (), (now,))]


def _owed(row: tuple[Any, ...]) -> Owed:
    rank, city, challenge, step, at, vendor, person, first, second, count, since, until = row
    source = SOURCES[rank]
    if until and source.is_day(source.until):
        until += timedelta(days=1)  # a day is over once the next begins
    wait = Wait(
        source.doing,
        since,
        until,
        count,
        challenge,
        step,
        at,
        city,
        frozenset(str(role) for role in source.roles),
        person,
        vendor,
        source.by_vendor,
    )
    return Owed(wait, frozenset(pk for pk in (first, second) if pk))


@cache
def _question(sources: tuple[Source, ...]) -> Question:
    """Return the question for what waits in some tables: put into SQL once for all who have the same duties."""

    @asked
    def rows(
        cities: tuple[str, ...], person: int, vendors: tuple[int, ...], instants: tuple[datetime, ...]
    ) -> QuerySet[Any]:
        parts = [_part(source, cities, person, vendors, instants[0]) for source in sources]
        union: QuerySet[Any] = parts[0].union(*parts[1:], all=True)
        return union

    return rows


def _part(
    source: Source, cities: tuple[str, ...], person: int, vendors: tuple[int, ...], now: datetime
) -> QuerySet[Any]:
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
        "wait_city": _text(source.ways.city and f"{source.ways.city}__code"),
        "wait_challenge": _number(source.ways.challenge),
        "wait_step": _text(source.ways.step),
        "wait_at": _text(source.ways.at),
        "wait_vendor": _number(source.ways.vendor if vendors or source.by_vendor or source.ways.at else ""),
        "wait_person": _number(source.ways.person),
        "wait_but": _number(first),
        "wait_but_2": _number(second),
    }
    until = Min(_instant(source, source.until)) if source.until else Cast(Value(None), DateTimeField())
    grouped = found.annotate(**named).values(*named)
    counted = grouped.annotate(
        wait_count=Count("pk", distinct=True), wait_since=Min(_instant(source, source.since)), wait_until=until
    )
    rows: QuerySet[Any] = counted.values_list(*named, "wait_count", "wait_since", "wait_until").order_by()
    return rows


def _whose(source: Source, cities: tuple[str, ...], person: int, vendors: tuple[int, ...]) -> Q:
    if vendors:
        return Q(**{f"{source.ways.vendor}__in": vendors})
    of_city = Q(**{f"{source.ways.city}__code__in": cities})
    return of_city | Q(**{source.ways.person: person}) if source.ways.person else of_city


def _instant(source: Source, column: str) -> Expression | F:
    return Morning(F(column)) if source.is_day(column) else F(column)


def _text(column: str) -> Cast:
    return Cast(F(column) if column else Value(""), CharField())


def _number(column: str) -> Cast:
    return Cast(
        F(f"{column}_id" if "__" not in column else f"{column}__pk") if column else Value(None), BigIntegerField()
    )


def _of_mail(actor: Actor) -> list[Owed]:
    """Return the mail of each city that was given up, where the actor looks after it."""
    cities = [code for code in actor.duties if grants(actor.roles_at(code), Permission.MAIL_MANAGE)]
    roles = frozenset({Role.ADMINISTRATOR.value})
    return [
        Owed(Wait(Doing.SEND_AGAIN, since, count=count, city=city, roles=roles))
        for city, count, since in (_given_up(tuple(cities)) if cities else ())
        if Role.ADMINISTRATOR in actor.roles_at(city)
    ]


@asked
def _given_up(cities: tuple[str, ...]) -> QuerySet[Any]:
    rows = Message.objects.filter(city__in=cities, sent_at=None).exclude(given_up_at=None)
    return (
        rows.values("city").annotate(count=Count("pk"), since=Min("given_up_at")).values_list("city", "count", "since")
    )


def _decided(owed: Sequence[Owed]) -> Iterable[Owed]:
    """Say of what a value or a risk decides on whose word it waits: the tables know only that somebody decides."""
    changes = {o.wait.challenge for o in owed if o.wait.doing is Doing.DECIDE_CHANGE}
    pilots = {o.wait.at for o in owed if o.wait.doing in (Doing.DECIDE_PILOT, Doing.AGREE_EXTENSION)}
    by_change = _deciders_of_changes(changes) if changes else {}
    by_pilot = _pilots(pilots) if pilots else {}
    for one in owed:
        wait = one.wait
        if wait.doing is Doing.DECIDE_CHANGE and wait.challenge:
            roles = by_change.get(wait.challenge, frozenset())
        elif wait.doing is Doing.DECIDE_PILOT:
            roles = frozenset(open_words(by_pilot[wait.at]))
        elif wait.doing is Doing.AGREE_EXTENSION:
            roles = frozenset(needed_words(by_pilot[wait.at])[0][:1])
        else:
            yield one
            continue
        spoken = {w.person_id for w in by_pilot[wait.at].words.all()} if wait.doing is Doing.DECIDE_PILOT else set()
        yield Owed(replace(wait, roles=frozenset(str(role) for role in roles)), one.but | spoken)


def _pilots(codes: Iterable[str]) -> dict[str, Pilot]:
    rows = Pilot.objects.filter(code__in=list(codes)).select_related("municipality").prefetch_related("words")
    return {pilot.code: pilot for pilot in rows}


def _deciders_of_changes(challenges: Iterable[int | None]) -> dict[int, frozenset[Role]]:
    """Return by challenge who decides on its changes: by the contract's whole value with every change."""
    waiting = ChangeOrder.objects.filter(challenge__in=list(challenges), approved_at=None, refused_reason="")
    rows = list(waiting.select_related("agreement", "challenge__municipality"))
    bands = gather_bands({row.challenge.municipality_id for row in rows})
    found: dict[int, set[Role]] = {}
    for row in rows:
        contract = row.agreement
        whole = contract.value_cents + contract.options_cents + changed_cents(contract) + row.value_cents
        needed = decider_for(bands.get(row.challenge.municipality.code, ()), max(whole, 0))
        found.setdefault(row.challenge_id, set()).update({needed} if needed else set())
    return {pk: frozenset(roles) for pk, roles in found.items()}
