"""The `mix` command."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from mix.jobs import city_commands, operating
from mix.jobs.identity_commands import identity
from mix.jobs.log_commands import log
from mix.jobs.method_commands import methods
from mix.jobs.operating import start_django
from mix.jobs.policy_commands import policy
from mix.jobs.sandbox import sandbox
from mix.jobs.spreading import spread
from mix.rules.core.kinds import Envelope
from mix.rules.core.verdicts import Finding
from mix.rules.flow import proofs
from mix.rules.market import receipts

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mix.config.settings")

app = typer.Typer(no_args_is_help=True, help="The Municipal Innovation Exchange.", add_completion=False)
app.add_typer(methods, name="methods")
app.add_typer(log, name="log")
verify = typer.Typer(
    no_args_is_help=True,
    help="Check a receipt, a log or a bundle offline. 0: holds, 1: tampered, 2: incomplete, 3: compared with no key; "
    "the first place is named.",
)
app.add_typer(verify, name="verify")
key = typer.Typer(no_args_is_help=True, help="Keys in split custody, without a site.")
app.add_typer(key, name="key")
app.add_typer(policy, name="policy")
app.add_typer(identity, name="identity")
app.command()(operating.doctor)
app.command()(operating.backup)
app.command()(operating.restore)
app.command("city")(city_commands.found_city)
app.command()(city_commands.holder)
app.command()(sandbox)
console = Console(highlight=False, soft_wrap=True)


@app.command()
def evaluate(
    file: Path, *, as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON")] = False
) -> None:
    """Recompute an evaluation from a file in the open format: points, totals, ranks, and who is out for what.

    Needs no database and no secret. Ends with 2 when the file cannot be evaluated.
    """
    from mix.rules.choice.evaluation_file import FileInvalid, parse_file, recompute, result_document, result_lines

    try:
        parsed = parse_file(file.read_text(encoding="utf-8-sig"))
    except FileInvalid as error:
        for place, text in error.problems:
            console.print(f"{file}: {place + ': ' if place else ''}{text}", markup=False)
        raise typer.Exit(2) from None
    except (OSError, UnicodeDecodeError) as error:
        console.print(f"{file}: cannot be read: {error}", markup=False)
        raise typer.Exit(2) from None
    outcomes = recompute(parsed)
    if as_json:
        print(json.dumps(result_document(parsed, outcomes), indent=2, ensure_ascii=False))
        return
    for line in result_lines(parsed, outcomes):
        console.print(line, markup=False)


Key = Annotated[
    str, typer.Option(help="The signer's public key, as its site shows it; without it, it is only said who signed")
]


def _conclude(file: Path, check: Callable[[bytes], Finding]) -> None:
    try:
        found = check(file.read_bytes())
    except OSError as error:
        console.print(f"{file}: cannot be read: {error}", markup=False)
        raise typer.Exit(2) from None
    place = f"{found.place}: " if found.place else ""
    console.print(f"{file}: {found.verdict.name.lower()}. {place}{found.text}", markup=False)
    raise typer.Exit(found.verdict)


def _raw_key(key: str) -> str:
    """Take the key out of a vkey (name+id+key), or as it is; in base64."""
    if not re.match(r"[^+\s]+\+[0-9a-f]{8}\+", key):
        return key
    try:
        return base64.b64encode(base64.b64decode(key.split("+", 2)[2], validate=True)[1:]).decode()
    except ValueError:
        console.print(f"{key}: not a key", markup=False)
        raise typer.Exit(2) from None


@verify.command("receipt")
def verify_receipt(
    file: Path,
    key: Key = "",
    copy: Annotated[Path | None, typer.Option(help="The vendor's own copy, taken before finalising")] = None,
) -> None:
    """Check the signature of a receipt; with the own copy, that the receipt commits to what the copy says."""
    try:
        own = copy.read_bytes() if copy else b""
    except OSError as error:
        console.print(f"{copy}: cannot be read: {error}", markup=False)
        raise typer.Exit(2) from None
    _conclude(file, lambda raw: receipts.verify_receipt(raw, public_key=_raw_key(key), copy=own))


@verify.command("log")
def verify_log(
    file: Path,
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint that was kept; needs its signer's key")] = None,
    key: Key = "",
) -> None:
    """Check an exported log, entry by entry, and that it holds what a checkpoint was made of."""
    if checkpoint and "+" not in key:
        console.print("--checkpoint needs --key, the whole line NAME+ID+KEY of its signer", markup=False)
        raise typer.Exit(2)
    try:
        note = checkpoint.read_text(encoding="utf-8") if checkpoint else ""
    except (OSError, UnicodeDecodeError) as error:
        console.print(f"{checkpoint}: cannot be read: {error}", markup=False)
        raise typer.Exit(2) from None
    signer = key.split("+", 1)[0]
    _conclude(
        file,
        lambda raw: proofs.verify_log(raw, checkpoint=note, signer=signer, public_key=_raw_key(key), spread=spread),
    )


@verify.command("bundle")
def verify_bundle(file: Path, key: Key = "") -> None:
    """Check the bundle of a case: every file, the logs with their checkpoints, the receipts."""
    _conclude(file, lambda raw: proofs.verify_bundle(raw, public_key=_raw_key(key), spread=spread))


@app.command()
def bundle(challenge: str, file: Path) -> None:
    """Write the bundle of a case. The same records give the same bytes."""
    start_django()
    from mix.actions.flow.bundles import make_bundle
    from mix.data.models import Challenge
    from mix.rules.choice.evaluation_file import FileInvalid
    from mix.rules.core.versioned import FormUnknown

    found = Challenge.objects.select_related("municipality", "method").filter(code=challenge).first()
    if found is None:
        console.print(f"There is no challenge '{challenge}'.")
        raise typer.Exit(2)
    try:
        with make_bundle(found) as made, file.open("wb") as out:
            shutil.copyfileobj(made, out)
    except (FileInvalid, FormUnknown) as error:
        console.print(f"No bundle: a record of {challenge} cannot be read: {error}. Run: mix log verify", markup=False)
        raise typer.Exit(1) from None
    console.print(f"wrote {file}")


@app.command()
def setup() -> None:
    """Make the database, the static files and the catalogue ready. Safe to run again."""
    start_django()
    from mix.jobs.start import set_up

    set_up()
    console.print("Ready.")


@app.command()
def serve(
    *,
    workers: Annotated[int, typer.Option(help="Web processes")] = 2,
    alone: Annotated[bool, typer.Option("--alone", help="The worker and the sealer run elsewhere")] = False,
) -> None:
    """Serve the site, with the worker and the sealer. Changes nothing: what is lacking, `mix setup` makes."""
    start_django()
    from mix.jobs.start import serve as serve_site

    serve_site(workers=workers, alone=alone)


@app.command()
def work() -> None:
    """Run the worker alone: it sends what waits in the outbox, reminds, and has opened files scanned."""
    start_django()
    from mix.jobs.work import work_forever

    work_forever()


@app.command()
def demo(
    *,
    prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Set up, then stop")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="The cast and no challenge")] = False,
) -> None:
    """Set up the demonstration world with its scenarios, print the sign-in cards, and serve."""
    os.environ["MIX_DEMO"] = "1"
    start_django()
    from mix.jobs.demo import prepare, print_cards

    prepare(console, empty=empty)
    print_cards(console)
    if not prepare_only:  # by a process that holds nothing of what was replayed
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "mix.jobs.cli", "serve"])  # noqa: S606 - ours


@app.command()
def replay(files: list[Path]) -> None:
    """Carry out scenarios, each through the verbs that the pages use. Migrates and loads the catalogue by itself."""
    os.environ.setdefault("MIX_DEMO", "1")
    start_django()
    from mix.jobs.demo import replay_files
    from mix.jobs.scenarios import ScenarioWrong

    try:
        replay_files(files, console)
    except (ScenarioWrong, OSError) as error:
        console.print(str(error), markup=False)
        raise typer.Exit(2) from None


@app.command()
def docs() -> None:
    """Generate the pages of docs/ that list what the code defines."""
    start_django()
    from mix.jobs.generated import write_docs

    for path in write_docs(Path.cwd() / "docs"):
        console.print(f"wrote {path}")


@app.command()
def sealer() -> None:
    """Run the sealer: it keeps the keys of calls behind a Unix socket and opens nothing before its time."""
    from mix.jobs.sealer import run_sealer

    run_sealer()


@key.command("combine")
def key_combine(
    *,
    envelope: Annotated[Envelope, typer.Option(help="Whose key: each envelope of a call has its own")] = (
        Envelope.TECHNICAL
    ),
    recovery: Annotated[bool, typer.Option("--recovery", help="The shares are those of a recovery key")] = False,
) -> None:
    """Put a key together from two shares, one line each on standard input, for the `age` program (docs/opening.md).

    Needs no database, no secret and no network: meant for a computer that has none.
    """
    from mix.phrases.refusals import sentence
    from mix.rules.core.unmet import Refused
    from mix.rules.market.shares import age_key, combine, envelope_secret, read_share

    try:
        secret = combine(read_share(line) for line in sys.stdin.read().splitlines() if line.strip())
        sys.stdout.write(age_key(secret if recovery else envelope_secret(secret, envelope)) + "\n")
    except Refused as error:
        for unmet in error.unmet:
            sys.stderr.write(f"{sentence(unmet, 'en')}.\n")
        raise typer.Exit(1) from None


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
