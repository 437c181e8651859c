"""The rows of a bundle and what its log commits to: whatever differs, is missing or is too many is named."""

import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from mix.rules.core.chain import GENESIS, canonical, digest, link
from mix.rules.core.commitments import commitment, shown, shown_salt
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from tests.rules.flow.test_proofs import PUBLIC, entries, log, packed

SALT = "5" * 64
FACTS: dict[str, Any] = {"score/1": {"score": 4, "comment": "é"}, "score/2": {"score": 0}, "award/9": {"cents": 10**20}}


def with_rows(
    *,
    rows: Any = None,
    told: dict[str, Any] | None = None,
    challenge: str = "x",
    first: dict[str, Any] | None = None,
    beside: dict[str, bytes] | None = None,
    ranks: tuple[Any, ...] = (),
) -> bytes:
    """Return a bundle whose log commits to rows, twice to one of them, and has taken one out again."""
    said = {row: commitment(fact, salt=SALT) for row, fact in FACTS.items()}
    before = {"score/1": "0" * 64, "card/3": "1" * 64} if first is None else first
    lines = [before, {**said, "card/3": None} if told is None else told]
    lines += [{} for _ in ranks]
    made: list[dict[str, Any]] = []
    for seq, committed in enumerate(lines, start=1):
        payload = {"rows": committed} if seq <= 2 else {"ranks": ranks[seq - 3]}
        entry = {"seq": seq, "verb": "x", "challenge": challenge}
        entry |= {"payload_hash": digest(payload), "reason_hash": digest("")}
        previous = made[-1]["hash"] if made else GENESIS
        more = {"payload": payload, "reason": "", "previous_hash": previous}
        made.append({**entry, **more, "hash": link(entry, previous=previous)})
    held = {row: {"fact": fact, "salt": SALT} for row, fact in FACTS.items()}
    files = {"logs/guelph.jsonl": log(made), "rows.json": json.dumps(held if rows is None else rows).encode()}
    files |= beside or {}
    return packed(files if rows != 0 else {"logs/guelph.jsonl": log(made)})


def held_rows(**changes: Any) -> dict[str, Any]:
    held: dict[str, Any] = {row: {"fact": fact, "salt": SALT} for row, fact in FACTS.items()}
    return {row: value for row, value in {**held, **changes}.items() if value is not None}


WRONG_ROWS: list[tuple[bytes, Verdict, str, str]] = [
    (with_rows(), Verdict.HOLDS, "", "x: 2 files, 2 entries"),
    (
        with_rows(rows=held_rows(**{"score/1": {"fact": {"score": 5, "comment": "é"}, "salt": SALT}})),
        Verdict.TAMPERED,
        "rows.json: score/1",
        "is not what the log commits to",
    ),
    (
        with_rows(rows=held_rows(**{"score/2": {"fact": {"score": 0}, "salt": "6" * 64}})),
        Verdict.TAMPERED,
        "rows.json: score/2",
        "is not what the log commits to",
    ),
    (with_rows(rows=held_rows(**{"award/9": None})), Verdict.INCOMPLETE, "rows.json: award/9", "is missing"),
    (
        with_rows(rows=held_rows(**{"award/10": {"fact": {}, "salt": SALT}, "score/2": None})),
        Verdict.TAMPERED,
        "rows.json: award/10",
        "is not known to the log; 2 rows in all: award/10, score/2",
    ),
    (
        with_rows(rows=held_rows(**{"card/3": {"fact": {}, "salt": SALT}})),
        Verdict.TAMPERED,
        "rows.json: card/3",
        "is not what the log commits to",
    ),
    (
        with_rows(rows=held_rows(**{"card/3": 3})),
        Verdict.TAMPERED,
        "rows.json: card/3",
        "is not what the log commits to",
    ),
    (with_rows(rows=[]), Verdict.TAMPERED, "rows.json", "is no table of rows"),
    (with_rows(rows={"score/1": 1.5}), Verdict.TAMPERED, "rows.json", "is not readable JSON without fractions"),
    (
        with_rows(rows=0),
        Verdict.INCOMPLETE,
        "rows.json: award/9",
        "is missing; 3 rows in all: award/9, score/1, score/2",
    ),
    (
        with_rows(challenge="another"),
        Verdict.TAMPERED,
        "rows.json: award/9",
        "is not known to the log; 3 rows in all: award/9, score/1, score/2",
    ),
    (with_rows(told={"score/1": 7}), Verdict.TAMPERED, "rows.json: award/9", ""),
    (
        packed({"logs/sealed-REF.jsonl": log(entries(3, finalised=["c" * 64]))}),
        Verdict.INCOMPLETE,
        "logs/sealed-REF.jsonl: line 2",
        "the receipt of what was handed in is missing",
    ),
]


