"""Setting up and serving a sandbox: a site of its own, beside no live one, on which time can be moved."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Annotated

import typer
from rich.console import Console

from mix.jobs.operating import start_django
from mix.readers.core.sandboxes import MARK, Mark, read_mark, write_mark

console = Console(highlight=False, soft_wrap=True)
MOST_DAYS = 366
OWN, EMPTY = "own-city", "empty"  # files of a sandbox that say which kind it is
# What belongs to a live site: a sandbox has its own, inside its folder, or none.
NOT_ITS_OWN = (
    *("MIX_SECRET_KEY", "MIX_SEALER_DIR", "MIX_SEALER_SOCKET", "MIX_MAIL_URL", "MIX_WITNESSES", "MIX_SCANNER"),
    *("MIX_SECURITY_CONTACT", "MIX_DEBUG", "MIX_DEMO", "DATABASE_URL"),
)


def sandbox(
    folder: Annotated[Path, typer.Argument(help="The sandbox's own folder: a new one, or one that it made")],
    *,
    days: Annotated[int, typer.Option(help="Days after which a new sandbox serves no more")] = 90,
    own: Annotated[bool, typer.Option("--own", help="No demonstration: your own city, by `mix city`")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="The demonstration's cast and no challenge")] = False,
    database: Annotated[str, typer.Option(help="An empty database of its own; without it, a file in the folder")] = "",
    prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Set up, then stop")] = False,
) -> None:
    """Set up a sandbox and serve it: separate from every live site, without mail to outside, with time to be moved."""
    is_new = _is_new(folder)
    if is_new:
        _begin(folder, days=days)
    own, empty = (_kept(folder, name, is_new=is_new, asked=asked) for name, asked in ((OWN, own), (EMPTY, empty)))
    _stand_apart(folder, database=database, own=own)
    start_django()
    _fill(folder, is_new=is_new, empty=empty)
    if not prepare_only:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "mix.jobs.cli", "serve"])  # noqa: S606 - ours


def _is_new(folder: Path) -> bool:
    """Say whether a folder is to become a sandbox. Ends the command where it holds something else."""
    if (folder / MARK).exists():
        return False
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} holds something that is no sandbox. Name a new folder.")
    return True


def _begin(folder: Path, *, days: int) -> None:
    if not 1 <= days <= MOST_DAYS:
        raise SystemExit(f"A sandbox lasts from 1 to {MOST_DAYS} days.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_mark(folder, Mark(secrets.token_hex(16), (datetime.now(UTC) + timedelta(days=days)).date()))


def _kept(folder: Path, name: str, *, is_new: bool, asked: bool) -> bool:
    """Say whether a sandbox is of a kind: as it was asked for when it was made, however it is served again."""
    mark = folder / name
    if is_new and asked:
        mark.touch()
    return mark.exists()


def _stand_apart(folder: Path, *, database: str, own: bool) -> None:
    """Take over nothing that a live site on this machine is configured with."""
    kept = folder / "database"
    if database:
        kept.touch(mode=0o600)
        kept.write_text(database, encoding="utf-8")
    for name in NOT_ITS_OWN:
        os.environ.pop(name, None)
    os.environ |= {"MIX_SANDBOX": "1", "MIX_DATA_DIR": str(folder)}
    if kept.exists():
        os.environ["DATABASE_URL"] = kept.read_text(encoding="utf-8")
    if not own:
        os.environ["MIX_DEMO"] = "1"


def _fill(folder: Path, *, is_new: bool, empty: bool) -> None:
    from django.conf import settings

    from mix.actions.flow.advancing import be_born
    from mix.jobs.demo import prepare, print_cards
    from mix.jobs.start import migrate, set_up
    from mix.rules.core.unmet import Refused

    mark = read_mark(folder)
    if mark.is_over(datetime.now(UTC)):
        raise SystemExit(_over(mark))
    try:
        migrate()
        be_born(code=mark.code)
    except Refused:
        if is_new:
            rmtree(folder)  # it was empty: all in it was made just now
        raise SystemExit("This database holds a site already. A sandbox has one of its own.") from None
    set_up()
    if settings.DEMO:
        prepare(console, empty=empty)
        print_cards(console)
    else:
        console.print(f"Set up your city in it: MIX_SANDBOX=1 MIX_DATA_DIR={folder} mix city …", markup=False)
    console.print(f"This sandbox serves up to {mark.ends_on}. Time is moved at {settings.BASE_URL}/en/sandbox/")


def _over(mark: Mark) -> str:
    return f"This sandbox ended on {mark.ends_on}. Begin another one in a new folder: mix sandbox FOLDER"


def refuse_wrong_site() -> None:
    """Stop where a sandbox stands on a live site's database, or a live site on a sandbox's; or where it has ended."""
    from django.conf import settings
    from django.db import connection

    from mix.data.models import Sandbox

    born = set(Sandbox.objects.values_list("code", flat=True)) if _has_table(connection) else set()
    if not settings.SANDBOX:
        if born:
            raise SystemExit("This database is a sandbox's, and never becomes a live site's. Use another DATABASE_URL.")
        return
    mark = read_mark(Path(settings.DATA_DIR))
    if mark.code not in born:
        raise SystemExit("This database is not this sandbox's. A sandbox is made by: mix sandbox FOLDER")
    if mark.is_over(datetime.now(UTC)):
        raise SystemExit(_over(mark))


def _has_table(connection: object) -> bool:
    return "data_sandbox" in connection.introspection.table_names()  # type: ignore[attr-defined]  # Django's connection
