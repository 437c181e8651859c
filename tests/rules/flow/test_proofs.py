"""Trees, notes, receipts, logs and bundles: what holds is found to hold, and whatever is changed is found."""

import base64
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mix.rules.choice.evaluation_file import parse_file, recompute, result_document
from mix.rules.core.chain import GENESIS, canonical, digest, link
from mix.rules.core.commitments import commitment
from mix.rules.core.merkle import EMPTY, Tree, leaf, root, roots_at
from mix.rules.core.notes import (
    Checkpoint,
    NoteWrong,
    countersign,
    key_id,
    open_note,
    read_checkpoint,
    sign_note,
)
from mix.rules.core.verdicts import Finding, Verdict
from mix.rules.flow.proofs import pack, verify_bundle, verify_log
from mix.rules.market.receipts import verify_receipt

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
NAME = "mix.example.org"


STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
STRANGERS = base64.b64encode(STRANGER.public_key().public_bytes_raw()).decode()


def signed(statement: Any, *, key: Ed25519PrivateKey = KEY) -> bytes:
    signature = base64.b64encode(key.sign(canonical(statement))).decode()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return json.dumps({"statement": statement, "signature": signature, "public_key": public}).encode()


def with_part(statement: Any, part: object) -> bytes:
    """Return a signed document with something in the place of the vendor's part."""
    return json.dumps({**json.loads(signed(statement)), "files": part}).encode()


def entries(
    count: int,
    *,
    finalised: list[str] | None = None,
    ranks: Any = None,
    begun: Any = None,
    verb: str = "documents.save",
) -> list[dict[str, Any]]:
    made, previous, usual = [], GENESIS, verb
    for seq in range(1, count + 1):
        payload: dict[str, Any] = {"n": seq, "é": ["x", None, True]}
        verb = usual
        if finalised and seq == 2:
            payload, verb = {"version": 1, "sealed": finalised}, "submissions.finalise"
        entry = {"seq": seq, "verb": verb, "payload_hash": digest(payload), "reason_hash": digest("why")}
        if (ranks or begun) and seq == count:
            payload = begun or {"ranks": ranks}
            entry |= {"challenge": "x", "payload_hash": digest(payload)}
        own = link(entry, previous=previous)
        made.append({**entry, "payload": payload, "reason": "why", "previous_hash": previous, "hash": own})
        previous = own
    return made


def log(rows: list[dict[str, Any]]) -> bytes:
    head = {"head": {"seq": len(rows), "hash": rows[-1]["hash"] if rows else GENESIS}}
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in [*rows, head])


def note(rows: list[dict[str, Any]], *, size: int | None = None, site: str = NAME, name: str = "") -> str:
    hashes = [row["hash"] for row in rows][:size]
    text = Checkpoint(f"{site}/log/x", len(hashes), root(hashes)).text()
    return sign_note(text, name=name or site, key=KEY)


def stated(**changes: Any) -> dict[str, Any]:
    """Return what a whole receipt states, and what is changed in it."""
    whole = {
        "kind": "MIX submission receipt",
        "version": 1,
        "reference": "AAAA",
        "call": "REF",
        "instance": NAME,
        "city": "guelph",
        "challenge": "x",
        "vendor": "é\U0001f600",
        "number": 1,
        "began_at": "2025-12-31T23:59:59.000001+00:00",
        "received_at": "2026-01-01T00:00:00+00:00",
        "closes_at": "2026-01-01T00:00:01+00:00",
        "zone": "America/Toronto",
        "clock": {"source": "this server, UTC", "tzdata": "2026a"},
        "envelopes": [envelope("c" * 64)],
        "key_id": "call-1",
        "custody": "managed",
        "acknowledged": [1, 10**20],
        "log": {"chain": "sealed:REF", "entry": "0" * 64},
    }
    return {**whole, **changes}


def envelope(ciphertext: str, **changes: Any) -> dict[str, Any]:
    file = {"commitment": commitment(OWN["fact"], salt=OWN["salt"]), "ciphertext_sha256": "b" * 64}
    sealed = {"commitment": "e" * 64, "ciphertext_sha256": ciphertext, "recipient": "age1x"}
    return {"envelope": "technical", **sealed, "files": [file], **changes}


