"""What may be large leaves, and is put by, piece by piece: no memory ever holds it whole."""

from __future__ import annotations

import io
import json
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.urls import reverse

from mix.actions.core.signing import public_key
from mix.actions.flow import bundles
from mix.data.models import Beat
from mix.jobs import backup
from mix.rules.core.verdicts import Verdict
from mix.rules.flow.proofs import verify_bundle
from mix.web.drawing.packing import zip_of

LARGE = 96 * 2**20
MOST = 12 * 2**20


@contextmanager
def measured() -> Iterator[Callable[[], int]]:
    """Give what says how much more memory was held at once since, in bytes."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def sparse(path: Path) -> Path:
    """Make a large file that takes no room."""
    with path.open("wb") as file:
        file.truncate(LARGE)
    return path


def test_a_pack_of_large_files_is_held_by_no_memory(tmp_path: Path) -> None:
    asked: list[str] = []

    def entries() -> Iterator[tuple[str, bytes | Path]]:
        for name in ("a", "b"):
            asked.append(name)
            yield name, sparse(tmp_path / name)

    with measured() as peak:
        pieces = zip_of(entries())
        assert asked == []
        size = len(next(pieces))
        assert asked == ["a"]
        size += sum(map(len, pieces))
        assert size > 2 * LARGE
        assert peak() < MOST


@pytest.mark.django_db
def test_a_bundle_is_held_by_no_memory_however_long_the_log(
    sign_in: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("audrey")
    address = reverse("oversight-bundle", args=["guelph-roads-sprint"])
    client.get(address).close()  # what is loaded once
    plain = bundles.gather_logs
    monkeypatch.setattr(
        bundles,
        "gather_logs",
        lambda challenge: [*plain(challenge), ("logs/long.jsonl", (bytes(2**16) for _ in range(LARGE // 2**16)))],
    )
    with measured() as peak:
        response = client.get(address)
        assert isinstance(response, StreamingHttpResponse)
        assert sum(len(piece) for piece in response.streaming_content) > LARGE  # type: ignore[misc, union-attr, arg-type]
        assert peak() < MOST


@pytest.mark.django_db
def test_the_bundle_that_is_handed_out_holds(sign_in: Callable[[str], Any]) -> None:
    response = sign_in("audrey").get(reverse("oversight-bundle", args=["guelph-roads-sprint"]))
    raw = b"".join(response.streaming_content)
    assert verify_bundle(raw, public_key=public_key()).verdict is Verdict.HOLDS
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert archive.namelist() == sorted(archive.namelist())


@pytest.mark.django_db
def test_a_backup_and_its_check_hold_no_table_and_no_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path / "data"
    (tmp_path / "data" / "sealed" / "aa").mkdir(parents=True)
    sparse(tmp_path / "data" / "sealed" / "aa" / "blob")
    line = json.dumps({"id": "1", "at": "x" * 1000}).encode() + b"\n"
    plain = backup._lines
    monkeypatch.setattr(
        backup, "_lines", lambda model: (line for _ in range(LARGE // 1000)) if model is Beat else plain(model)
    )
    import_module("mix.data.migrations.0001_initial")  # a program is compiled once, and is no data
    with measured() as peak:
        file, _keys = backup.back_up(tmp_path / "large.tar", now=datetime(2026, 11, 23, tzinfo=UTC))
        assert file.stat().st_size > 2 * LARGE
        assert peak() < MOST
    with tarfile.open(file) as archive, measured() as peak:
        manifest = backup._read_manifest(archive)
        backup._refuse_what_differs(archive, manifest["files"])
        assert peak() < MOST
