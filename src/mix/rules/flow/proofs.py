"""What anybody can check offline: a receipt, an exported log, a bundle of a whole case.

Verdicts: HOLDS; TAMPERED, something that is there does not fit; INCOMPLETE, something that must be there is not;
UNCOMPARED, all fits together and was signed, but nobody said whose key to expect. The first broken place is named. A
second implementation, `verify.html`, is written after docs/proofs.md and not after this module; tests hold both
against each other.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from mix.rules.choice.evaluation_file import parse_file, recompute, result_document
from mix.rules.core.chain import written
from mix.rules.core.commitments import commitment_of
from mix.rules.core.merkle import root
from mix.rules.core.notes import NoteWrong, open_note, read_checkpoint
from mix.rules.core.verdicts import Broken, Finding, Verdict, concluded, incomplete, read_json, read_signed, tampered
from mix.rules.flow.judged import check_policy
from mix.rules.flow.logs import Spread, read_log
from mix.rules.flow.rankings import check_rankings
from mix.rules.market.receipts import read_receipt

BUNDLE_FORMAT = "mix-bundle/1"
MANIFEST = "manifest.json"
ROWS = "rows.json"
DECISIONS = "decisions.json"
METHOD = "method.yaml"
BEGUN = ("challenges.commission", "challenges.record_history")
WORD = ("gate", "round", "city", "role", "person", "decision", "reason", "public_summary")
LOGS = "logs/"
RESULT = "-result.json"


def verify_log(
    raw: bytes, *, checkpoint: str = "", signer: str = "", public_key: str = "", spread: Spread = map
) -> Finding:
    """Check an exported log: each entry, the chain, its last line, and a checkpoint where one is given.

    `spread` does one thing with each of several parts, as `map` does; perhaps in several processes.
    """
    try:
        hashes = read_log(raw, "log", spread=spread)
        if checkpoint:
            _checkpoint(checkpoint, "checkpoint", hashes=hashes, signer=signer, public_key=public_key)
    except Broken as broken:
        return broken.finding
    return Finding(Verdict.HOLDS, "", f"{len(hashes)} entries hold")


def read_hashes(raw: bytes) -> list[str]:
    """Return the hashes of the entries of a log that was found to hold."""
    return read_log(raw, "log")


def _checkpoint(note: str, place: str, *, hashes: list[str], signer: str, public_key: str) -> None:
    try:
        body = open_note(note, name=signer, public_key=base64.b64decode(public_key, validate=True))
        checkpoint = read_checkpoint(body)
    except (NoteWrong, ValueError) as error:
        raise tampered(place, str(error)) from None
    if checkpoint.size > len(hashes):
        raise incomplete(place, f"speaks of {checkpoint.size} entries; the log has {len(hashes)}")
    if root(hashes[: checkpoint.size]) != checkpoint.root:
        raise tampered(place, f"the first {checkpoint.size} entries are not those it was made of")


def verify_bundle(raw: bytes, *, public_key: str = "", spread: Spread = map) -> Finding:
    """Check a bundle: its signed list, each file, its logs with their checkpoints, its receipts, its results."""
    try:
        return _bundle(raw, public_key=public_key, spread=spread)
    except Broken as broken:
        return broken.finding


def _bundle(raw: bytes, *, public_key: str, spread: Spread) -> Finding:
    files = _unzip(raw)
    if MANIFEST not in files:
        raise incomplete(MANIFEST, "is missing")
    manifest, key = read_signed(files.pop(MANIFEST), MANIFEST, public_key=public_key)
    if manifest.get("format") != BUNDLE_FORMAT:
        raise tampered(f"{MANIFEST}.format", f"is not {BUNDLE_FORMAT}")
    if manifest.get("public_key") != key:
        raise tampered(f"{MANIFEST}.public_key", "is not the key that signed the list")
    _listed(files, manifest)
    logs = {name: read_log(files[name], name, spread=spread) for name in sorted(files) if name.startswith(LOGS)}
    for name in sorted(n for n in files if n.startswith("checkpoints/")):
        log = f"logs/{name.split('/')[1]}.jsonl"
        if log not in logs:
            raise incomplete(name, "its log is missing")
        note = files[name].decode(errors="replace")
        signer = note.split("\n", 1)[0].partition("/log/")[0]  # a site may have changed its address since; not its key
        _checkpoint(note, name, hashes=logs[log], signer=signer, public_key=key)
    _receipts(files, public_key=key)
    _rows(files, challenge=manifest.get("challenge"))
    _decisions(files)
    _method(files, challenge=manifest.get("challenge"))
    check_policy(files)
    for name in sorted(n for n in files if n.startswith("evaluations/") and n.endswith(RESULT)):
        _result(name, files)
    check_rankings(files, challenge=manifest.get("challenge"))
    entries = sum(len(hashes) for hashes in logs.values())
    text = f"{manifest.get('challenge')}: {len(files)} files, {entries} entries"
    return concluded(text, signed_with=key, public_key=public_key)


def _unzip(raw: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            files = {info.filename: _unzipped(archive, info) for info in archive.infolist()}
    except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, OSError) as error:
        raise tampered("bundle", f"cannot be read: {error}") from None
    if pack(files) != raw:
        raise tampered("bundle", "the archive is not written as it was handed out")
    return files


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type != zipfile.ZIP_STORED:  # and nothing is ever inflated
        raise tampered("bundle", f"{info.filename} is compressed")
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, EOFError) as error:
        raise tampered(info.filename, f"cannot be read: {error}") from None


def _listed(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    listed = manifest.get("files")
    if not isinstance(listed, dict):
        raise tampered(f"{MANIFEST}.files", "is no list of files")
    for name in sorted(listed):
        if name not in files:
            raise incomplete(name, "is missing")
        if hashlib.sha256(files[name]).hexdigest() != listed[name]:
            raise tampered(name, "is not the file that was signed for")
    for name in sorted(files):
        if name not in listed:
            raise tampered(name, "is not on the signed list")


def _receipts(files: Mapping[str, bytes], *, public_key: str) -> None:
    """Check each receipt, and that every version of which the logs know has one."""
    finalised = {name: _finalised(files[name]) for name in sorted(files) if name.startswith(f"{LOGS}sealed-")}
    for name in sorted(n for n in files if n.startswith("receipts/")):
        _receipt(name, files, finalised, public_key=public_key)
    for name, entries in finalised.items():
        for number, _payload in entries.values():
            raise incomplete(f"{name}: line {number}", "the receipt of what was handed in is missing")


def _receipt(
    name: str, files: Mapping[str, bytes], finalised: Mapping[str, dict[str, tuple[int, Any]]], *, public_key: str
) -> None:
    """Check a receipt, that it came before closing, and that the log of its call holds its ciphertext; take it out."""
    statement, _ = read_receipt(files[name], name, public_key=public_key)
    if not statement.received_at < statement.closes_at:
        raise tampered(name, "was received after closing")
    known = finalised.get(f"{LOGS}sealed-{statement.call}.jsonl")
    if known is None:
        raise incomplete(name, "the log of its call is missing")
    sealed = [line.ciphertext_sha256 for line in statement.envelopes]
    _number, payload = known.pop(statement.log.entry, (0, None))
    if not isinstance(payload, dict) or (payload.get("version"), payload.get("sealed")) != (statement.number, sealed):
        raise tampered(name, "the log of its call does not know it")


def _rows(files: Mapping[str, bytes], *, challenge: object) -> None:
    """Compare the rows of the case with what the log's lines on it commit to, both ways. Each that is wrong is named.

    A row that several chains speak of is as the last line of one of them has it.
    """
    told: dict[str, set[object]] = {}
    for name in sorted(n for n in files if n.startswith(LOGS)):
        told_here = _told(files[name], challenge=challenge)
        for row, said in told_here.items():
            told.setdefault(row, set()).add(said)
    rows = read_json(files[ROWS], ROWS) if ROWS in files else {}
    if not isinstance(rows, dict):
        raise tampered(ROWS, "is no table of rows")
    wrong: dict[str, tuple[Verdict, str]] = {}
    for row, held in rows.items():
        if row not in told:
            wrong[row] = Verdict.TAMPERED, "is not known to the log"
        elif commitment_of(held) not in told[row]:
            wrong[row] = Verdict.TAMPERED, "is not what the log commits to"
    for row, said_of in told.items():
        if row not in rows and None not in said_of:
            wrong[row] = Verdict.INCOMPLETE, "is missing"
    if wrong:
        first = min(wrong)
        verdict, text = wrong[first]
        more = f"; {len(wrong)} rows in all: {', '.join(sorted(wrong))}" if len(wrong) > 1 else ""
        raise Broken(verdict, f"{ROWS}: {first}", text + more)


def _decisions(files: Mapping[str, bytes]) -> None:
    """Compare the words at the gates, as they are shown, with the rows to which the log commits."""
    if not {DECISIONS, ROWS} <= files.keys():
        return
    rows = read_json(files[ROWS], ROWS)
    shown = read_json(files[DECISIONS], DECISIONS)
    facts = [held["fact"] for name, held in rows.items() if name.startswith("gatesignature/")]
    try:
        said = sorted(written({**{key: fact[key] for key in WORD}, "at": fact["signed_at"]}) for fact in facts)
        fits = isinstance(shown, list) and sorted(map(written, shown)) == said
    except (KeyError, TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise tampered(DECISIONS, "does not follow from the rows")


def _method(files: Mapping[str, bytes], *, challenge: object) -> None:
    """Compare the text of the method with the digest that the log has of the one by which the case was begun."""
    told: set[str] = set()
    for name in (n for n in files if n.startswith(LOGS)):
        for line in files[name].splitlines():
            entry = json.loads(line)
            payload = entry.get("payload")
            if entry.get("challenge") == challenge and entry.get("verb") in BEGUN and isinstance(payload, dict):
                told |= {said for said in [payload.get("digest")] if isinstance(said, str)}
    if METHOD in files and hashlib.sha256(files[METHOD]).hexdigest() not in told:
        raise tampered(METHOD, "is not the method by which the case was begun")
    if told and METHOD not in files:
        raise incomplete(METHOD, "is missing")


def _told(log: bytes, *, challenge: object) -> dict[str, object]:
    """Return, by the row, what the lines of a log on one case commit to last; None where the row is gone."""
    told: dict[str, object] = {}
    for line in log.splitlines():
        entry = json.loads(line)
        payload = entry.get("payload")
        if entry.get("challenge") == challenge and isinstance(payload, dict) and isinstance(payload.get("rows"), dict):
            told |= {row: said if isinstance(said, str) else None for row, said in payload["rows"].items()}
    return told


def _result(name: str, files: Mapping[str, bytes]) -> None:
    """Compute a result again from what it was computed from."""
    given = f"{name.removesuffix(RESULT)}.json"
    if given not in files:
        raise incomplete(name, "what it was computed from is missing")
    try:
        parsed = parse_file(files[given].decode())
    except ValueError as error:
        raise tampered(given, f"cannot be evaluated: {error}") from None
    try:
        fits = written(read_json(files[name], name)) == written(result_document(parsed, recompute(parsed)))
    except (ValueError, RecursionError):
        fits = False
    if not fits:
        raise tampered(name, f"does not follow from {given}")


def _finalised(log: bytes) -> dict[str, tuple[int, Any]]:
    """Return, by the hash of its entry, the line and the payload of each version that was handed in."""
    entries = ((number, json.loads(line)) for number, line in enumerate(log.splitlines(), start=1))
    return {e["hash"]: (number, e.get("payload")) for number, e in entries if e.get("verb") == "submissions.finalise"}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write files into an archive that depends on nothing but them: names in order, one date, no compression."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(member(name), files[name])
    return out.getvalue()


def member(name: str) -> zipfile.ZipInfo:
    """Return what an archive says of a file beside its content."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o644 << 16
    info.create_system = 3
    return info