# The vendor's part of that receipt, and what is none.
OWN: dict[str, Any] = {"salt": "5" * 32, "fact": {"name": "plan \U0001f600.txt", "size": 5, "sha256": "a" * 64}}
WHOLE_PART: dict[str, Any] = {"technical": [OWN]}
OTHER_PARTS: list[object] = [
    None,
    [],
    {},
    {"technical": []},
    {"technical": [OWN, OWN]},
    {"technical": OWN},
    {"technical": [OWN], "price": []},
    {"price": [OWN]},
    {"technical": [None]},
    {"technical": [{"salt": OWN["salt"]}]},
    {"technical": [{"salt": 5, "fact": OWN["fact"]}]},
    {"technical": [{**OWN, "salt": "6" * 32}]},
    *({"technical": [{**OWN, "fact": {**OWN["fact"], **one}}]} for one in ({"name": "p"}, {"size": 6}, {"sha256": ""})),
]

# What nobody could have been given as a receipt, though it is signed for.
UNKNOWN: list[dict[str, Any]] = [
    {"version": 2},
    {"version": "1"},
    {"version": None},
    {"kind": "MIX act of opening"},
    {"number": "1"},
    {"more": 1},
    {"envelopes": None},
    {"envelopes": ["x"]},
    {"envelopes": [{}]},
    {"envelopes": [envelope("c" * 64, envelope=1)]},
    {"envelopes": [envelope("c" * 64, recipient=None)]},
    {"recipients": ["age1x"]},
    {"envelopes": [envelope("c" * 64, files=[{"ciphertext_sha256": "b" * 64}])]},
    {"received_at": "2026-01-01"},
    {"received_at": "2026-01-01T00:00:00Z"},
    {"received_at": "2026-01-01T00:00:00.000000+00:00"},
    {"received_at": "2026-13-01T00:00:00+00:00"},
    {"custody": "lost"},
    {"log": {"chain": "sealed:REF"}},
]


