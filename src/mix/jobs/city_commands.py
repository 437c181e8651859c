"""Commands that set up a real city: its first people, and holders whom nobody at the city could confirm."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from mix.jobs.operating import start_django
from mix.rules.core.access import TWO_PEOPLE, Role
from mix.rules.core.fields import Wording
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import Refused, require

if TYPE_CHECKING:
    from mix.data.models import Municipality, Person

console = Console(highlight=False, soft_wrap=True)
HOLDER = re.compile(r"(?P<role>\w+)\s*=\s*(?P<name>[^<>]+?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")


def _worded(english: str, *others: str) -> Wording:
    """Read a text by language from what was typed, as "fr=Voirie". Raises Refused."""
    pairs = [other.strip().partition("=") for other in others]
    require(all(re.fullmatch(r"[a-z]{2}", code) for code, _, _ in pairs), "not_one_line")
    return Wording.of({"en": english, **{code: text for code, _, text in pairs}}, field="name")


def _read_holder(text: str) -> tuple[Role, str, str]:
    """Read ROLE=Name <address>. Ends the command with the roles that can be named."""
    found = HOLDER.fullmatch(text.strip())
    if found is None or found["role"] not in TWO_PEOPLE:
        names = ", ".join(sorted(TWO_PEOPLE))
        console.print(f"'{text}': write ROLE=Name <address>, with a role of {names}", markup=False)
        raise typer.Exit(2)
    return Role(found["role"]), found["name"], found["email"]


def _person(email: str, name: str, *, now: datetime) -> Person:
    """Return whose account has the address, or make one."""
    from mix.actions.city.people import create_person
    from mix.actions.core.run import run
    from mix.readers.city.people import find_by_email
    from mix.readers.core.actors import Actor

    return find_by_email(email) or run(Actor(), now, create_person, email, name=name)


def _welcome(city: Municipality, person: Person, role: Role, *, now: datetime) -> None:
    """Mail the link by which somebody comes in the first time, and print it; who came in before has a password."""
    from django.conf import settings

    from mix.actions.city.invitations import welcome
    from mix.actions.core.run import run
    from mix.readers.city.people import is_unused
    from mix.readers.core.actors import Actor

    if not is_unused(person):
        console.print(f"{person.name} has an account, and signs in with it.", markup=False)
        return
    path = run(Actor(), now, welcome, city, person=person, role=role)
    console.print(f"{person.name} chooses a password here, once, within 14 days (it was mailed to {person.email}):")
    console.print(f"  {settings.BASE_URL}/{person.language}/{path}", markup=False)


def found_city(
    code: str,
    name: str,
    *,
    email: Annotated[str, typer.Option(help="The first administrator's address")],
    person: Annotated[str, typer.Option(help="The first administrator's name")],
    posting_address: Annotated[str, typer.Option(help="Where official notices are posted")],
    holder: Annotated[
        list[str] | None,
        typer.Option(
            help="A first holder of a role that takes two people; again for each: 'authority=Ana Roy <a@b.ca>'"
        ),
    ] = None,
    name_in: Annotated[
        list[str] | None, typer.Option(help="The name in another language; again for each: fr=Réelle")
    ] = None,
    department: Annotated[
        list[str] | None,
        typer.Option(help="A department; again for each. With its name in other languages: 'Roads; fr=Voirie'"),
    ] = None,
) -> None:
    """Set up a real city with its first administrator and holders, who each get a link by which they come in."""
    start_django()
    from mix.actions.city.municipalities import found
    from mix.actions.city.people import create_person
    from mix.actions.core.run import run
    from mix.readers.core.actors import Actor

    now = datetime.now(UTC)
    first = [_read_holder(text) for text in holder or []]
    try:
        named = _worded(name, *(name_in or []))
        lines = (*named.texts.values(), posting_address, person, email, *(t for _, *said in first for t in said))
        require(all(map(is_one_line, lines)), "not_one_line")
        admin = run(Actor(), now, create_person, email, name=person)
        holders = [(_person(to, called, now=now), role) for role, called, to in first]
        city = run(
            Actor(),
            now,
            found,
            code,
            name=named,
            posting_address=posting_address,
            departments=[("", _worded(*d.split(";"))) for d in department or []],
            administrator=admin,
            holders=holders,
        )
        console.print(f"{name} is set up.")
        for newcomer, role in ((admin, Role.ADMINISTRATOR), *holders):
            _welcome(city, newcomer, role, now=now)
    except Refused as error:
        console.print(f"Not set up: {error}")
        raise typer.Exit(1) from None
    if not first:
        console.print("Nobody there can confirm roles beside the administrator: name a holder with `mix holder`.")


def holder(city: str, holder: str) -> None:
    """Name a holder, as ROLE=Name <address>, where a city lacks the two people who propose and confirm.

    It is in the log, without a person, and the city's auditors and managers are told.
    """
    start_django()
    from mix.actions.city.roles import name_holder
    from mix.actions.core.run import run
    from mix.readers.city.municipalities import get_municipality
    from mix.readers.core.actors import Actor
    from mix.readers.core.errors import Unknown

    now = datetime.now(UTC)
    role, name, email = _read_holder(holder)
    try:
        require(is_one_line(name) and is_one_line(email), "not_one_line")
        found = get_municipality(city)
        newcomer = _person(email, name, now=now)
        run(Actor(), now, name_holder, found, person=newcomer, role=role)
    except Unknown:
        console.print(f"There is no city '{city}'.")
        raise typer.Exit(2) from None
    except Refused as error:
        console.print(f"Not named: {error}")
        raise typer.Exit(1) from None
    console.print(f"{name} has the role {role.value} at {found.name}.")
    _welcome(found, newcomer, role, now=now)
