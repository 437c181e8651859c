"""Backup and restore: every row as plain lines, the same on both databases, with ciphertext, public files and keys.

A backup is two tar files. The first holds rows, sealed files (ciphertext) and public documents; without the second,
which holds the keys, nothing sealed in it can be read. They belong in different places. Keys of drafts are in neither:
finalising must end what can be read of a draft in every backup, too.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, cast

from django.apps import apps as present_apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from mix.actions.market.sealing import damaged_files
from mix.readers.core.events import list_chains, verify_chain
from mix.readers.market.sealing import DRAFT

FORMAT = "mix-backup-1"
# made anew by `migrate`, or of no use elsewhere
LEFT_OUT = frozenset({"contenttypes.ContentType", "auth.Permission", "sessions.Session", "data.CacheEntry"})
FOLDERS = ("sealed", "public")
BATCH = 500


class BackupBroken(Exception):
    """A backup that cannot be used, or a place into which it cannot be restored; says why."""


def _models(apps: Apps) -> Iterator[type[models.Model]]:
    """Yield every table that is kept, with those between two others."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and model._meta.label not in LEFT_OUT:  # noqa: SLF001 - Django's public name of it
            yield model


def _lines(model: type[models.Model]) -> Iterator[bytes]:
    fields = model._meta.concrete_fields  # noqa: SLF001 - Django's public name of it
    for row in model._base_manager.order_by("pk").iterator(chunk_size=BATCH):  # noqa: SLF001 - the same
        held = {f.attname: None if f.value_from_object(row) is None else f.value_to_string(row) for f in fields}
        yield json.dumps(held, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _put(archive: tarfile.TarFile, name: str, content: IO[bytes], *, at: datetime) -> str:
    """Add a member that was written into a file just now; return its digest."""
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = content.tell(), int(at.timestamp()), 0o644
    content.seek(0)
    archive.addfile(member, content)
    content.seek(0)
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # a file of either kind


def _put_file(archive: tarfile.TarFile, name: str, path: Path) -> str:
    archive.add(path, arcname=name, recursive=False)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def back_up(file: Path, *, now: datetime) -> tuple[Path, Path]:
    """Write a backup and, beside it, its keys; return both paths. Raises BackupBroken when one is there already.

    Both are for their owner's eyes alone (0600), and have their names once they are whole.
    """
    keys = file.with_name(f"{file.stem}.keys.tar")
    for path in (file, keys):
        if path.exists():
            raise BackupBroken(f"{path} is there already")
    with _whole(file) as unfinished, _whole(keys) as unfinished_keys:
        _write(unfinished, now=now)
        with tarfile.open(unfinished_keys, "w") as archive:
            for root, name in _key_folders():
                for path in sorted(p for p in root.rglob("*") if p.is_file() and not p.match(f"keys/{DRAFT}-*")):
                    archive.add(path, arcname=f"{name}/{path.relative_to(root).as_posix()}", recursive=False)
    return file, keys


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Give a file another name until it is written to its end; what is broken off leaves nothing."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(file: Path, *, now: datetime) -> None:
    digests: dict[str, str] = {}
    is_first = not connection.in_atomic_block  # how a transaction reads is said before it has begun to
    with tarfile.open(file, "w") as archive, transaction.atomic():
        if connection.vendor == "postgresql" and is_first:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for model in _models(present_apps):
            name = f"rows/{model._meta.label}.jsonl"  # noqa: SLF001 - Django's public name of it
            with TemporaryFile(dir=file.parent) as rows:  # a member's size stands before it
                rows.writelines(_lines(model))
                digests[name] = _put(archive, name, rows, at=now)
        heads = {chain.code: {"entries": chain.seq, "hash": chain.hash} for chain in list_chains()}
        executor = MigrationExecutor(connection)
        leaves = dict(executor.loader.graph.leaf_nodes())
        for folder in FOLDERS:
            root = Path(settings.DATA_DIR) / folder
            for path in sorted(p for p in root.rglob("*") if p.is_file()):
                name = f"{folder}/{path.relative_to(root).as_posix()}"
                digests[name] = _put_file(archive, name, path)
        manifest = {"format": FORMAT, "made_at": now.isoformat(), "state": leaves, "heads": heads, "files": digests}
        written = io.BytesIO()
        written.write(json.dumps(manifest, sort_keys=True, indent=1).encode())
        _put(archive, "manifest.json", written, at=now)


def _key_folders() -> list[tuple[Path, str]]:
    """List the folders of keys: the sealer's lies apart where the operator put it apart."""
    keys, sealer = Path(settings.DATA_DIR) / "keys", Path(settings.SEALER_DIR)
    return [(keys, "keys")] if sealer.is_relative_to(keys) else [(keys, "keys"), (sealer, "sealer")]


def _read_manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        with _member(archive, "manifest.json") as file:
            manifest = json.load(file)
    except (KeyError, ValueError):
        raise BackupBroken("this is no backup of MIX: it has no manifest") from None
    if manifest.get("format") != FORMAT:
        raise BackupBroken(f"this backup has the form {manifest.get('format')!r}, which this program does not read")
    return cast("dict[str, Any]", manifest)


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """Open a member to be read as it comes. Raises KeyError where there is none, or none that is a file."""
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(name)
    return file


def _refuse_unless_empty() -> None:
    if "data_municipality" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM data_municipality")
            if cursor.fetchone()[0]:
                raise BackupBroken("this database holds a city already: restore into an empty one")
    if any((Path(settings.DATA_DIR) / folder).exists() for folder in ("sealed", "public")):
        raise BackupBroken(f"{settings.DATA_DIR} is not empty: restore into an empty folder")


def _refuse_what_differs(archive: tarfile.TarFile, digests: Mapping[str, str]) -> None:
    for name, digest in digests.items():
        _place(Path(settings.DATA_DIR), name)
        try:
            with _member(archive, name) as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]  # it can be read into
        except KeyError:
            raise BackupBroken(f"{name} is missing from the backup") from None
        if found != digest:
            raise BackupBroken(f"{name} was changed after the backup was made")


