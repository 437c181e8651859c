"""Checkpoints go out to witnesses by a schedule; what a witness countersigned is kept beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mix.actions.core.outbox import tell_address
from mix.actions.core.signing import open_own_note, signer_name
from mix.data.models import Checkpoint
from mix.data.private_files import write_private
from mix.jobs.countersigning import WitnessRefuses, read_vkey
from mix.readers.core.events import find_chain, list_signed_chains
from mix.rules.core.notes import NoteWrong, open_note, read_checkpoint

LATE = timedelta(days=35)  # a countersignature older than this is said by doctor
SENT = "witnesses.json"


@dataclass(frozen=True, slots=True)
class Countersigned:
    """Which witness signed last for a chain, over how many entries, and when that was kept here."""

    witness: str
    chain: str
    size: int
    at: datetime


def send_to_witnesses(*, now: datetime) -> None:
    """Hand each of `MIX_WITNESSES` the latest checkpoint of every public chain that it does not have yet.

    A folder gets a file, an address a mail. What a witness keeps, nobody here can rewrite.
    """
    sent = _sent()
    for witness in settings.WITNESSES:
        own = sent.setdefault(witness, {})
        for checkpoint in list_signed_chains():
            chain = checkpoint.chain.code
            if own.get(chain, 0) < checkpoint.size:
                _hand_over(witness, chain, checkpoint, now=now)
                own[chain] = checkpoint.size
                _write(Path(settings.DATA_DIR) / SENT, json.dumps(sent, sort_keys=True))


def _hand_over(witness: str, chain: str, checkpoint: Checkpoint, *, now: datetime) -> None:
    if not witness.startswith("/"):
        with transaction.atomic():
            tell_address(
                witness,
                "checkpoint_for_witness",
                language="en",
                now=now,
                path="log/",
                chain=f"{signer_name()}/log/{chain}",
                size=str(checkpoint.size),
                note=checkpoint.note,
            )
        return
    folder = Path(witness)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{signer_name()}-{chain}-{checkpoint.size}.txt".replace(":", "-")
    _write(folder / name, checkpoint.note)


def _sent() -> dict[str, dict[str, int]]:
    path = Path(settings.DATA_DIR) / SENT
    found: dict[str, dict[str, int]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def _write(path: Path, text: str) -> None:
    whole = path.with_suffix(".new")
    whole.write_text(text, encoding="utf-8")
    whole.replace(path)


def keep_countersigned(note: str, *, vkey: str, now: datetime) -> Countersigned:
    """Keep a checkpoint of this site that a witness countersigned. Raises WitnessRefuses where it is not that."""
    name, key = read_vkey(vkey)
    if name == signer_name():
        raise WitnessRefuses("this site is no witness of itself")
    try:
        said = read_checkpoint(open_own_note(note))
        open_note(note, name=name, public_key=key)
    except NoteWrong as error:
        raise WitnessRefuses(str(error)) from None
    code = said.origin.partition("/log/")[2]
    chain = find_chain(code)
    made = chain.checkpoints.filter(size=said.size).first() if chain else None
    if made is None or read_checkpoint(open_own_note(made.note)).root != said.root:
        raise WitnessRefuses(f"this site has made no such checkpoint of {code!r}")
    path = _folder() / f"{name}-{code}.json".replace(":", "-").replace("/", "-")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {"witness": name, "chain": code, "size": said.size, "at": now.isoformat(), "note": note}
    whole = path.with_suffix(".new")
    whole.unlink(missing_ok=True)
    write_private(whole, json.dumps(kept).encode())
    whole.replace(path)
    return Countersigned(name, code, said.size, now)


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "keys" / "countersigned"


def list_countersigned() -> Iterator[Countersigned]:
    """Yield what each witness signed last of each chain."""
    for path in sorted(_folder().glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        yield Countersigned(kept["witness"], kept["chain"], kept["size"], datetime.fromisoformat(kept["at"]))
