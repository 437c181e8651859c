"""Checkpoints: at every close, opening and award, and daily. What is signed was recomputed from the entries first.

The last one of each chain is also kept outside of the database, among the keys: whoever rewrites the database, or
brings an older one back, cannot have this instance sign for it.
"""

from __future__ import annotations

import logging
import secrets
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from mix.actions.core.deeds import Deed
from mix.actions.core.signing import open_own_note, sign_checkpoint
from mix.data.models import Chain, Checkpoint, Person
from mix.data.private_files import write_private
from mix.readers.core.events import entry_hashes, latest_checkpoint, tree_since, verify_chain
from mix.rules.core.chain import Break
from mix.rules.core.merkle import Tree, roots_at
from mix.rules.core.notes import NoteWrong, read_checkpoint
from mix.rules.core.unmet import Refused, Unmet, require

logger = logging.getLogger(__name__)
KEPT = "log_contradicts_kept"


class LogBroken(Refused):
    """A chain that does not hold, or does not go on from what was signed, is not signed for."""

    def __init__(self, chain: Chain, broken: Break) -> None:
        place = {"chain": chain.code, "entry": str(broken.seq)}
        super().__init__(Unmet("log_not_signed", place), Unmet(broken.code))


def make_checkpoint(code: str, *, now: datetime, goes_on: bool = False) -> Checkpoint | None:
    """Sign what a chain is now; the present checkpoint when nothing has come since, None for an empty chain.

    All entries are recomputed, and compared with every checkpoint so far; where it `goes_on`, those since the last one.
    Raises LogBroken when they do not hold.
    """
    chain = Chain.objects.filter(code=code).first()
    if chain is None or chain.seq == 0:
        return None
    present = latest_checkpoint(chain)
    if present and present.size == chain.seq:
        return present
    tree = _go_on(chain, present) if goes_on else None
    if tree is None:
        broken = verify_chain(chain) or find_contradiction(chain)
        if broken:
            raise LogBroken(chain, broken)
    return _sign(chain, tree or Tree(), now=now)


def _go_on(chain: Chain, last: Checkpoint | None) -> Tree | None:
    """Return the tree to go on from; None where the last checkpoint is not ours, not the one outside, or not all holds.

    Whether an entry before it was altered is asked daily, of all of them.
    """
    kept = kept_path(chain.code)
    if last is None or not kept.exists() or kept.read_text("utf-8") != last.note:
        return None
    try:
        open_own_note(last.note)
    except NoteWrong:
        return None
    return tree_since(chain, last)


def _sign(chain: Chain, tree: Tree, *, now: datetime) -> Checkpoint:
    """Sign the entries that a chain had when it was read, whatever has come since. `tree` is one over the first."""
    before = tree.subtrees
    for entry_hash in entry_hashes(chain, after=tree.size):
        before = tree.subtrees
        tree.add(entry_hash)
    note = sign_checkpoint(chain.code, size=chain.seq, root=tree.root())
    said = {"note": note, "before": before, "made_at": now}
    made, _ = Checkpoint.objects.get_or_create(chain=chain, size=chain.seq, defaults=said)
    transaction.on_commit(partial(_keep, chain.code, made.note))
    return made


def find_contradiction(chain: Chain) -> Break | None:
    """Compare a chain with every checkpoint that was made of it, in the database and outside; None where all hold."""
    stored = list(chain.checkpoints.order_by("size").values_list("size", "note"))
    kept = kept_path(chain.code)
    notes = [(note, "log_contradicts_checkpoint") for _size, note in stored]
    notes += [(kept.read_text("utf-8"), KEPT)] if kept.exists() else []
    try:
        said = [(read_checkpoint(open_own_note(note)), code) for note, code in notes]
    except NoteWrong:
        return Break(0, "checkpoint_not_ours")
    found = roots_at(entry_hashes(chain), {checkpoint.size for checkpoint, _ in said})
    for checkpoint, code in said:
        if found.get(checkpoint.size) != checkpoint.root:
            return Break(checkpoint.size, code)
        if checkpoint.size not in {size for size, _note in stored}:
            return Break(checkpoint.size, "checkpoint_missing")
    return None


def kept_path(code: str) -> Path:
    """Return where the last checkpoint of a chain is kept outside of the database."""
    return Path(settings.DATA_DIR) / "keys" / "checkpoints" / f"{code.replace(':', '-')}.txt"


def _keep(code: str, note: str) -> None:
    path = kept_path(code)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = path.with_suffix(f".{secrets.token_hex(4)}")
    write_private(whole, note.encode())
    whole.replace(path)


def acknowledge_gap(deed: Deed, chain: Chain, *, second: Person, reason: str) -> Checkpoint:
    """Go on after entries were lost, such as by restoring a backup: two people say so, in the log itself.

    What was signed last and is no longer there stands in the entry; the checkpoint over it takes its place outside.
    Who is named as the second must have been asked. Raises LogBroken where the entries contradict what is stored.
    """
    chain = Chain.objects.select_for_update().get(pk=chain.pk)
    require(bool(reason.strip()), "reason_missing", field="reason")
    require(second.pk != deed.actor.someone.pk, "second_person")
    broken = verify_chain(chain) or find_contradiction(chain)
    require(broken is not None, "log_has_no_gap")
    if broken and broken.code != KEPT:
        raise LogBroken(chain, broken)
    lost = read_checkpoint(open_own_note(kept_path(chain.code).read_text("utf-8")))
    payload = {"size": lost.size, "root": lost.root.hex(), "left": chain.seq, "second": second.code}
    deed.record("log.acknowledge_gap", chain, payload=payload, reason=reason)
    return _sign(Chain.objects.get(pk=chain.pk), Tree(), now=deed.now)