def bundle(files: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    rows = entries(5)
    sealed = entries(3, finalised=["c" * 64])
    changes = {"log": {"chain": "sealed:REF", "entry": sealed[1]["hash"]}, **changes}
    held = {
        "case.json": b"{}",
        "logs/guelph.jsonl": log(rows),
        "logs/sealed-REF.jsonl": log(sealed),
        "checkpoints/guelph/3.txt": note(rows, size=3).encode(),
        "receipts/AAAA.json": signed(stated(**changes)),
        **(files or {}),
    }
    return packed(held)


def packed(
    held: dict[str, bytes],
    *,
    listed: dict[str, bytes] | None = None,
    key: Ed25519PrivateKey = KEY,
    stated_key: str = PUBLIC,
) -> bytes:
    manifest = {
        "format": "mix-bundle/1",
        "challenge": "x",
        "signer": NAME,
        "public_key": stated_key,
        "files": {name: hashlib.sha256(raw).hexdigest() for name, raw in (listed or held).items()},
    }
    return pack({**held, "manifest.json": signed(manifest, key=key)})


def as_if_compressed(method: int) -> bytes:
    """Return an archive whose list says that its file was compressed, as what cannot be unpacked."""
    raw = bytearray(pack({"case.json": b"\xff" * 9}))
    raw[raw.index(b"PK\x01\x02") + 10] = method
    return bytes(raw)


EVALUATION: dict[str, Any] = {
    "format": "mix-evaluation/1",
    "title": "Vans",
    "criteria": [{"key": "fit", "weight": 60}, {"key": "team", "weight": 20}],
    "price": {"weight": "20"},
    "tie": "lower_price",
    "bids": [
        {"key": "a", "scores": {"fit": 4, "team": [3, 4, 4]}, "price": "498000.00"},
        {"key": "b", "scores": {"fit": 5, "team": 2}, "price": 521000},
    ],
}


UNTIED = {"is_tied": False, "is_selected": False}


def evaluated(*, given: Any = EVALUATION, result: Any = None) -> bytes:
    """Return a bundle with an evaluation and its result."""
    file = json.dumps(given).encode()
    if result is None:
        parsed = parse_file(file.decode())
        result = result_document(parsed, recompute(parsed))
    ranked = [{"bid": "b", "vendor": "bee", "rank": 1}, {"bid": "a", "vendor": "ay", "rank": 2}]
    results = [
        {**r, **dict.fromkeys(("submission", "total", "points", "eliminated_by"), "x"), **UNTIED} for r in ranked
    ]
    rankings = [{"number": 1, "cause": "final", "vendor": None, "at": "", "results": results}]
    rows = entries(5, ranks={"shortlist-1": {r["vendor"]: r["rank"] for r in ranked}})
    names = {
        "evaluations/shortlist-1.json": file,
        "evaluations/shortlist-1-result.json": json.dumps(result).encode(),
        "evaluations/shortlist-1-rankings.json": json.dumps(rankings).encode(),
        "logs/guelph.jsonl": log(rows),
        "checkpoints/guelph/3.txt": note(rows, size=3).encode(),
    }
    return bundle({name: raw for name, raw in names.items() if raw != b"0"})


def result_of(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    parsed = parse_file(json.dumps(EVALUATION))
    result = result_document(parsed, recompute(parsed))
    change(result)
    return result


WRONG_RESULTS: list[tuple[bytes, Verdict, str]] = [
    (evaluated(), Verdict.HOLDS, ""),
    (
        evaluated(result=result_of(lambda r: r["results"].reverse())),
        Verdict.TAMPERED,
        "evaluations/shortlist-1-result.json",
    ),
    (
        evaluated(result=result_of(lambda r: r["results"][0].update(tied=0))),
        Verdict.TAMPERED,
        "evaluations/shortlist-1-result.json",
    ),
    (evaluated(result=[1.5]), Verdict.TAMPERED, "evaluations/shortlist-1-result.json"),
    (evaluated(given=0, result={}), Verdict.INCOMPLETE, "evaluations/shortlist-1-result.json"),
    (evaluated(given={**EVALUATION, "tie": "coin"}, result={}), Verdict.TAMPERED, "evaluations/shortlist-1.json"),
]


@pytest.mark.parametrize(("raw", "verdict", "place"), WRONG_RESULTS)
def test_a_result_that_does_not_follow_from_its_scores_is_found(raw: bytes, verdict: Verdict, place: str) -> None:
    found = verify_bundle(raw, public_key=PUBLIC)
    assert (found.verdict, found.place) == (verdict, place), found


def plain_root(leaves: list[bytes]) -> bytes:
    """Follow the words of RFC 6962, section 2.1."""
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:half]) + plain_root(leaves[half:])).digest()


@given(st.integers(0, 70))
def test_the_root_is_that_of_the_standard(count: int) -> None:
    hashes = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(count)]
    assert root(hashes) == plain_root([leaf(h) for h in hashes])
    sizes = {0, 1, count // 2, count, count + 1}
    assert roots_at(hashes, sizes) == {n: plain_root([leaf(h) for h in hashes[:n]]) for n in sizes if n <= count}


@given(st.integers(0, 70), st.integers(0, 70))
def test_a_tree_goes_on_from_what_is_kept_of_it(first: int, more: int) -> None:
    hashes = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(first + more)]
    begun = Tree()
    for entry_hash in hashes[:first]:
        begun.add(entry_hash)
    kept = begun.subtrees
    assert len(kept) == 32 * first.bit_count()
    tree = Tree(first, kept)
    for entry_hash in hashes[first:]:
        tree.add(entry_hash)
    assert (tree.size, tree.root()) == (len(hashes), root(hashes))
    with pytest.raises(ValueError, match="are not the subtrees"):
        Tree(first, kept + b"x" * 32)


