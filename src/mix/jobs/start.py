"""Making an instance ready and serving it: migrate, catalogue, static files, web and worker as one command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from rich.console import Console

from mix.actions.city.methods import publish_method
from mix.actions.core.run import run
from mix.data.models import MethodVersion, Municipality, Person
from mix.data.triggers import missing_triggers
from mix.data.wall import missing_policies
from mix.jobs.messages import compile_messages
from mix.phrases.refusals import sentence
from mix.readers.core.actors import Actor
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.core.catalogue import DocumentInvalid, decode
from mix.rules.core.unmet import Refused
from mix.rules.market.closing import local_instant

console = Console(highlight=False)


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def set_up() -> None:
    """Migrate and load the methods; beside the source, compile messages and collect static files. Nothing twice."""
    Path(settings.DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    if not settings.IS_ASSEMBLED:
        compile_messages()
        call_command("collectstatic", verbosity=0, interactive=False)
    load_methods()


def load_methods() -> None:
    """Load every method of the catalogue that is not there yet. Stops at one that was changed under its old version."""
    for path in sorted(CATALOGUE.joinpath("methods").glob("*.yaml")):
        add_method(path)


def add_method(path: Path) -> MethodVersion:
    """Load one method from a file, of the catalogue or of a city's own. Stops, in words, where it cannot be used."""
    try:
        return run(Actor(), now(), publish_method, decode(path.read_bytes()))
    except DocumentInvalid as error:
        raise SystemExit("\n".join(f"{path}:{p.line}: {p.text}" for p in error.problems)) from None
    except Refused as error:
        raise SystemExit("\n".join(f"{path}: {sentence(unmet, 'en')}." for unmet in error.unmet)) from None


def refuse_wrong_settings(*, alone: bool) -> None:
    """Stop, before anything is set up, where settings lack what serving needs."""
    if not settings.DEMO and not settings.ENVIRONMENT.secret_key:
        raise SystemExit("MIX_SECRET_KEY is not set. Set it to at least 32 random characters and keep it.")
    place = urlsplit(settings.BASE_URL)
    if not settings.DEMO and place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise SystemExit(
            f"MIX_BASE_URL is {settings.BASE_URL}: passwords and submissions would travel in the open. "
            "Put a proxy with TLS before the site, and set its https:// address."
        )
    if alone and not settings.SEALER_SOCKET:
        raise SystemExit("The site alone needs a sealer: set MIX_SEALER_SOCKET to the socket of `mix sealer`.")


def refuse_unsafe_start() -> None:
    """Stop unless this instance may serve: triggers, walls, and no demonstration cast outside a demonstration."""
    demo = {"is_demo": True}
    if not settings.DEMO and (Person.objects.filter(**demo).exists() or Municipality.objects.filter(**demo).exists()):
        raise SystemExit("This database holds the demonstration cast. Use another MIX_DATA_DIR or DATABASE_URL.")
    walls = missing_policies()
    if walls:
        raise SystemExit(f"Row-level security is missing on: {', '.join(sorted(walls))}. Run: mix setup")
    lacking = missing_triggers()
    if lacking:
        raise SystemExit(f"The log is not protected on: {', '.join(sorted(lacking))}. Run: mix setup")


# What no clock table from before 2026 knows: British Columbia stays on UTC−7, and a plain change of the clocks.
CLOCK_PROBES = (
    ("America/Vancouver", "2026-12-15T14:00", "2026-12-15T21:00"),
    ("America/Toronto", "2026-12-15T14:00", "2026-12-15T19:00"),
    ("America/St_Johns", "2027-07-15T14:00", "2027-07-15T16:30"),
)


def refuse_wrong_clock() -> None:
    """Stop when the time zones are not those of the pinned table, or the database does not run in UTC."""
    for zone, wall, utc in CLOCK_PROBES:
        found = local_instant(datetime.fromisoformat(wall), zone)
        if found != datetime.fromisoformat(f"{utc}+00:00"):
            raise SystemExit(f"The table of time zones is out of date ({zone}). Reinstall with the pinned tzdata.")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW timezone")
            (zone,) = cursor.fetchone()
        if zone != "UTC":
            raise SystemExit(f"The database connection runs in {zone}, not in UTC.")


def refuse_taken_port(port: int) -> None:
    """Stop when something else listens on the port, and say what to do."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise SystemExit(
                f"Port {port} is taken. Choose another one, for example: PORT={port + 1} mix serve"
            ) from None


# Each waiting request holds a thread and is stamped when it begins to run, so there are more than can work at once:
# at a deadline the stamp must not wait for the database (docs/operations.md).
THREADS = 64
# A web server that ends is started again, so many times within so many seconds.
RESTARTS, RESTARTS_WITHIN = 3, 60
# Seconds in which a web worker ends the requests at hand when the site stops; then it is killed. One that has just been
# started again does not hear the signal yet. Less than the ten seconds after which a container is killed.
ENDS_WITHIN = 8

Starts: TypeAlias = Callable[[], subprocess.Popen[bytes]]


def _start(command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "mix.jobs.cli", command], env=os.environ.copy())  # noqa: S603 - ours


def _helpers(*, alone: bool) -> list[str]:
    """Name the commands beside the site: the worker, and the sealer unless it runs elsewhere (MIX_SEALER_SOCKET)."""
    if alone:
        return []
    if settings.SEALER_SOCKET:
        return ["work"]
    # A path of its own: the name of a Unix socket is short, and a data folder's may not be.
    os.environ["MIX_SEALER_SOCKET"] = str(Path(tempfile.mkdtemp(prefix="mix-"), "sealer"))
    return ["work", "sealer"]


def _start_web(port: int, workers: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program, no shell
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            os.environ.get("MIX_HOST", "127.0.0.1"),
            "--port",
            str(port),
            "--workers",
            str(workers),
            "--blocking-threads",
            str(THREADS),
            "--respawn-failed-workers",
            "--respawn-interval",
            "0.5",
            "--workers-kill-timeout",
            str(ENDS_WITHIN),
            "--log-level",
            "warning",
            "mix.config.wsgi:application",
        ],
        env=os.environ.copy(),
    )


def serve(*, workers: int = 2, alone: bool = False) -> None:
    """Serve the site until interrupted, with the worker and the sealer unless these run elsewhere (`alone`)."""
    port = settings.ENVIRONMENT.port
    refuse_wrong_settings(alone=alone)
    refuse_unsafe_start()
    refuse_wrong_clock()
    refuse_taken_port(port)
    connection.close()
    _keep(partial(_start_web, port, workers), {name: partial(_start, name) for name in _helpers(alone=alone)})


def _keep(start_web: Starts, start_helpers: Mapping[str, Starts]) -> None:
    """Keep the site and its helpers running until a signal ends them: what ends by itself is started again.

    A web server ends by itself when its workers die one after the other. One that does so again and again stops all.
    """
    helpers = {name: start() for name, start in start_helpers.items()}
    web, stopping = start_web(), False
    ended: list[float] = []

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for child in (web, *helpers.values()):
            if child.poll() is None:
                child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping and len(ended) <= RESTARTS:
        if web.poll() is not None:
            ended = [*(at for at in ended if time.monotonic() - at < RESTARTS_WITHIN), time.monotonic()]
            web = start_web()
        for name in [name for name, child in helpers.items() if child.poll() is not None]:
            helpers[name] = start_helpers[name]()
        time.sleep(0.2)
    stop()
    for child in (web, *helpers.values()):
        child.wait()
    if len(ended) > RESTARTS:
        raise SystemExit(f"The web server ended {len(ended)} times within {RESTARTS_WITHIN} seconds.")