def _place(folder: Path, name: str) -> Path:
    """Return where a file of a backup belongs under a folder. Raises BackupBroken where its name leaves it."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BackupBroken(f"{name} does not stay in its folder")
    return path


def _put_back(archive: tarfile.TarFile, name: str, path: Path) -> None:
    """Write one file of a backup. Not every Python that this runs on has an `extract` that filters."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _member(archive, name) as content, path.open("wb") as file:
        shutil.copyfileobj(content, file)


def restore(file: Path, keys: Path | None) -> dict[str, Any]:
    """Restore a backup into an empty place and bring it to this program's state; return its manifest.

    Nothing is written before every file of the backup was compared with its digest and the keys were looked through.
    A backup of an earlier release is loaded as it was, then migrated. Raises BackupBroken, saying what does not
    hold, and OSError or TarError where a file cannot be read.
    """
    _refuse_unless_empty()
    if keys is not None:
        _refuse_what_is_no_key(keys)
    with tarfile.open(file) as archive:
        manifest = _read_manifest(archive)
        _refuse_what_differs(archive, manifest["files"])
        apps = _at_state(manifest["state"])
        _load(archive, apps, manifest["files"])
        for name in manifest["files"]:
            if not name.startswith("rows/"):
                _put_back(archive, name, _place(Path(settings.DATA_DIR), name))
    if keys is not None:
        _restore_keys(keys)
    call_command("migrate", verbosity=0, interactive=False)
    return manifest


def _at_state(state: dict[str, str]) -> Apps:
    """Bring the empty database to the state of a backup; return the tables as they were then."""
    executor = MigrationExecutor(connection)
    targets = sorted(state.items())
    unknown = [f"{app} {name}" for app, name in targets if (app, name) not in executor.loader.graph.nodes]
    if unknown:
        raise BackupBroken(f"it was made by a newer program (tables {', '.join(unknown)}): install that one first")
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def _load(archive: tarfile.TarFile, apps: Apps, names: Iterable[str]) -> None:
    held = set(names)
    loaded = []
    with connection.constraint_checks_disabled(), transaction.atomic():
        for model in _models(apps):
            name = f"rows/{model._meta.label}.jsonl"  # noqa: SLF001 - Django's public name of it
            if name not in held:
                continue
            fields = {f.attname: f for f in model._meta.concrete_fields}  # noqa: SLF001 - the same
            model._base_manager.all().delete()  # noqa: SLF001 - what migrate put there comes from the backup
            with _member(archive, name) as lines:
                rows = (
                    model(**{key: None if text is None else fields[key].to_python(text) for key, text in one.items()})
                    for one in map(json.loads, lines)
                )
                while batch := [*islice(rows, BATCH)]:
                    model._base_manager.bulk_create(batch)  # noqa: SLF001 - the same
            loaded.append(model)
        connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), loaded):
            cursor.execute(statement)


def _refuse_what_is_no_key(file: Path) -> None:
    with tarfile.open(file) as archive:
        for member in archive.getmembers():
            name, _, rest = member.name.partition("/")
            if name not in ("keys", "sealer") or not rest:
                raise BackupBroken(f"{member.name} is no key")


def _restore_keys(file: Path) -> None:
    apart = {name: root for root, name in _key_folders()}
    with tarfile.open(file) as archive:
        for member in archive.getmembers():
            name, _, rest = member.name.partition("/")
            root = apart.get(name, Path(settings.SEALER_DIR))
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = _place(root, rest)
            _put_back(archive, member.name, path)
            path.chmod(0o600)


def examine(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield everything that a restored instance lacks: a broken chain, another head, a sealed file that differs."""
    found = {chain.code: chain for chain in list_chains()}
    for code, head in manifest["heads"].items():
        chain = found.get(code)
        if chain is None or (chain.seq, chain.hash) != (head["entries"], head["hash"]):
            yield f"chain {code} does not end where it did"
        elif broken := verify_chain(chain):
            yield f"chain {code} is broken at entry {broken.seq}"
    for code in damaged_files():
        yield f"sealed file {code} is missing, or not as it came"
