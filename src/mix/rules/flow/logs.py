"""Reading an exported log: one JSON object a line, each following from the one before, and the head last.

A log that holds is read the quick way, in parts that are checked apart: each begins with the hash that the line before
it claims, and the part before it holds that line to it. The quick way takes nothing but lines as this program writes
them. Whatever it does not take is read again line by line, which alone says what is wrong, and where.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, TypeAlias

import orjson

from mix.rules.core.chain import GENESIS, PLAIN, refuse_floats, written
from mix.rules.core.verdicts import Broken, incomplete, read_json, tampered

UNHASHED = frozenset({"payload", "reason", "previous_hash", "hash"})  # an entry's hash covers their digests
PART = 2 * 2**20  # bytes that are worth a part of their own

# The log, where lines of it begin and end, the number of the first, and the hash before it: who takes it copies it.
Part: TypeAlias = tuple[bytes, int, int, int, str]
Spread: TypeAlias = Callable[[Callable[[Part], str | None], Sequence[Part]], Iterable[str | None]]

HELD = 16  # names of an entry, as `export_chain` writes it


def read_log(raw: bytes, place: str, *, spread: Spread = map) -> list[str]:
    """Walk a log; return the hashes of its entries. Raises Broken."""
    quick = _quickly(raw, spread)
    return _line_by_line(raw, place) if quick is None else quick


def _quickly(raw: bytes, spread: Spread) -> list[str] | None:
    end = raw.rfind(b"\n", 0, len(raw) - 1)  # of the last entry; the head stands after it
    if end < 1 or b"\r" in raw:
        return None
    try:
        found = list(spread(_hashes_of, _parts(raw, end)))
        head = read_json(raw[end + 1 :].removesuffix(b"\n"), "")["head"]
    except (Broken, ValueError, LookupError, TypeError):
        return None
    if None in found:
        return None
    told = "".join(part for part in found if part)
    hashes = [told[at : at + 64] for at in range(0, len(told), 64)]
    return hashes if head == {"seq": len(hashes), "hash": hashes[-1]} else None


def _parts(raw: bytes, end: int) -> list[Part]:
    parts: list[Part] = []
    start, number, previous = 0, 1, GENESIS
    while start < end:
        found = raw.find(b"\n", min(start + PART, end), end)
        stop = found if found >= 0 else end
        parts.append((raw, start, stop, number, previous))
        number += raw.count(b"\n", start, stop) + 1
        previous = str(json.loads(raw[raw.rfind(b"\n", 0, stop) + 1 : stop])["hash"])
        start = stop + 1
    return parts


def _hashes_of(part: Part) -> str | None:
    """Return the hashes of the lines of a part, one after the other; None where the quick way does not take one."""
    raw, start, stop, first, previous = part
    found: list[str] = []
    try:
        for seq, line in enumerate(raw[start:stop].split(b"\n"), start=first):
            previous = _quick_entry(orjson.loads(line), seq=seq, previous=previous)
            found.append(previous)
    except (_Unlike, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return "".join(found)


class _Unlike(Exception):
    """An entry that does not hold, or that is not as this program writes it."""


def _quick_entry(entry: dict[str, Any], *, seq: int, previous: str) -> str:
    """Return the hash of an entry that holds. Raises _Unlike, or what comes of a value of another kind."""
    whole = len(entry) == HELD
    payload, reason, own = entry.pop("payload"), entry.pop("reason"), entry.pop("hash")
    if not whole or entry.pop("previous_hash") != previous or entry["seq"] != seq or type(entry["seq"]) is not int:
        raise _Unlike
    if type(payload) not in PLAIN:
        refuse_floats(payload)
    if not PLAIN.issuperset(map(type, entry.values())) or not (reason is None or type(reason) is str):
        raise _Unlike
    if not (payload is None or _digest(payload) == entry["payload_hash"]):
        raise _Unlike
    if not (reason is None or _digest(reason) == entry["reason_hash"]):
        raise _Unlike
    made = sha256(b"\0" + previous.encode() + orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if made != own:
        raise _Unlike
    return made


def _digest(value: object) -> str:
    """Return the SHA-256 of the canonical form, which orjson writes for what holds no fraction and no huge number."""
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


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
    return sha256(raw).hexdigest()
