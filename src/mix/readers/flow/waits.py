"""What waits for somebody, and for whom others wait: asked of all tables at once, however many challenges there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from mix.data.asked import asked
from mix.data.models import ChangeOrder, Message, Pilot
from mix.readers.case.pilots import needed_words, open_words
from mix.readers.city.municipalities import gather_bands
from mix.readers.core.actors import Actor
from mix.readers.delivery.milestones import changed_cents
from mix.readers.flow.step_waits import list_step_waits
from mix.readers.flow.wait_questions import EVERYTHING, Asking, Counted, Owed, ask_tables
from mix.readers.flow.wait_sources import for_city, for_vendor
from mix.rules.city.delegation import decider_for
from mix.rules.core.access import Permission, Role, grants
from mix.rules.flow.waits import Doing, Rest, Wait

# Who leads challenges, and so waits for others there.
DRIVING = frozenset({Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody, and what of others they wait for: the first of each, and the rest counted."""

    own: list[Wait]
    others: list[Wait]
    own_rest: tuple[Rest, ...] = ()
    others_rest: tuple[Rest, ...] = ()


def gather_waits(actor: Actor, *, now: datetime, most: int = EVERYTHING) -> Waiting:
    """Gather what waits for the actor, and what they wait for in the challenges that they lead. Queries do not grow.

    Of what has a date at least the first `most` are returned, and of each act without one.
    """
    owed = [*list_step_waits(actor, now=now), *_of_mail(actor)]
    working = {one.wait.challenge or 0 for one in owed if one.wait.doing is Doing.WORK and _is_own(one, actor)}
    found, counted = _of_tables(actor, now=now, most=most, whole=tuple(sorted(working)))
    own: list[Wait] = []
    others: list[Wait] = []
    for one in _decided([*owed, *found]):
        wait = replace(one.wait, but=one.but) if one.but else one.wait
        if _is_own(one, actor):
            own.append(wait)
        elif one.wait.challenge and DRIVING & actor.roles_at(one.wait.lead or one.wait.city):
            others.append(wait)
    own_rest = tuple(c.rest for c in counted if c.is_own)
    driven = (c for c in counted if not c.is_own and c.of_challenge and DRIVING & actor.roles_at(c.city))
    return Waiting(_without_general(own), others, own_rest, tuple(c.rest for c in driven))


def list_vendor_waits(actor: Actor, *, now: datetime, most: int = EVERYTHING) -> Waiting:
    """Gather what the actor's vendors owe, and what they are owed. One query."""
    if not actor.vendors:
        return Waiting([], [])
    vendors = tuple(sorted(actor.vendors))
    asking = tuple(Asking(source) for source in for_vendor())
    found, counted = ask_tables(asking, now=now, most=most, person=actor.someone.pk, vendors=vendors)
    waits = [one.wait for one in found]
    return Waiting(
        [w for w in waits if w.is_owed_by_vendor],
        [w for w in waits if not w.is_owed_by_vendor],
        tuple(c.rest for c in counted if c.is_own),
        tuple(c.rest for c in counted if not c.is_own),
    )


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


def _of_tables(actor: Actor, *, now: datetime, most: int, whole: tuple[int, ...]) -> tuple[list[Owed], list[Counted]]:
    if not actor.duties:
        return [], []
    cities = tuple(sorted(actor.duties))
    roles = frozenset(role for code in cities for role in actor.roles_at(code))
    asking = tuple(
        Asking(source, tuple(bool(source.roles & actor.roles_at(code)) for code in cities))
        for source in for_city(roles, drives=bool(DRIVING & roles))
    )
    return ask_tables(asking, now=now, most=most, person=actor.someone.pk, cities=cities, whole=whole)


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
