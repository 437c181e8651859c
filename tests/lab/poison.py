"""Spoilt files of the kinds of the catalogue: each holds or is refused with a cause, in a second and little memory.

python -m tests.lab.poison --count 20000
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mix.jobs.policy_files import read_bylaw
from mix.rules.choice.evaluation_file import FileInvalid, parse_file
from mix.rules.city.method_files import parse
from mix.rules.city.policy.adviser import parse_instruments
from mix.rules.city.policy.documents import parse_policy
from mix.rules.city.policy.facts import FactsWrong, read_facts
from mix.rules.core.catalogue import DocumentInvalid, decode, load

CATALOGUE = Path(__file__).resolve().parents[2] / "catalogue"
FACTS = b"category: services\nvalue: 41000000\ncompetition: invited\ncities: 2\n"
EVALUATION = b'{"format": "mix-evaluation-1", "criteria": [{"key": "a", "weight": 100}], "bids": [{"key": "x"}]}'
SLOWEST = 1.0  # seconds of the processor for one file
LARGEST = 512  # MiB that the process may grow by

KINDS: dict[str, Callable[[str], object]] = {
    "method": parse,
    "policy": parse_policy,
    "by-law": lambda text: read_bylaw(text, municipality="guelph"),
    "instruments": parse_instruments,
    "facts": lambda text: read_facts(load(text)[0]),
    "evaluation": parse_file,
}
# What breaks readers: structure, references, tags, numbers that are none, other encodings.
SHARDS = [
    *(
        b"[",
        b"{",
        b"]",
        b"}",
        b": ",
        b"- ",
        b"? ",
        b"&a ",
        b"*a",
        b"<<: *a\n",
        b"|\n",
        b">\n",
        b"'",
        b'"',
        b"#",
        b"\n---\n",
    ),
    *(
        b"!!python/object:os.system x",
        b"!!binary aGk=",
        b"!!set {a}",
        b"~",
        b"true",
        b"yes",
        b".nan",
        b".inf",
        b"-0",
        b"1e9999",
    ),
    *(
        b"15000.00",
        b"0x1F",
        b"1_000",
        b"2026-02-30",
        b"99999999999999999999",
        b"\x00",
        b"\x85",
        b"\xff",
        b"\xfe",
        b"\xef\xbb\xbf",
    ),
    *(b"\xe2\x80\xae", "é".encode("latin-1"), b"\t", b"[" * 5000, b"- " * 5000, b"key: " * 3000, b"x" * 60_000),
]


def seeds() -> dict[str, list[bytes]]:
    """Return what is right, by kind, to be spoilt."""
    return {
        "method": [path.read_bytes() for path in sorted(CATALOGUE.glob("methods/*.yaml"))],
        "policy": [path.read_bytes() for path in sorted(CATALOGUE.glob("policies/*.yaml"))],
        "by-law": [path.read_bytes() for path in sorted(CATALOGUE.glob("bylaws/*.yaml"))],
        "instruments": [CATALOGUE.joinpath("instruments.yaml").read_bytes()],
        "facts": [FACTS],
        "evaluation": [EVALUATION],
    }


def spoil(chance: random.Random, good: bytes) -> bytes:
    """Change a file in a few places: put something in, take something out, say something twice, cut it off."""
    found = bytearray(good)
    for _ in range(chance.choice([1, 1, 2, 4])):
        lines = bytes(found).split(b"\n")
        place = chance.randrange(len(found) + 1)
        match chance.randrange(6):
            case 0 | 1:
                found[place:place] = chance.choice(SHARDS)
            case 2:
                del found[place : place + chance.randrange(1, 40)]
            case 3:
                line = chance.randrange(len(lines))
                found = bytearray(b"\n".join([*lines[: line + 1], *lines[line:]]))
            case 4:
                line = chance.randrange(len(lines))
                lines[line] = lines[line].partition(b":")[0] + b": " + chance.choice(SHARDS)
                found = bytearray(b"\n".join(lines))
            case _:
                del found[place:]
    return bytes(found)


def main() -> int:
    """Spoil, read, print what broke, took long or grew."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20261129)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - the same files again
    good, taken, slowest, wrong = seeds(), 0, 0.0, []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(given.count):
        kind = chance.choice(list(KINDS))
        raw = spoil(chance, chance.choice(good[kind]))
        began = time.process_time()
        try:
            KINDS[kind](decode(raw))
            taken += 1
        except (DocumentInvalid, FactsWrong, FileInvalid) as error:
            if not error.problems:
                wrong.append(f"{kind} {number}: refused without a cause")
        except Exception as error:  # noqa: BLE001 - anything else is what is looked for
            wrong.append(f"{kind} {number}: {error!r}")
        slowest = max(slowest, time.process_time() - began)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if slowest > SLOWEST:
        wrong.append(f"one file took {slowest:.1f} s")
    if grown > LARGEST:
        wrong.append(f"memory grew by {grown} MiB")
    for line in wrong[:20]:
        print(line)
    counts = f"{given.count} spoilt files, {taken} still hold, slowest {slowest:.2f} s, {grown} MiB more"
    print(f"{counts}; broken: {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
