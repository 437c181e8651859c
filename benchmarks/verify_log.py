"""Verifying an exported log offline, as `mix verify log` does it on all processors.

As a ratio to hashing its bytes alone, and to 200,000 entries a second (G13), by the clock and by the processors' time.
"""

import hashlib
import json
import os
import time
from statistics import median

from mix.jobs.spreading import spread
from mix.rules.core.chain import GENESIS, digest, link
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_log

ENTRIES = 200_000
GOAL_PER_SECOND = 200_000
ROUNDS = 5


def make() -> bytes:
    """Return a log like those that cases leave: a small payload and a reason in each entry."""
    lines, previous = [], GENESIS
    for seq in range(1, ENTRIES + 1):
        payload, reason = {"version": seq, "content": "a" * 64}, "Worth doing."
        entry = {
            "actor": "olivia",
            "challenge": "guelph-roads-sprint",
            "happened_at": "2026-11-23T09:00:00+00:00",
            "origin": "live",
            "payload_hash": digest(payload),
            "reason_hash": digest(reason),
            "recorded_at": "2026-11-23T09:00:00+00:00",
            "role": "procurement_officer",
            "seq": seq,
            "subject": "market-scan",
            "subject_type": "step",
            "verb": "documents.save",
        }
        own = link(entry, previous=previous)
        lines.append(
            json.dumps({**entry, "payload": payload, "reason": reason, "previous_hash": previous, "hash": own})
        )
        previous = own
    lines.append(json.dumps({"head": {"seq": ENTRIES, "hash": previous}}))
    return "\n".join(lines).encode()


def cpu() -> float:
    """Return the processors' time that this process and those it waited for have taken."""
    return sum(os.times()[:4])


def main() -> None:
    """Print the ratios, each the median of interleaved rounds."""
    raw = make()
    checking, working, hashing = [], [], []
    for _ in range(ROUNDS):
        began, worked = time.perf_counter(), cpu()
        found = verify_log(raw, spread=spread)
        checking.append(time.perf_counter() - began)
        working.append(cpu() - worked)
        worked = cpu()
        for line in raw.splitlines():
            hashlib.sha256(line).digest()
        hashing.append(cpu() - worked)
        if found.verdict is not Verdict.HOLDS:
            raise SystemExit(found.text)
    rate, cores = ENTRIES / median(checking), os.cpu_count() or 1
    free = ENTRIES * cores / median(working)
    print(
        f"verify a log: {rate:,.0f} entries/s, {rate / GOAL_PER_SECOND:.2f} of the goal of {GOAL_PER_SECOND:,};"
        f" on {cores} processors of its own {free:,.0f}; {median(working) / median(hashing):.1f} x hashing its lines"
    )


if __name__ == "__main__":
    main()
