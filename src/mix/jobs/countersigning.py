"""Witnessing another site's log: countersign its checkpoint when the log holds and still begins as it did before."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from pathlib import Path

from django.conf import settings

from mix.actions.core.signing import countersign_note
from mix.rules.core.merkle import root
from mix.rules.core.notes import Checkpoint, open_note, read_checkpoint
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import read_hashes, verify_log


class WitnessRefuses(Exception):
    """A checkpoint that is not countersigned, and why."""


def countersign_checkpoint(note: str, log: bytes, *, vkey: str) -> str:
    """Return the note with this site's signature added.

    The log must hold, the checkpoint must be the signer's and of this log, and whatever was countersigned before must
    still be its beginning. What was seen is kept under `witness/` in the data folder. Raises WitnessRefuses.
    """
    name, key = read_vkey(vkey)
    found = verify_log(log, checkpoint=note, signer=name, public_key=base64.b64encode(key).decode())
    if found.verdict is not Verdict.HOLDS:
        raise WitnessRefuses(f"{found.place}: {found.text}")
    now = read_checkpoint(open_note(note, name=name, public_key=key))
    path = Path(settings.DATA_DIR) / "witness" / f"{hashlib.sha256(now.origin.encode()).hexdigest()[:32]}.txt"
    if path.exists():
        _still_begins(log, now, before=read_checkpoint(open_note(path.read_text("utf-8"), name=name, public_key=key)))
    signed = countersign_note(note)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = path.with_suffix(".new")
    whole.write_text(note, encoding="utf-8")
    whole.replace(path)
    return signed


def _still_begins(log: bytes, now: Checkpoint, *, before: Checkpoint) -> None:
    if now.size < before.size:
        raise WitnessRefuses(
            f"the log had {before.size} entries when it was countersigned last, and now has {now.size}"
        )
    if root(read_hashes(log)[: before.size]) != before.root:
        raise WitnessRefuses(f"the first {before.size} entries are not those that were countersigned before")


def read_vkey(vkey: str) -> tuple[str, bytes]:
    """Read name and key out of a C2SP vkey. Raises WitnessRefuses."""
    found = re.fullmatch(r"([^+\s]+)\+[0-9a-f]{8}\+([A-Za-z0-9+/]+=*)", vkey.strip())
    try:
        raw = base64.b64decode(found[2], validate=True) if found else b""
    except binascii.Error:
        raw = b""
    if not found or len(raw) != 33 or raw[0] != 1:
        raise WitnessRefuses("the key is not a line like NAME+ID+KEY")
    return found[1], raw[1:]
