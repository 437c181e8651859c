"""Speak the sealer's own protocol as whoever took over the pages would: nothing may open early, nothing may be lost.

python -m tests.lab.thief --steps 20000

A real sealer runs behind a socket, its clock a file that this lab sets. Threads ask it everything, with every key,
envelope and time, in lines that are questions and lines that are none; what comes back is searched for plaintexts whose
time has not come, for private keys and for shares. In the end every call opens at its time, as if nobody had asked.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage

BEGAN = datetime(2026, 11, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ENVELOPES = ("technical", "price")
MOST_MEMORY = 96 * 2**20  # above what it needs to start
WORKERS = 12


@dataclass
class Call:
    """A call as the lab knows it: when it opens, what is in its envelopes, and the words at its holders' homes."""

    key: str
    opens: dict[str, datetime]
    sealed: dict[str, bytes]
    canaries: dict[str, bytes]
    shares: list[str] = field(default_factory=list)


class Sealer:
    """`mix sealer` as a process of its own, and raw connections to it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.keys, self.door = folder / "data", folder / "keys", folder / "door"
        self.data.mkdir()
        self.set_clock(BEGAN)
        known = {k: v for k, v in os.environ.items() if not k.startswith(("MIX_", "DATABASE_"))}
        known |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(self.data), "DJANGO_SETTINGS_MODULE": "mix.config.settings"}
        known |= {"MIX_SEALER_DIR": str(self.keys), "MIX_SEALER_SOCKET": str(self.door)}
        self.log = (folder / "log").open("wb")
        command = [sys.executable, "-m", "mix.jobs.cli", "sealer"]
        self.process = subprocess.Popen(command, env=known, stdout=self.log, stderr=self.log)
        for _ in range(600):
            if self.answer(b"\n"):
                break
            time.sleep(0.1)
        self.began_with = self.memory()

    def set_clock(self, now: datetime) -> None:
        """Set the sealer's clock."""
        self.now = now
        fresh = self.data / "clock.new"
        fresh.write_text(now.isoformat())
        fresh.replace(self.data / "clock")

    def memory(self) -> int:
        """Return the most memory that the process ever held, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024

    def answer(self, *pieces: bytes, patient: bool = True) -> bytes:
        """Send pieces over a connection of its own; return all that comes back until it is closed."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(120)
            try:
                wire.connect(str(self.door))
                for piece in pieces:
                    wire.sendall(piece)
                wire.shutdown(socket.SHUT_WR)
                if not patient:
                    return b""
            except OSError:
                pass  # it stopped listening; what it said is there all the same
            said = bytearray()
            try:
                while piece := wire.recv(65536):
                    said += piece
            except OSError:
                pass
            return bytes(said)

    def ask(self, do: str, key: str, **facts: Any) -> dict[str, Any]:
        """Ask one question that has no body; return the answer."""
        line = json.dumps({"do": do, "key": key, **facts}).encode() + b"\n"
        return dict(json.loads(self.answer(line)))

    def open(self, key: str, envelope: str, ciphertext: bytes, *, to: str = "") -> tuple[bytes, bytes]:
        """Have something opened; return all that came back, and what stood in its frames."""
        asked = {"do": "open", "key": key, "envelope": envelope, "to": to, "size": len(ciphertext)}
        said = self.answer(json.dumps(asked).encode() + b"\n", ciphertext)
        head, _, rest = said.partition(b"\n")
        framed = bytearray()
        while head == b'{"value": null}' and rest[:4] not in (b"", bytes(4)):
            size = int.from_bytes(rest[:4], "big")
            framed += rest[4 : 4 + size]
            rest = rest[4 + size :]
        return said, bytes(framed)


def _times(opens: datetime) -> dict[str, str]:
    return {"not_before": opens.isoformat(), "prices_not_before": (opens + DAY).isoformat()}