WORD = {key: f"{key} é" for key in ("gate", "city", "role", "person", "decision", "reason", "public_summary")}
SIGNED = {
    "gatesignature/1": {**WORD, "round": 1, "signed_at": "a"},
    "gatesignature/2": {**WORD, "round": 2, "signed_at": "b"},
}
DECISIONS: list[dict[str, Any]] = [{**WORD, "round": 2, "at": "b"}, {**WORD, "round": 1, "at": "a"}]


def with_decisions(shown: Any, *, facts: dict[str, Any] = SIGNED) -> bytes:
    """Return a bundle that shows words at gates, and whose log commits to the rows that they are shown from."""
    told = {row: commitment(fact, salt=SALT) for row, fact in facts.items()}
    rows = {row: {"fact": fact, "salt": SALT} for row, fact in facts.items()}
    return with_rows(rows=rows, told=told, first={}, beside={"decisions.json": json.dumps(shown).encode()})


DIFFERS = (Verdict.TAMPERED, "decisions.json", "does not follow from the rows")
WRONG_ROWS += [
    (with_decisions(DECISIONS), Verdict.HOLDS, "", ""),
    (with_decisions([{**DECISIONS[0], "reason": "x"}, DECISIONS[1]]), *DIFFERS),
    (with_decisions(DECISIONS[:1]), *DIFFERS),
    (with_decisions([*DECISIONS, DECISIONS[0]]), *DIFFERS),
    (with_decisions({}), *DIFFERS),
    (with_decisions([{**WORD, "round": 1}], facts={"gatesignature/1": {**WORD, "round": 1}}), *DIFFERS),
]


@pytest.mark.parametrize(("raw", "verdict", "place", "text"), WRONG_ROWS)
def test_each_row_that_differs_is_missing_or_is_too_many_is_named(
    raw: bytes, verdict: Verdict, place: str, text: str
) -> None:
    found = verify_bundle(raw, public_key=PUBLIC)
    assert (found.verdict, found.place) == (verdict, place), found
    assert not text or found.text == text


def test_a_commitment_says_nothing_and_a_private_value_is_shown_as_a_fingerprint() -> None:
    fact = {
        "conflict": "financial",
        "note": "my brother",
        "at": datetime(2026, 1, 2, 3, tzinfo=UTC),
        "sum": Decimal("2.50"),
    }
    out = shown(fact, private={"note"}, salt="a" * 32)
    assert {k: v for k, v in out.items() if k != "note"} == {
        "conflict": "financial",
        "at": "2026-01-02T03:00:00+00:00",
        "sum": "2.50",
    }
    other = shown(fact, private={"note"}, salt="b" * 32)
    assert (len(out["note"]), out["note"] == other["note"]) == (64, False)
    made = commitment(out, salt=shown_salt("a" * 32))
    assert (
        made == hashlib.sha256(hashlib.sha256(b"shown " + b"a" * 32).hexdigest().encode() + canonical(out)).hexdigest()
    )
    assert len({made, commitment(out, salt=shown_salt("b" * 32)), commitment(out, salt="")}) == 3
