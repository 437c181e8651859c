"""Commands for whoever runs an instance: look at it, back it up, bring it back."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(highlight=False, soft_wrap=True)
MARKS = {"good": "ok  ", "look": "look", "bad": "BAD "}


def start_django() -> None:
    """Start Django; commands that need no database never call this."""
    import django

    django.setup()


def doctor() -> None:
    """Look at what this instance stands on, in plain words. Exit 1 when something must be put right."""
    start_django()
    from mix.jobs.doctor import State, examine

    bad = 0
    for word in examine():
        bad += word.state is State.BAD
        console.print(f"{MARKS[word.state]}  {word.about:<12} {word.text}", markup=False)
    raise typer.Exit(1 if bad else 0)


def backup(file: Path) -> None:
    """Write a backup to FILE, and the keys beside it: keep the two in different places."""
    start_django()
    from django.conf import settings

    from mix.jobs.backup import BackupBroken, back_up

    try:
        for path in back_up(file, now=datetime.now(UTC)):
            console.print(f"wrote {path}", markup=False)
        if settings.SEALER_SOCKET:
            console.print("The keys of calls are the sealer's, and its backup is made apart: docs/opening.md")
    except (BackupBroken, OSError, tarfile.TarError) as error:
        console.print(f"No backup was made: {error}", markup=False)
        raise typer.Exit(1) from None


def restore(
    file: Path, keys: Annotated[Path | None, typer.Option(help="The keys; without them nothing sealed opens")] = None
) -> None:
    """Restore a backup into an empty database and data folder, migrate it, and check everything that can be."""
    start_django()
    from mix.actions.market.sealing import drop_unreadable_drafts
    from mix.jobs.backup import BackupBroken, examine
    from mix.jobs.backup import restore as bring_back
    from mix.jobs.start import set_up

    try:
        manifest = bring_back(file, keys)
    except (BackupBroken, OSError, tarfile.TarError) as error:
        console.print(f"Not restored: {error}", markup=False)
        raise typer.Exit(1) from None
    set_up()
    for lost in drop_unreadable_drafts():
        about = f"{lost.vendor.name} in answer to {lost.solicitation.reference}"
        console.print(
            f"LOST  the draft of {about}: no backup holds its key. Tell them; their files are here.", markup=False
        )
    wrong = list(examine(manifest))
    for line in wrong:
        console.print(f"BAD   {line}", markup=False)
    if wrong:
        raise typer.Exit(1)
    console.print(
        f"Restored the backup of {manifest['made_at']}: {len(manifest['heads'])} chains hold and end where they did, "
        f"{len(manifest['files'])} files are as they were.",
        markup=False,
    )
