"""The processes of a site: forked from one that has loaded the program once, kept running, and ended together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing import get_context
from typing import Protocol, TypeAlias

# A web server that ends is started again, so many times within so many seconds.
RESTARTS, RESTARTS_WITHIN = 3, 60
# Seconds in which a web worker ends the requests at hand when the site stops; then it is killed. One that has just been
# started again does not hear the signal yet. Less than the ten seconds after which a container is killed.
ENDS_WITHIN = 8
LAST = "sealer"  # what is ended after the others, which need it until they are done
_PR_SET_PDEATHSIG = 1
_M_ARENA_MAX = -8


class Child(Protocol):
    """A process that was started from this one, as `subprocess.Popen` has it."""

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises subprocess.TimeoutExpired."""


Starts: TypeAlias = Callable[[], Child]


class Forked:
    """A process that goes on from this one with all that is loaded: what neither changes lies in memory once.

    It ends when this one ends, however that happens. This one has no other threads and no connections at that time.
    """

    def __init__(self, act: Callable[[], object]) -> None:
        self._process = get_context("fork").Process(target=_begin, args=(act, os.getpid()))
        self._process.start()

    def poll(self) -> int | None:
        """Return how it ended, or None while it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def kill(self) -> None:
        """End it."""
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode


def _begin(act: Callable[[], object], parent: int) -> None:
    end_with(parent, signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: the process that began this one hears it too
    act()


def end_with(parent: int, how: signal.Signals) -> None:
    """Have this process be sent a signal when the one that began it ends. Linux alone has that."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(how))
        if os.getppid() != parent:  # it has ended already
            os.kill(os.getpid(), how)


def share_pools() -> None:
    """Have all threads of this process and its children share two pools of memory, where glibc gives each its own."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def keep(start_web: Starts, start_helpers: Mapping[str, Starts]) -> None:
    """Keep the site and its helpers running until a signal ends them: what ends by itself is started again.

    A web server ends by itself when its workers die one after the other. One that does so again and again stops all.
    """
    helpers = {name: start() for name, start in start_helpers.items()}
    web, stopping = start_web(), False
    ended: list[float] = []

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping and len(ended) <= RESTARTS:
        if web.poll() is not None:
            ended = [*(at for at in ended if time.monotonic() - at < RESTARTS_WITHIN), time.monotonic()]
            web = start_web()
        for name in [name for name, child in helpers.items() if child.poll() is not None]:
            helpers[name] = start_helpers[name]()
        time.sleep(0.1)
    end([web, *(child for name, child in helpers.items() if name != LAST)])
    end([child for name, child in helpers.items() if name == LAST])
    if len(ended) > RESTARTS:
        raise SystemExit(f"The web server ended {len(ended)} times within {RESTARTS_WITHIN} seconds.")


def end(children: list[Child]) -> None:
    """Ask processes to end, and kill what has not done so in time."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    by = time.monotonic() + ENDS_WITHIN + 0.5  # a web server kills its own workers first
    for child in children:
        try:
            child.wait(max(0.01, by - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
