"""Commands on the log: verify it, export it, go on after a gap, witness another site's."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mix.jobs.operating import start_django

log = typer.Typer(no_args_is_help=True, help="The log: verify, export, go on after a gap, witness another's.")
console = Console(highlight=False, soft_wrap=True)


@log.command("verify")
def log_verify() -> None:
    """Recompute every chain, and compare it with its checkpoints, every row of record and every receipt.

    Exit 0 when all hold; else 1, and each place is named.
    """
    start_django()
    from mix.jobs.log_checks import check_chains, check_rows

    wrong = 0
    for chain, said in check_chains():
        wrong += bool(said)
        console.print(said or f"{chain.code}: {chain.seq} entries hold. Head {chain.hash}", markup=False)
    for said in check_rows():
        wrong += 1
        console.print(said, markup=False)
    raise typer.Exit(1 if wrong else 0)


@log.command("acknowledge")
def log_acknowledge(
    chain: str,
    email: Annotated[str, typer.Option(help="The first person's address; its password is asked for")],
    second: Annotated[str, typer.Option(help="The second person's address; its password is asked for")],
    reason: Annotated[str, typer.Option(help="Why entries are missing, such as which backup was restored")],
) -> None:
    """Go on after a restore that lost entries: two people of the city say so in the log, and it is signed again.

    Both are its administrator, procurement manager or auditor, and type their own password.
    """
    start_django()
    from mix.actions.core.checkpoints import acknowledge_gap
    from mix.actions.core.run import run
    from mix.jobs.log_checks import NotAllowed, sign_in_for
    from mix.readers.city.people import actor_for
    from mix.readers.core.events import find_chain
    from mix.rules.core.unmet import Refused

    found = find_chain(chain)
    if found is None:
        console.print(f"There is no chain '{chain}'.", markup=False)
        raise typer.Exit(2)
    try:
        first, other = (
            sign_in_for(found, one, typer.prompt(f"Password of {one}", hide_input=True)) for one in (email, second)
        )
        made = run(actor_for(first), datetime.now(UTC), acknowledge_gap, found, second=other, reason=reason)
    except (Refused, NotAllowed) as error:
        console.print(f"Not acknowledged: {error}", markup=False)
        raise typer.Exit(1) from None
    console.print(f"{chain}: acknowledged, and signed over {made.size} entries.", markup=False)


@log.command("export")
def log_export(chain: str) -> None:
    """Write one chain to standard output, one JSON object a line."""
    start_django()
    from mix.readers.core.events import export_chain, list_chains

    found = next((c for c in list_chains() if c.code == chain), None)
    if found is None:
        console.print(f"There is no chain '{chain}'.")
        raise typer.Exit(2)
    for line in export_chain(found):
        sys.stdout.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")


@log.command("countersign")
def log_countersign(
    checkpoint: Path,
    log_file: Annotated[Path, typer.Option("--log", help="The log that the checkpoint is of, exported")],
    key: Annotated[str, typer.Option(help="The signer's key: the line under “Log and proofs” of its site")],
) -> None:
    """Witness another site's checkpoint: add this site's signature when its log holds and begins as before."""
    start_django()
    from mix.jobs.countersigning import WitnessRefuses, countersign_checkpoint

    try:
        signed = countersign_checkpoint(checkpoint.read_text(encoding="utf-8"), log_file.read_bytes(), vkey=key)
    except (OSError, WitnessRefuses) as error:
        console.print(f"{checkpoint}: not countersigned. {error}", markup=False)
        raise typer.Exit(1) from None
    sys.stdout.write(signed)


@log.command("countersigned")
def log_countersigned(
    note: Path,
    key: Annotated[str, typer.Option(help="The witness's key: the line under “Log and proofs” of its site")],
) -> None:
    """Keep a checkpoint of this site that a witness countersigned, outside of the database."""
    start_django()
    from mix.jobs.countersigning import WitnessRefuses
    from mix.jobs.witnesses import keep_countersigned

    try:
        kept = keep_countersigned(note.read_text(encoding="utf-8"), vkey=key, now=datetime.now(UTC))
    except (OSError, UnicodeDecodeError, WitnessRefuses) as error:
        console.print(f"{note}: not kept. {error}", markup=False)
        raise typer.Exit(1) from None
    console.print(f"{kept.chain}: {kept.witness} countersigned {kept.size} entries.", markup=False)
