"""Commands for the sign-in services of cities (OpenID Connect)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mix.jobs.operating import start_django

console = Console(highlight=False, soft_wrap=True)
identity = typer.Typer(help="Let a city's people sign in at their own city.", no_args_is_help=True)


@identity.command("add")
def add(
    city: str,
    key: Annotated[str, typer.Argument(help="Part of the addresses to register: small letters and hyphens")],
    *,
    name: Annotated[str, typer.Option(help="As people read it on the sign-in page")],
    issuer: Annotated[str, typer.Option(help="The address below which /.well-known/openid-configuration lies")],
    client_id: Annotated[str, typer.Option()],
    secret_file: Annotated[Path, typer.Option(help="A file with the client secret in it")],
    domain: Annotated[list[str], typer.Option(help="A domain of addresses that it may vouch for; again for each")],
    groups_claim: Annotated[str, typer.Option(help="Where the service names the person's groups")] = "groups",
) -> None:
    """Set up a service, or change it."""
    start_django()
    from django.conf import settings

    from mix.actions.city.identities import set_up
    from mix.actions.core.run import run
    from mix.readers.city.municipalities import get_municipality
    from mix.readers.core.actors import Actor
    from mix.readers.core.errors import Unknown
    from mix.rules.core.unmet import Refused

    try:
        run(
            Actor(),
            datetime.now(UTC),
            set_up,
            get_municipality(city),
            key=key,
            name=name,
            issuer=issuer,
            client_id=client_id,
            secret=secret_file.read_text(encoding="utf-8").strip(),
            domains=domain,
            groups_claim=groups_claim,
        )
    except (Refused, Unknown, OSError) as error:
        console.print(f"Not set up: {error or 'there is no such city'}", markup=False)
        raise typer.Exit(1) from None
    console.print("Set up. Register these two addresses with the service:")
    for language, _name in settings.LANGUAGES:
        console.print(f"  {settings.BASE_URL}/{language}/account/oidc/{key}/login/callback/", markup=False)


@identity.command("end")
def end(key: str) -> None:
    """Have nobody sign in there any more; duties that its groups gave end."""
    start_django()
    from mix.actions.city.identities import end_provider
    from mix.actions.core.run import run
    from mix.readers.city.identities import get_provider
    from mix.readers.core.actors import Actor
    from mix.readers.core.errors import Unknown

    try:
        run(Actor(), datetime.now(UTC), end_provider, get_provider(key))
    except Unknown:
        console.print(f"There is no {key}", markup=False)
        raise typer.Exit(1) from None
    console.print("Ended.")
