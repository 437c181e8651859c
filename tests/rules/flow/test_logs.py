"""A log is read the quick way, or line by line: both say the same of it, to the word."""

import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from mix.rules.core.chain import GENESIS, digest, link
from mix.rules.core.verdicts import Broken, Finding, Verdict
from mix.rules.flow import logs
from mix.rules.flow.proofs import verify_log
from tests.rules.flow.test_proofs import log, mutate


def full(count: int) -> list[dict[str, Any]]:
    """Return entries as this program exports them."""
    made: list[dict[str, Any]] = []
    for seq in range(1, count + 1):
        payload, reason = {"n": seq, "é": ["x", None, True], "b": {"z": 1, "a": ""}}, "Worth “doing”,\n\tsaid \\ she."
        entry = {
            "actor": "olivia",
            "challenge": "",
            "happened_at": "2026-11-23T09:00:00+00:00",
            "origin": "live",
            "payload_hash": digest(payload),
            "reason_hash": digest(reason),
            "recorded_at": "2026-11-23T09:00:00.000123+00:00",
            "role": "procurement_officer",
            "seq": seq,
            "subject": "né/market-scan",
            "subject_type": "step",
            "verb": "documents.save",
        }
        previous = made[-1]["hash"] if made else GENESIS
        own = link(entry, previous=previous)
        made.append({**entry, "payload": payload, "reason": reason, "previous_hash": previous, "hash": own})
    return made


def slowly(raw: bytes) -> Finding:
    try:
        return Finding(Verdict.HOLDS, "", f"{len(logs._line_by_line(raw, 'log'))} entries hold")
    except Broken as broken:
        return broken.finding


CRAFTED: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (  # each consistent in itself, with its own hash
    lambda row: row | {"seq": True},
    lambda row: row | {"more": "text"},
    lambda row: row | {"payload": {"n": 1.5}},
    lambda row: row | {"payload": {"n": [{"deep": 2.0}, -0.0]}},
    lambda row: row | {"payload": {"n": float("nan")}},
    lambda row: row | {"payload": [1, "two", [3]]},
    lambda row: row | {"payload": {"n": 10**30, "s": "\ud800"}},
    lambda row: row | {"payload": None, "reason": None},
    lambda row: row | {"reason": ["no", "text"]},
    lambda row: row | {"verb": 'quo"te\\ \u2028\x1f é'},
    lambda row: {key: value for key, value in row.items() if key != "role"},
    lambda row: row | {"head": {"seq": 1, "hash": row["hash"]}},
)


def made_whole(row: dict[str, Any]) -> dict[str, Any]:
    """Give an entry the digests and the hash of what it says, as far as it can be said."""
    row = dict(row)
    for name in ("payload", "reason"):
        if row.get(name) is not None:
            row[f"{name}_hash"] = hashlib.sha256(loose(row[name])).hexdigest()
    covered = {k: v for k, v in row.items() if k not in logs.UNHASHED}
    row["hash"] = hashlib.sha256(b"\x00" + row["previous_hash"].encode() + loose(covered)).hexdigest()
    return row


def loose(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("part", [1, 300, 2**20])
def test_the_quick_way_says_what_line_by_line_says(monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    """Whole logs, mutated ones, single bytes, lines made to pass one way and not the other; in parts of any size."""
    monkeypatch.setattr(logs, "PART", part)
    chance = random.Random(20261129)  # noqa: S311 - the same mutations every time
    rows = full(9)
    whole = log(rows)
    assert logs._quickly(whole, map) == [row["hash"] for row in rows]
    head = whole.splitlines(keepends=True)[-1]
    samples = [whole, b"", b"\n", whole[:-1], whole + b"\n", whole.replace(b"\n", b"\r\n"), whole.replace(b"\n", b"\r")]
    samples += [
        b"".join(json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in mutate(rows, chance)) + head
        for _ in range(100)
    ]
    for _ in range(300):
        at = chance.randrange(len(whole))
        samples.append(whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :])
    for craft in CRAFTED:
        first = made_whole(craft(full(1)[0]))
        end = {"head": {"seq": 1, "hash": first["hash"]}}
        signed = json.dumps(first).replace('"seq": 1,', '"seq": -0,').replace('"n": 1,', '"n": 1e0,')
        for line in (
            signed,
            json.dumps(first),
            json.dumps(first, indent=None, separators=(",", ":")),
            " " + json.dumps(first),
        ):
            samples.append(f"{line}\n{json.dumps(end)}\n".encode())
    for raw in samples:
        assert verify_log(raw) == slowly(raw), raw


def test_the_quick_way_is_the_one_that_is_taken_and_its_parts_can_be_spread() -> None:
    rows = full(40)
    parts: list[int] = []

    def spread(act: Callable[[logs.Part], str | None], given: Any) -> list[str | None]:
        parts.append(len(given))
        return [act(part) for part in reversed(given)][::-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "PART", 2000)
        patch.setattr(logs, "_line_by_line", lambda *_: pytest.fail("line by line"))
        assert verify_log(log(rows), spread=spread) == Finding(Verdict.HOLDS, "", "40 entries hold")
    assert parts[0] > 5
