"""The demonstration world: cities, people and vendors that are made up, from one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from mix.actions.city.bands import propose_bands, sign_bands
from mix.actions.city.municipalities import found
from mix.actions.city.people import create_person
from mix.actions.city.roles import give_role
from mix.actions.core.run import run
from mix.actions.market.vendors import add_member, register_vendor
from mix.data.models import Municipality, Person
from mix.readers.city.people import actor_for
from mix.readers.core.actors import Actor
from mix.rules.city.delegation import Band
from mix.rules.core.access import TWO_PEOPLE, Role
from mix.rules.core.catalogue import decode, load
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import Origin


class RealInstance(SystemExit):
    """This instance holds a real city; scenarios may not touch it."""


def refuse_real_instance() -> None:
    """Stop when the database holds a city or a person that is not of the demonstration."""
    if Municipality.objects.filter(is_demo=False).exists() or Person.objects.filter(is_demo=False).exists():
        raise RealInstance("This instance holds real cities or people. Replay into an empty MIX_DATA_DIR.")


def build_world(path: Path, *, now: datetime, recorded_at: datetime) -> None:
    """Make the world of a file, unless it is there. `now` is when it is said to have been made."""
    if Municipality.objects.filter(is_demo=True).exists():
        return
    world = load(decode(path.read_bytes()))[0]
    nobody = Actor(origin=Origin.REPLAY, recorded_at=recorded_at)
    people: dict[str, Person] = {}
    for code, row in world["people"].items():
        people[code] = run(
            nobody,
            now,
            create_person,
            row.get("email", f"{code}@demo.mix.invalid"),
            name=row["name"],
            language=row.get("language", "en"),
            code=code,
            is_demo=True,
        )
    for code, row in world["municipalities"].items():
        _build_city(code, row, people=people, now=now, recorded_at=recorded_at)
    for code, row in world["vendors"].items():
        _build_vendor(code, row, people=people, now=now, recorded_at=recorded_at)


def _build_city(
    code: str, row: dict[str, Any], *, people: dict[str, Person], now: datetime, recorded_at: datetime
) -> None:
    admin = people[row["administrator"]]
    given = [(people[name], Role(role)) for role, names in row["roles"].items() for name in names]
    city = run(
        Actor(origin=Origin.REPLAY, recorded_at=recorded_at),
        now,
        found,
        code,
        name=Wording.of(row["name"]),
        posting_address=row["posting_address"],
        by_law=row["by_law"],
        departments=[(d["code"], Wording.of(d["name"])) for d in row["departments"]],
        administrator=admin,
        holders=[(person, role) for person, role in given if role in TWO_PEOPLE],
        is_demo=True,
    )

    def actor(person: Person) -> Actor:
        return actor_for(person, origin=Origin.REPLAY, recorded_at=recorded_at)

    for person, role in given:
        if role not in TWO_PEOPLE:
            run(actor(admin), now, give_role, city, person=person, role=role)
    bands = [Band(None if b["up_to"] is None else b["up_to"] * 100, Role(b["role"])) for b in row["bands"]]
    if bands:
        manager, second = (people[row["roles"][role][0]] for role in ("procurement_manager", "authority"))
        proposal = run(actor(manager), now, propose_bands, city, bands=bands, source=row["bands_source"])
        run(actor(second), now, sign_bands, proposal)


def _build_vendor(
    code: str, row: dict[str, Any], *, people: dict[str, Person], now: datetime, recorded_at: datetime
) -> None:
    first, *others = (people[name] for name in row["members"])
    founder = actor_for(first, origin=Origin.REPLAY, recorded_at=recorded_at)
    vendor = run(
        founder,
        now,
        register_vendor,
        row["name"],
        size=row["size"],
        place=row["place"],
        capability=row["capability"],
        code=code,
        is_fictional=True,
    )
    founder = actor_for(first, origin=Origin.REPLAY, recorded_at=recorded_at)
    for person in others:
        run(founder, now, add_member, vendor, person=person)