class Campaign:
    """Keys of calls in both modes, closed and open, and somebody who asks for all of them at once."""

    def __init__(self, sealer: Sealer, seed: int) -> None:
        self.sealer, self.seed = sealer, seed
        self.thief = pyrage.x25519.Identity.generate()
        self.found: list[str] = []
        self.steps = 0
        self.guardians = self._split("recovery-city", kind="recovery", recovery="")
        self.calls = [self._call(f"{mode}-{n}", BEGAN + DAY * n) for mode in ("call", "split") for n in (0, 2, 4, 6)]
        self.kept = self._files()

    def _split(self, key: str, **facts: str) -> tuple[dict[str, str], list[str]]:
        made = self.sealer.ask("split", key, **facts)["value"]
        shares = [self.sealer.ask("show", key, number=n)["value"] for n in (1, 2, 3)]
        for number in (1, 2, 3):
            self.sealer.ask("hand_out", key, number=number)
        return made["public"], shares

    def _call(self, key: str, opens: datetime) -> Call:
        shares: list[str] = []
        if key.startswith("split"):
            public, shares = self._split(key, kind="call", recovery="recovery-city")
            self.sealer.ask("delay", key, **_times(opens))
        else:
            public = self.sealer.ask("make", key, **_times(opens))["value"]
        canaries = {e: f"CANARY of {key} {e}".encode() for e in ENVELOPES}
        sealed = {e: pyrage.encrypt(canaries[e], [pyrage.x25519.Recipient.from_str(public[e])]) for e in ENVELOPES}
        return Call(key, {"technical": opens, "price": opens + DAY}, sealed, canaries, shares)

    def _files(self) -> dict[str, dict[str, Any]]:
        return {path.name: json.loads(path.read_text()) for path in self.sealer.keys.glob("*.json")}

    # ---- what is asked ----

    def question(self, chance: random.Random) -> dict[str, Any]:
        """Draw a question: an operation with words that it takes, now and then with one of another."""
        keys = [call.key for call in self.calls]
        key = chance.choice([*keys, *keys, "recovery-city", f"call-new-{chance.randrange(20)}", "../keys/call-6", ""])
        when = chance.choice([BEGAN - DAY * 400, BEGAN, self.sealer.now, BEGAN + DAY * 3])
        odd: list[Any] = [None, -1, 2**70, [], {}, "x" * 3000, "\x00", "2026-01-01T00:00:00", True]
        words: dict[str, Any] = {
            "not_before": when.isoformat(),
            "prices_not_before": (when + chance.choice([-DAY, DAY * 0, DAY])).isoformat(),
            "kind": chance.choice(["call", "recovery", "both"]),
            "recovery": chance.choice(["", "recovery-city", *keys]),
            "number": chance.randrange(5),
            "ciphertext": chance.choice(self.calls).sealed[chance.choice(ENVELOPES)].hex(),
            "share": chance.choice(["abandon ability", *self._typable()]),
            "now": (BEGAN + DAY * 99).isoformat(),
            "guard": "call-0",
        }
        takes = {
            "make": ["not_before", "prices_not_before"],
            "delay": ["not_before", "prices_not_before"],
            "split": ["kind", "recovery"],
            "show": ["number"],
            "hand_out": ["number"],
            "rehearse": ["ciphertext"],
            "offer": ["share"],
        }
        do = chance.choice([*takes, "offer", "release", "state", "forget", "identity", "_read", "__init__", "tidy"])
        asked = {"do": do, "key": key, **{name: words[name] for name in takes.get(do, [])}}
        if chance.random() < 0.1:
            asked[chance.choice([*words, "do", "key"])] = chance.choice([*odd, *words.values()])
        return asked

    def _typable(self) -> list[str]:
        """List shares that holders have typed: two of the guardians', and two of each call."""
        return [*self.guardians[1][:2], *(share for call in self.calls for share in call.shares[:2])]

    def step(self, chance: random.Random) -> None:
        """Do one thing, and search what comes back."""
        drawn = chance.random()
        if drawn < 0.45:
            call, other = chance.choice(self.calls), chance.choice(self.calls)
            envelope = chance.choice([*ENVELOPES, *ENVELOPES, "all", ""])
            to = chance.choice(["", "", str(self.thief.to_public()), "age1nobody"])
            ciphertext = chance.choice([call.sealed, call.sealed, other.sealed])[chance.choice(ENVELOPES)]
            if chance.random() < 0.1:
                ciphertext = ciphertext[: chance.randrange(len(ciphertext))] + chance.randbytes(chance.randrange(9))
            said, framed = self.sealer.open(chance.choice([call.key, "recovery-city"]), envelope, ciphertext, to=to)
            self.look(said, framed)
        elif drawn < 0.9:
            self.look(self.sealer.answer(json.dumps(self.question(chance)).encode() + b"\n"))
        else:
            self.look(self.sealer.answer(*self.noise(chance), patient=chance.random() < 0.7))

    def noise(self, chance: random.Random) -> list[bytes]:
        """Draw what is no question: bytes, depth, length, half a line, less than was promised."""
        promised = {"do": "open", "key": "call-0", "envelope": "technical", "to": "", "size": 2**40}
        return chance.choice(
            [
                [chance.randbytes(chance.randrange(200)) + b"\n"],
                [b"[" * chance.randrange(20_000) + b"\n"],
                [b'{"do":' * 3000 + b"\n"],
                [b'{"do": "state", "key": "', b"a" * chance.choice([10, 20_000]), b'"}\n'],
                [b'{"do": "sta'],
                [json.dumps(promised).encode() + b"\n", self.calls[0].sealed["technical"][:99]],
                [b"x" * 65536] * chance.randrange(1, 40),
            ]
        )

    # ---- what may not come back ----

    def allowed(self, call: Call, envelope: str) -> bool:
        """Say whether an envelope's time has come."""
        return self.sealer.now >= call.opens[envelope]

    def look(self, said: bytes, framed: bytes = b"") -> None:
        """Search an answer, what its frames hold, and what the thief's own key makes of them."""
        seen = [said, framed]
        with suppress(pyrage.DecryptError):
            seen.append(pyrage.decrypt(framed, [self.thief]))
        for text in seen:
            for call in self.calls:
                early = [e for e in ENVELOPES if call.canaries[e] in text and not self.allowed(call, e)]
                self.found += [f"{call.key}: {e} came out at {self.sealer.now}" for e in early]
            if b"AGE-SECRET-KEY" in text:
                self.found.append(f"a private key came out: {text[:80]!r}")
            self.found += [f"a share came out: {share[:40]}" for share in self._secret() if share.encode() in text]

    def _secret(self) -> list[str]:
        return [*self.guardians[1], *(share for call in self.calls for share in call.shares)]

    def check_files(self) -> None:
        """See that no key was made anew or lost, no instant moved back, and no price released before its time."""
        present = self._files()
        for name, before in self.kept.items():
            after = present.get(name)
            if after is None:
                self.found.append(f"{name} is gone")
                continue
            same = ("kind", "public", "identity", "shares", "recovery", "escrow")
            self.found += [f"{name}: {part} is another" for part in same if before[part] != after[part]]
            for envelope, instant in before["not_before"].items():
                if datetime.fromisoformat(after["not_before"][envelope]) < datetime.fromisoformat(instant):
                    self.found.append(f"{name}: {envelope} opens earlier")
        for call in self.calls:
            released = present[f"{call.key}.json"]["released_at"]
            if released and datetime.fromisoformat(released) < call.opens["price"]:
                self.found.append(f"{call.key}: prices were released at {released}")

    # ---- the whole ----

    def run(self, steps: int) -> None:
        """Ask from many threads at once on six days, then open everything as officers would."""
        for number, day in enumerate((0, 1, 2, 3, 5, 6)):
            self.sealer.set_clock(BEGAN + DAY * day - timedelta(seconds=1))
            self._unreleased()
            idle = [self._dawdler() for _ in range(WORKERS)]
            threads = [
                threading.Thread(target=self._ask_on, args=(steps // 6 // WORKERS, f"{self.seed} {number} {worker}"))
                for worker in range(WORKERS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for one in idle:
                one.close()
            self.check_files()
        self._ends_well()
        grown = self.sealer.memory() - self.sealer.began_with
        if grown > MOST_MEMORY:
            self.found.append(f"the sealer's memory grew by {grown // 2**20} MiB")
        if b"Traceback" in Path(self.sealer.log.name).read_bytes():
            self.found.append(f"the sealer stumbled: {Path(self.sealer.log.name).read_text()[-2000:]}")
        print(f"{self.steps} steps, memory grew by {grown // 2**20} MiB; found: {len(self.found)}")

    def _dawdler(self) -> socket.socket:
        """Begin a question and leave it there."""
        wire = socket.socket(socket.AF_UNIX)
        wire.connect(str(self.sealer.door))
        wire.sendall(b'{"do": ')
        return wire

    def _ask_on(self, steps: int, seed: str) -> None:
        chance = random.Random(seed)  # noqa: S311 - the same campaign again
        for _ in range(steps):
            self.step(chance)
            self.steps += 1

    def _unreleased(self) -> None:
        """See that prices whose day has come stay shut while nobody released them."""
        for call in self.calls:
            state = self.sealer.ask("state", call.key)["value"]
            for share in call.shares[:2]:
                self.sealer.ask("offer", call.key, share=share)
            said, _ = self.sealer.open(call.key, "price", call.sealed["price"])
            if not state["released_at"] and call.canaries["price"] in said:
                self.found.append(f"{call.key}: prices came out unreleased")

    def _ends_well(self) -> None:
        self.sealer.set_clock(BEGAN + DAY * 99)
        for call in self.calls:
            for envelope in ENVELOPES:
                if envelope == "price":
                    self.sealer.ask("release", call.key)
                for share in call.shares[1:]:
                    self.sealer.ask("offer", call.key, share=share)
                _, framed = self.sealer.open(call.key, envelope, call.sealed[envelope])
                if framed != call.canaries[envelope]:
                    self.found.append(f"{call.key}: {envelope} does not open any more")


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mix-thief-") as folder:
        sealer = Sealer(Path(folder))
        try:
            campaign = Campaign(sealer, given.seed)
            campaign.run(given.steps)
        finally:
            sealer.process.terminate()
            ended = sealer.process.wait(30)
        if ended:
            campaign.found.append(f"the sealer ended with {ended}")
    for line in campaign.found[:40]:
        print(line)
    return 1 if campaign.found else 0


if __name__ == "__main__":
    sys.exit(main())
