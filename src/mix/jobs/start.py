"""Making an instance ready, and serving one that is: the site, the worker and the sealer as one command."""

from __future__ import annotations

import gc
import hashlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import localedata
from babel.core import get_global
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.template import engines
from django.urls import reverse
from django.utils import translation
from django.utils.log import configure_logging
from django.utils.module_loading import import_string

from mix.actions.city.methods import publish_method
from mix.actions.core.run import run
from mix.actions.flow.advancing import bridge_pause
from mix.data.models import MethodVersion, Municipality, Person
from mix.data.triggers import missing_triggers
from mix.data.wall import missing_policies
from mix.jobs.processes import ENDS_WITHIN, Forked, Starts, end_with, keep, share_pools
from mix.jobs.sandbox import refuse_wrong_site
from mix.phrases.refusals import sentence
from mix.readers.core.actors import Actor
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.core.catalogue import DocumentInvalid, decode
from mix.rules.core.unmet import Refused
from mix.rules.market.closing import local_instant


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def migrate() -> None:
    """Bring the tables of the database up to date."""
    call_command("migrate", verbosity=0, interactive=False)


def set_up() -> None:
    """Migrate and load the methods; beside the source, compile messages and collect static files. Nothing twice."""
    Path(settings.DATA_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate()
    refuse_wrong_site()
    if not settings.IS_ASSEMBLED:
        from mix.jobs.messages import compile_messages  # only beside the source

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
    """Stop, before anything is set up, where settings lack what serving needs: all of it is said at once."""
    if lacking := list(_wrong_settings(alone=alone)):
        raise SystemExit("\n".join(lacking))


def _wrong_settings(*, alone: bool) -> Iterator[str]:
    if not settings.DEMO and not settings.SANDBOX and not settings.ENVIRONMENT.secret_key:
        yield "MIX_SECRET_KEY is not set. Set it to at least 32 random characters and keep it."
    place = urlsplit(settings.BASE_URL)
    if not settings.DEMO and place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1", "::1"):
        yield (
            f"MIX_BASE_URL is {settings.BASE_URL}: passwords and submissions would travel in the open. "
            "Put a proxy with TLS before the site, and set its https:// address."
        )
    if alone and not settings.SEALER_SOCKET:
        yield "The site alone needs a sealer: set MIX_SEALER_SOCKET to the socket of `mix sealer`."


def _lacking() -> Iterator[str]:
    """Yield what `mix setup` would do: tables, methods and pages that are not there. Changes nothing, loads little."""
    if not Path(settings.DATA_DIR).is_dir():
        yield "folder of data"
        return
    present = set(MigrationRecorder(connection).applied_migrations())
    known = {
        (app.label, path.stem)
        for app in apps.get_app_configs()
        for path in Path(app.path, "migrations").glob("[0-9]*.py")
    }
    if known - present:
        yield "tables of the database"
    elif {
        hashlib.sha256(decode(path.read_bytes()).encode()).hexdigest()
        for path in CATALOGUE.joinpath("methods").glob("*.yaml")
    } - set(MethodVersion.objects.values_list("digest", flat=True)):
        yield "methods of the catalogue"
    if not Path(settings.STATIC_ROOT, "staticfiles.json").exists():
        yield "static files"


def refuse_unready() -> None:
    """Stop where something is lacking that is set up once, and never while a site starts."""
    if lacking := [*_lacking()]:
        raise SystemExit(f"Not set up: {', '.join(lacking)}. Run: mix setup")


def refuse_unsafe_start() -> None:
    """Stop unless this instance may serve: triggers, walls, and no demonstration cast outside a demonstration."""
    demo = {"is_demo": True}
    if not settings.DEMO and (Person.objects.filter(**demo).exists() or Municipality.objects.filter(**demo).exists()):
        raise SystemExit("This database holds the demonstration cast. Use another MIX_DATA_DIR or DATABASE_URL.")
    if settings.DEMO and not settings.SANDBOX and Municipality.objects.filter(is_demo=False).exists():
        raise SystemExit("This database holds a real city: unset MIX_DEMO. Try things in a sandbox: mix sandbox FOLDER")
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


def serve(*, workers: int = 2, alone: bool = False) -> None:
    """Serve the site until interrupted, with the worker and the sealer unless these run elsewhere (`alone`)."""
    refuse_wrong_settings(alone=alone)
    refuse_unready()
    refuse_wrong_site()
    refuse_unsafe_start()
    refuse_wrong_clock()
    refuse_taken_port(settings.ENVIRONMENT.port)
    if settings.SANDBOX:
        bridge_pause()
    helpers = _helpers(alone=alone)
    load()
    keep(lambda: Forked(partial(_serve_web, workers)), helpers)


def _helpers(*, alone: bool) -> dict[str, Starts]:
    """Return what runs beside the site: the worker, and the sealer unless it runs elsewhere (MIX_SEALER_SOCKET)."""
    if alone:
        return {}
    if settings.SEALER_SOCKET:
        return {"work": lambda: Forked(_work)}
    # A path of its own: the name of a Unix socket is short, and a data folder's may not be.
    settings.SEALER_SOCKET = str(Path(tempfile.mkdtemp(prefix="mix-"), "sealer"))
    return {"work": lambda: Forked(_work), "sealer": _start_sealer}


# A page makes some thousand objects and drops nearly all at once: looking for circles every 700 costs a twentieth.
LITTER = (10_000, 10, 10)


def load() -> None:
    """Load, once, what the processes share: pages with their addresses and words, and what the worker does.

    What is rarely asked for (PDF, Word files, calendars) is loaded where it is used.
    """
    gc.disable()  # nothing of what is loaded is ever given up
    share_pools()
    import_module("mix.jobs.work")
    import_module(settings.ROOT_URLCONF)
    get_wsgi_application()  # what stands around every page
    engines.all()
    get_global("zone_aliases")
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("root")  # all addresses are read for the first one that is asked for
            translation.gettext("English")
            localedata.load(f"{language}_CA")
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's alone
    gc.collect()
    gc.freeze()  # nobody looks through it again, and its pages stay shared
    gc.set_threshold(*LITTER)
    gc.enable()


def _work() -> None:
    from mix.jobs.work import work_forever

    work_forever()


def _start_sealer() -> subprocess.Popen[bytes]:
    """Start the sealer as a program of its own: no page and no secret of the site is ever in its memory."""
    known = {**os.environ, "MIX_SEALER_SOCKET": settings.SEALER_SOCKET}
    command = [sys.executable, "-m", "mix.jobs.sealer", str(os.getpid())]
    return subprocess.Popen(command, env=known)  # noqa: S603 - ours


def _serve_web(workers: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    multiprocessing.set_start_method("fork", force=True)  # its workers go on from here
    Granian(
        settings.WSGI_APPLICATION,
        address=os.environ.get("MIX_HOST", "127.0.0.1"),
        port=settings.ENVIRONMENT.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=ENDS_WITHIN,
        log_level=LogLevels.error,
    ).serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)


def _application(server: int) -> Any:  # noqa: ANN401 - a WSGI application
    """Return what answers requests, in the web worker that a server has just begun."""
    end_with(server, signal.SIGKILL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # until it serves there is nothing to bring to an end
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)  # the server has put its own in place
    return import_string(settings.WSGI_APPLICATION)
