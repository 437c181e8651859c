"""A process of its own for what strangers wrote: it has little memory and little time, knows no secret, and ends.

Both ways goes a line of JSON, then bytes as they are. This module knows nothing of the program, so that the process
begins at once.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

MOST_MEMORY = 512 * 2**20
MOST_SECONDS = 5  # of the processor
MOST_WAIT = 30  # seconds: with a busy machine in mind
MOST_ANSWER = 60 * 2**20
_AT_ONCE = BoundedSemaphore(2)  # of such processes beside each process of the site


class Broken(Exception):
    """A file that cannot be read, or a template that cannot be filled; says why, in the library's words."""


class TooMuch(Broken):
    """A file that took more memory or time than one may."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process says, as JSON has it, and bytes that go with it."""

    said: Any
    data: bytes = b""


def ask(module: str, asked: Mapping[str, Any], data: bytes) -> Answer:
    """Have a module, run apart, answer what is asked of these bytes. Raises Broken and TooMuch."""
    command = [sys.executable, "-m", module]
    line = json.dumps(asked).encode()
    with _AT_ONCE:
        try:
            done = subprocess.run(  # noqa: S603 - our own module
                command,
                input=b"%b\n%b" % (line, data),
                capture_output=True,
                timeout=MOST_WAIT,
                check=False,
                env=surroundings(),
            )
        except subprocess.TimeoutExpired:
            raise TooMuch("it takes too long") from None
    if done.returncode != 0 or len(done.stdout) > MOST_ANSWER:
        raise TooMuch("it takes too much time or memory")
    head, _end, rest = done.stdout.partition(b"\n")
    told = json.loads(head)
    if "broken" in told:
        raise Broken(told["broken"])
    return Answer(told["said"], rest)


def surroundings() -> dict[str, str]:
    """Return the environment without the secrets of this program."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}


def answer(reply: Callable[[Mapping[str, Any], bytes], Answer]) -> None:
    """Answer one question within the limits, as the process; end without a word beyond them."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    asked = json.loads(sys.stdin.buffer.readline())
    try:
        found = reply(asked, sys.stdin.buffer.read())
        told, data = {"said": found.said}, found.data
    except Broken as error:
        told, data = {"broken": str(error)}, b""
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    sys.stdout.buffer.write(data)
