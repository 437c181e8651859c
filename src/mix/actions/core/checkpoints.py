"""Checkpoints: at every close, opening and award, and daily. What is signed was recomputed from the entries first."""

from __future__ import annotations

import logging
from datetime import datetime

from mix.actions.core.signing import sign_checkpoint
from mix.data.models import Chain, Checkpoint
from mix.readers.core.events import entry_hashes, latest_checkpoint, verify_chain
from mix.rules.core.merkle import root

logger = logging.getLogger(__name__)


class LogBroken(Exception):
    """A chain that does not hold is not signed for."""


def make_checkpoint(code: str, *, now: datetime) -> Checkpoint | None:
    """Sign what a chain is now; the present checkpoint when nothing has come since, None for an empty chain.

    Raises LogBroken when the entries do not hold.
    """
    chain = Chain.objects.filter(code=code).first()
    if chain is None or chain.seq == 0:
        return None
    present = latest_checkpoint(chain)
    if present and present.size == chain.seq:
        return present
    broken = verify_chain(chain)
    if broken:
        raise LogBroken(f"{code}: entry {broken.seq}, {broken.code}")
    note = sign_checkpoint(code, size=chain.seq, root=root(entry_hashes(chain)))
    made, _ = Checkpoint.objects.get_or_create(chain=chain, size=chain.seq, defaults={"note": note, "made_at": now})
    return made
