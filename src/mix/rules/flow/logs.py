"""Reading an exported log: one JSON object a line, each following from the one before, and the head last.

A log that holds is read the quick way, in parts that are checked apart: each begins with the hash that the line before
it claims, and the part before it holds that line to it. The quick way takes nothing but lines as this program writes
them. Whatever it does not take is read again line by line, which alone says what is wrong, and where.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, TypeAlias

from pydantic_core import from_json

from mix.rules.core.chain import GENESIS, canonical, written
from mix.rules.core.verdicts import Broken, incomplete, read_json, tampered

UNHASHED = frozenset({"payload", "reason", "previous_hash", "hash"})  # an entry's hash covers their digests
PART = 2 * 2**20  # bytes that are worth a part of their own

Part: TypeAlias = tuple[bytes, int, str]  # lines, the number of the first, and the hash before it
Spread: TypeAlias = Callable[[Callable[[Part], str | None], Sequence[Part]], Iterable[str | None]]

HELD = 16  # names of an entry, as `export_chain` writes it


def read_log(raw: bytes, place: str, *, spread: Spread = map) -> list[str]:
    """Walk a log; return the hashes of its entries. Raises Broken."""
    quick = _quickly(raw, spread)
    return _line_by_line(raw, place) if quick is None else quick


def _quickly(raw: bytes, spread: Spread) -> list[str] | None:
    body, _, last = raw.removesuffix(b"\n").rpartition(b"\n")
    if not body or b"\r" in raw:
        return None
    try:
        found = list(spread(_hashes_of, _parts(body)))
        head = read_json(last, "")["head"]
    except (Broken, ValueError, LookupError, TypeError):
        return None
    if None in found:
        return None
    told = "".join(part for part in found if part)
    hashes = [told[at : at + 64] for at in range(0, len(told), 64)]
    return hashes if head == {"seq": len(hashes), "hash": hashes[-1]} else None


def _parts(body: bytes) -> list[Part]:
    parts: list[Part] = []
    start, number, previous = 0, 1, GENESIS
    while start < len(body):
        stop = body.find(b"\n", start + PART)
        lines = body[start : stop if stop >= 0 else len(body)]
        parts.append((lines, number, previous))
        start += len(lines) + 1
        number += lines.count(b"\n") + 1
        previous = str(json.loads(lines.rpartition(b"\n")[2])["hash"])
    return parts


def _hashes_of(part: Part) -> str | None:
    """Return the hashes of the lines of a part, one after the other; None where the quick way does not take one."""
    lines, first, previous = part
    found: list[str] = []
    try:
        for seq, line in enumerate(lines.decode().split("\n"), start=first):
            previous = _quick_entry(from_json(line, allow_inf_nan=False), seq=seq, previous=previous)
            if not previous:
                return None
            found.append(previous)
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return "".join(found)


def _quick_entry(
    entry: dict[str, Any],
    *,
    seq: int,
    previous: str,
    sha256: Callable[[bytes], Any] = hashlib.sha256,
    text: Callable[[str], str] = encode_basestring,
) -> str:
    """Return the hash of an entry that holds; "" where it does not, or where it is not this program's.

    Raises TypeError for what is no text or has a fraction, and LookupError for what is not there.
    """
    if len(entry) != HELD or entry["seq"] != seq or type(entry["seq"]) is not int or entry["previous_hash"] != previous:
        return ""
    payload, reason = entry["payload"], entry["reason"]
    of_payload, of_reason = entry["payload_hash"], entry["reason_hash"]
    if payload is None:
        of_payload = text(of_payload)
    elif sha256(canonical(payload)).hexdigest() == of_payload:
        of_payload = f'"{of_payload}"'
    else:
        return ""
    if reason is None:
        of_reason = text(of_reason)
    elif sha256(text(reason).encode()).hexdigest() == of_reason:
        of_reason = f'"{of_reason}"'
    else:
        return ""
    covered = (
        f'{{"actor":{text(entry["actor"])},"challenge":{text(entry["challenge"])},'
        f'"happened_at":{text(entry["happened_at"])},"origin":{text(entry["origin"])},'
        f'"payload_hash":{of_payload},"reason_hash":{of_reason},'
        f'"recorded_at":{text(entry["recorded_at"])},"role":{text(entry["role"])},"seq":{seq},'
        f'"subject":{text(entry["subject"])},"subject_type":{text(entry["subject_type"])},'
        f'"verb":{text(entry["verb"])}}}'
    )
    made: str = sha256(f"\x00{previous}{covered}".encode()).hexdigest()
    return made if made == entry["hash"] else ""


def _line_by_line(raw: bytes, place: str) -> list[str]:
    hashes: list[str] = []
    previous, head = GENESIS, None
    for number, line in enumerate(raw.splitlines(), start=1):
        where = f"{place}: line {number}"
        entry = read_json(line, where)
        if head is not None:
            raise tampered(where, "stands after the head")
        if not isinstance(entry, dict):
            raise tampered(where, "is no entry")
        if "head" in entry:
            head = entry["head"]
            continue
        previous = _entry(entry, where, seq=number, previous=previous)
        hashes.append(previous)
    if head is None:
        raise incomplete(f"{place}: line {len(hashes) + 1}", "the log ends without its head")
    if head != {"seq": len(hashes), "hash": previous}:
        missing = isinstance(head, dict) and isinstance(head.get("seq"), int) and head["seq"] > len(hashes)
        raise (incomplete if missing else tampered)(f"{place}: head", "is not that of the last entry")
    return hashes


def _entry(entry: Mapping[str, Any], place: str, *, seq: int, previous: str) -> str:
    if entry.get("previous_hash") != previous or entry.get("seq") != seq:
        raise tampered(place, "does not follow the entry before it")
    try:
        for name in ("payload", "reason"):
            if entry.get(name) is not None and _sha256(written(entry[name])) != entry.get(f"{name}_hash"):
                raise tampered(place, f"its {name} was altered")
        covered = {key: value for key, value in entry.items() if key not in UNHASHED}
        found = _sha256(b"\x00" + previous.encode() + written(covered))
    except (ValueError, RecursionError):
        raise tampered(place, "holds what no log holds") from None
    if entry.get("hash") != found:
        raise tampered(place, "was altered")
    return found


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