def test_a_note_is_opened_by_the_key_that_signed_it_and_takes_witnesses() -> None:
    witness = Ed25519PrivateKey.from_private_bytes(bytes(32))
    text = Checkpoint("mix.example.org/log/guelph", 3, b"r" * 32).text()
    made = countersign(sign_note(text, name=NAME, key=KEY), name="london.example", key=witness)
    assert open_note(made, name=NAME, public_key=KEY.public_key().public_bytes_raw()) == text
    assert open_note(made, name="london.example", public_key=witness.public_key().public_bytes_raw()) == text
    assert read_checkpoint(text) == Checkpoint("mix.example.org/log/guelph", 3, b"r" * 32)
    with pytest.raises(NoteWrong):
        open_note(made.replace("\n3\n", "\n4\n"), name=NAME, public_key=KEY.public_key().public_bytes_raw())
    with pytest.raises(NoteWrong):
        open_note(made, name="other", public_key=KEY.public_key().public_bytes_raw())


def test_the_key_id_is_that_of_the_published_example() -> None:
    """The example of C2SP signed-note: PeterNeumann's key."""
    raw = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert raw[0] == 1
    assert key_id("PeterNeumann", raw[1:]).hex() == "c74f20a3"
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    example = f"{text}\n\u2014 PeterNeumann {signature}\n"
    assert open_note(example, name="PeterNeumann", public_key=raw[1:]) == text


