"""Worlds that were replayed once: a folder of data and its database, copied by every test process that needs one.

A world is kept under the hash of all that makes it (the program, the catalogue, the day, the interpreter), so that
a change anywhere makes it anew and nothing ever has to be thrown away by hand.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".worlds"
KEPT_SECONDS = 24 * 3600
SOURCES = ("src/mix/**/*.py", "src/mix/**/*.po", "catalogue/**/*.*", "requirements/runtime.txt")
# What the worlds are made without: nothing of the machine's own settings leaks into them, and no line is counted as
# tested because a world passed through it, which happens only where none is kept.
SETTINGS = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PORT")
PREFIXES = ("MIX_", "COVERAGE_")


def fingerprint() -> str:
    """Return the hash of all that makes a world, 20 hexadecimal digits."""
    found = sha256(f"{datetime.now(UTC).date()} {sys.version}".encode())
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if not path.is_relative_to(ROOT / "src/mix/web"):
                found.update(path.relative_to(ROOT).as_posix().encode() + sha256(path.read_bytes()).digest())
    return found.hexdigest()[:20]


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time make or copy a world."""
    KEPT.mkdir(exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep() -> None:
    for folder in KEPT.iterdir():
        if folder.is_dir() and time.time() - folder.stat().st_mtime > KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _making(folder: Path) -> Iterator[Path]:
    """Make a world in a new folder. It gets its name when it is whole, so a broken one is never found."""
    _sweep()
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    yield making
    making.rename(folder)


def _mix(folder: Path, *words: str, database: str = "") -> None:
    """Run the program on a world."""
    environment = {
        key: value for key, value in os.environ.items() if key not in SETTINGS and not key.startswith(PREFIXES)
    }
    environment |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT / "src")}
    if database:
        environment["DATABASE_URL"] = database
    command = [sys.executable, "-m", "mix.jobs.cli", *words]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the world could not be made:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def _replayed(*, empty: bool = False) -> Path:
    """Return the folder of the demonstration on SQLite, replayed where none is kept."""
    folder = KEPT / f"{fingerprint()}-{'cast' if empty else 'full'}"
    if not folder.is_dir():
        with _making(folder) as making:
            _mix(making, "demo", "--prepare-only", *(["--empty"] if empty else []))
    return folder


def copy_world(into: Path, *, empty: bool = False) -> None:
    """Fill a folder with the demonstration on SQLite; `empty` is the cast without challenges."""
    with _alone():
        shutil.copytree(_replayed(empty=empty), into, dirs_exist_ok=True)


def copy_postgres_world(into: Path, server: str, name: str) -> str:
    """Make the database `name` on a server as a copy of the demonstration, its files in a folder; return its URL.

    What was replayed on SQLite comes over as a city would bring it: backed up there, restored here.
    """
    import psycopg

    template = f"mix_world_{fingerprint()}"
    folder = KEPT / f"{fingerprint()}-{sha256(server.encode()).hexdigest()[:12]}"
    with _alone(), psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        if not (known and folder.is_dir()):
            connection.execute(f"DROP DATABASE IF EXISTS {template}".encode())
            connection.execute(f"CREATE DATABASE {template}".encode())
            shutil.rmtree(folder, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="mix-move-") as between, _making(folder) as making:
                moved = Path(between, "world.tar")
                _mix(_replayed(), "backup", str(moved))
                keys = str(moved.with_suffix(".keys.tar"))
                _move_draft_keys(_replayed() / "keys", making / "keys")
                _mix(making, "restore", str(moved), "--keys", keys, database=database_url(server, template))
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        shutil.copytree(folder, into, dirs_exist_ok=True)
    return database_url(server, name)


def _move_draft_keys(old: Path, new: Path) -> None:
    """Bring over by hand what no backup holds, as docs/operations.md says it of a site that moves."""
    new.mkdir(mode=0o700)
    for key in old.glob("draft-*.age"):
        shutil.copy2(key, new / key.name)


def drop_postgres_world(server: str, name: str) -> None:
    """Drop the database of a test process."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def database_url(server: str, name: str) -> str:
    """Return the address of a database on the server that an address names."""
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def main() -> None:
    """Make the worlds that the gate needs, where none are kept."""
    with _alone():
        _replayed()
        _replayed(empty=True)


if __name__ == "__main__":
    main()