@pytest.mark.parametrize("text", ["", "x\n", "x\n-1\nAA==\n", "x\n03\n" + "A" * 43 + "=\n", "x\n3\nAA==\n", "\n3\nA\n"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteWrong):
        read_checkpoint(text)


def test_a_receipt_holds_and_every_changed_byte_is_found() -> None:
    raw = signed(stated())
    assert verify_receipt(raw, public_key=PUBLIC) == Finding(
        Verdict.HOLDS, "", "AAAA: received 2026-01-01T00:00:00+00:00"
    )
    assert verify_receipt(raw, public_key="another").place == "receipt.public_key"
    assert verify_receipt(b"{}").verdict is Verdict.INCOMPLETE
    meaning = json.loads(raw)
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        try:
            same = json.loads(bytes(changed)) == meaning
        except ValueError:
            same = False
        assert (verify_receipt(bytes(changed), public_key=PUBLIC).verdict is Verdict.HOLDS) == same, position


def test_the_vendors_part_is_what_its_receipt_commits_to() -> None:
    holds = verify_receipt(with_part(stated(), WHOLE_PART), public_key=PUBLIC)
    assert holds.verdict is Verdict.HOLDS
    for part in OTHER_PARTS:
        found = verify_receipt(with_part(stated(), part), public_key=PUBLIC)
        assert (found.verdict, found.place.startswith("receipt.files")) == (Verdict.TAMPERED, True), part


def test_a_receipt_without_its_part_tells_neither_name_nor_size_nor_fingerprint() -> None:
    said = json.dumps(stated())
    assert [word for word in ("plan", "a" * 64, '"size"') if word in said] == []


@pytest.mark.parametrize("changes", UNKNOWN)
def test_a_receipt_of_another_version_or_shape_is_refused(changes: dict[str, Any]) -> None:
    found = verify_receipt(signed(stated(**changes)))
    assert (found.verdict, found.place) == (Verdict.TAMPERED, "receipt")
    found = verify_bundle(bundle(**changes))
    assert (found.verdict, found.place) == (Verdict.TAMPERED, "receipts/AAAA.json")


def test_a_log_holds_whole_and_with_its_checkpoint() -> None:
    rows = entries(7)
    raw = log(rows)
    assert verify_log(raw) == Finding(Verdict.HOLDS, "", "7 entries hold")
    for size in (1, 4, 7):
        kept = note(rows, size=size)
        assert verify_log(raw, checkpoint=kept, signer=NAME, public_key=PUBLIC).verdict is Verdict.HOLDS
    assert verify_log(log([])).verdict is Verdict.HOLDS


def test_a_log_that_was_cut_is_incomplete_and_one_that_was_made_anew_is_found_by_a_checkpoint() -> None:
    rows = entries(7)
    lines = log(rows).splitlines(keepends=True)
    assert verify_log(b"".join(lines[:-1])) == Finding(
        Verdict.INCOMPLETE, "log: line 8", "the log ends without its head"
    )
    assert verify_log(b"".join([*lines[:5], lines[-1]])).verdict is Verdict.INCOMPLETE
    kept = note(rows)
    short = verify_log(log(rows[:5]), checkpoint=kept, signer=NAME, public_key=PUBLIC)
    assert (short.verdict, short.place) == (Verdict.INCOMPLETE, "checkpoint")
    other = entries(7, finalised=["f"])
    forked = verify_log(log(other), checkpoint=kept, signer=NAME, public_key=PUBLIC)
    assert (forked.verdict, forked.place) == (Verdict.TAMPERED, "checkpoint")


def mutate(rows: list[dict[str, Any]], chance: random.Random) -> list[dict[str, Any]]:
    """Edit, delete, insert, swap, or cut; the head stays that of the whole."""
    made = [dict(row) for row in rows]
    at = chance.randrange(len(made))
    how = chance.choice(["edit", "payload", "reason", "relink", "delete", "insert", "swap", "float"])
    if how == "edit":
        made[at]["verb"] = "awards.approve"
    elif how == "payload":
        made[at]["payload"] = {"n": -1}
    elif how == "reason":
        made[at]["reason"] = "another"
    elif how == "float":
        made[at]["seq"] = float(made[at]["seq"])
    elif how == "relink":
        covered = {k: v for k, v in made[at].items() if k not in ("payload", "reason", "previous_hash", "hash")}
        covered["verb"] = "awards.approve"
        made[at] = made[at] | covered | {"hash": link(covered, previous=made[at]["previous_hash"])}
    elif how == "delete":
        del made[at]
    elif how == "insert":
        made.insert(at, dict(made[at]))
    else:
        other = (at + 1) % len(made)
        made[at], made[other] = made[other], made[at]
    return made


def test_a_thousand_mutations_are_all_found() -> None:
    chance = random.Random(20261123)  # noqa: S311 - the same mutations every time
    rows = entries(12)
    head = log(rows).splitlines(keepends=True)[-1]
    for _ in range(1000):
        changed = b"".join(json.dumps(r, ensure_ascii=False).encode() + b"\n" for r in mutate(rows, chance)) + head
        assert verify_log(changed).verdict is not Verdict.HOLDS


def test_a_bundle_holds_and_the_same_files_give_the_same_bytes() -> None:
    assert verify_bundle(bundle(), public_key=PUBLIC) == Finding(Verdict.HOLDS, "", "x: 5 files, 8 entries")
    assert bundle() == bundle()


def forged(*, stated_key: str) -> bytes:
    """Return a bundle of which a stranger changed the case and signed the list, naming one key or another."""
    held = {name: raw for name, raw in unpacked(bundle()).items() if name != "manifest.json"}
    return packed({**held, "case.json": b'{"value": 1}'}, key=STRANGER, stated_key=stated_key)


def unpacked(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


# What a stranger signs, the first place where it is found, with the city's key and without any.
FORGED = [
    (forged(stated_key=PUBLIC), "manifest.json.public_key"),
    (forged(stated_key=STRANGERS), "checkpoints/guelph/3.txt"),
    (
        packed({"receipts/AAAA.json": signed(stated())}, key=STRANGER, stated_key=STRANGERS),
        "receipts/AAAA.json.public_key",
    ),
    (
        bundle({"receipts/AAAA.json": signed(stated(), key=STRANGER)}),
        "receipts/AAAA.json.public_key",
    ),
]


@pytest.mark.parametrize(("raw", "place"), FORGED)
def test_a_bundle_with_two_keys_is_refused_also_where_no_key_is_given(raw: bytes, place: str) -> None:
    found = verify_bundle(raw)
    assert (found.verdict, found.place) == (Verdict.TAMPERED, place), found
    assert verify_bundle(raw, public_key=PUBLIC).verdict is Verdict.TAMPERED


def test_whoever_signed_is_named_and_nothing_holds_that_was_compared_with_no_key() -> None:
    for raw, text in (
        (packed({"case.json": b"{}"}, key=STRANGER, stated_key=STRANGERS), "x: 1 files, 0 entries"),
        (bundle(), "x: 5 files, 8 entries"),
    ):
        key = PUBLIC if raw == bundle() else STRANGERS
        said = f"{text}. Signed with {key}, which was compared with no key"
        assert verify_bundle(raw) == Finding(Verdict.UNCOMPARED, "", said)
    found = verify_receipt(signed(stated(), key=STRANGER))
    assert (found.verdict, STRANGERS in found.text, "hold" in found.text) == (Verdict.UNCOMPARED, True, False)
    assert verify_receipt(signed(stated(), key=STRANGER), public_key=PUBLIC).verdict is Verdict.TAMPERED


def test_any_changed_byte_of_a_bundle_is_found() -> None:
    raw = bundle()
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1 << position % 8
        assert verify_bundle(bytes(changed), public_key=PUBLIC).verdict is not Verdict.HOLDS, position
    for cut in range(0, len(raw), 97):
        assert verify_bundle(raw[:cut], public_key=PUBLIC).verdict is not Verdict.HOLDS, cut


def test_a_changed_file_is_named() -> None:
    raw = bundle().replace(b"00:00:01", b"00:00:09", 1)
    assert verify_bundle(raw).place == "receipts/AAAA.json"


@pytest.mark.parametrize(
    ("made", "verdict", "place"),
    [
        (lambda: b"no archive", Verdict.TAMPERED, "bundle"),
        (lambda: as_if_compressed(zipfile.ZIP_DEFLATED), Verdict.TAMPERED, "bundle"),
        (lambda: as_if_compressed(zipfile.ZIP_LZMA), Verdict.TAMPERED, "bundle"),
        (lambda: pack({"case.json": b"{}"}), Verdict.INCOMPLETE, "manifest.json"),
        (lambda: packed({"a": b"1"}, listed={"a": b"2"}), Verdict.TAMPERED, "a"),
        (lambda: packed({"a": b"1", "b": b"2"}, listed={"a": b"1"}), Verdict.TAMPERED, "b"),
        (lambda: packed({"a": b"1"}, listed={"a": b"1", "b": b"2"}), Verdict.INCOMPLETE, "b"),
        (lambda: bundle(received_at="2026-01-01T00:00:01+00:00"), Verdict.TAMPERED, "receipts/AAAA.json"),
        (lambda: bundle(envelopes=[envelope("d" * 64)]), Verdict.TAMPERED, "receipts/AAAA.json"),
        (lambda: bundle(call="OTHER"), Verdict.INCOMPLETE, "receipts/AAAA.json"),
        (
            lambda: bundle({"checkpoints/guelph/3.txt": note(entries(3, finalised=["f"])).encode()}),
            Verdict.TAMPERED,
            "checkpoints/guelph/3.txt",
        ),
        (
            lambda: bundle({"checkpoints/london/3.txt": note(entries(3)).encode()}),
            Verdict.INCOMPLETE,
            "checkpoints/london/3.txt",
        ),
        (
            lambda: bundle({"checkpoints/guelph/3.txt": note(entries(3), name="other.example").encode()}),
            Verdict.TAMPERED,
            "checkpoints/guelph/3.txt",
        ),
        # a site that has moved signs under its new name, with the key that it had
        (
            lambda: bundle({"checkpoints/guelph/3.txt": note(entries(3), site="old.example:8000").encode()}),
            Verdict.HOLDS,
            "",
        ),
        (lambda: bundle({"logs/guelph.jsonl": log(entries(5))[:-5]}), Verdict.TAMPERED, "logs/guelph.jsonl: line 6"),
    ],
)
def test_the_first_broken_place_is_named(made: Any, verdict: Verdict, place: str) -> None:
    found = verify_bundle(made(), public_key=PUBLIC)
    assert (found.verdict, found.place) == (verdict, place), found
