"""A backup of everything, brought back into an empty place; what was touched, or came from elsewhere, is refused."""

import base64
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.conf import settings

from mix.actions.core.run import run
from mix.actions.market import submissions
from mix.data.models import Challenge, Submission
from mix.jobs.backup import BackupBroken, back_up, restore
from mix.jobs.doctor import State, examine
from mix.vault.models import Draft, SealedFile
from tests.worlds import copy_world

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
# What is restored is restored into SQLite; in the gate's leg on PostgreSQL one restore shows that its backup is good.
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
once_on_postgres = pytest.mark.lab if ON_POSTGRES else pytest.mark.django_db
DRAFTED = ("Draft", "EarlierDraft", "Upload", "UploadPart")


def mix(*words: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the program on a database of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MIX_", "DATABASE_"))}
    environment |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(folder), **more}
    command = [sys.executable, "-m", "mix.jobs.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def made(tmp_path: Path, db: None) -> tuple[Path, Path]:
    """Back up the replayed world."""
    return back_up(tmp_path / "world.tar", now=NOW)


def changed(file: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """Write the archive again with its members changed; None leaves one out."""
    other = file.with_name("changed.tar")
    with tarfile.open(file) as old, tarfile.open(other, "w") as new:
        for member in old.getmembers():
            content = old.extractfile(member)
            kept = change(member.name, content.read() if content else b"")
            if kept is not None:
                member.name, member.size = kept[0], len(kept[1])
                new.addfile(member, io.BytesIO(kept[1]))
    return other


def test_a_restored_instance_is_the_same(made: tuple[Path, Path], tmp_path: Path) -> None:
    file, keys = made
    place = tmp_path / "place"
    back = mix("restore", str(file), "--keys", str(keys), folder=place)
    assert back.returncode == 0, back.stdout + back.stderr
    assert "chains hold and end where they did" in back.stdout
    _is_told_of_lost_drafts(back.stdout.replace("\n", " "), place)
    again = mix("backup", str(tmp_path / "again.tar"), folder=place)
    assert again.returncode == 0, again.stdout
    with tarfile.open(file) as one, tarfile.open(tmp_path / "again.tar") as two:
        first, second = (json.load(archive.extractfile("manifest.json")) for archive in (one, two))  # type: ignore[arg-type]  # it is there
    assert first["heads"] == second["heads"]
    differing = {name for name, digest in first["files"].items() if second["files"].get(name) != digest}
    assert differing - {f"rows/vault.{table}.jsonl" for table in DRAFTED} == set()  # no backup brings drafts back
    assert set(second["files"]) == set(first["files"])
    assert mix("restore", str(file), folder=place).returncode == 1  # it is not empty any more
    assert all(p.stat().st_mode & 0o077 == 0 for p in (place / "keys").rglob("*") if p.is_file())


def _is_told_of_lost_drafts(said: str, place: Path) -> None:
    """Whose drafts no backup brings back is named; their rows are gone, their files there."""
    lost = {
        f"the draft of {s.vendor.name} in answer to {s.solicitation.reference}:"
        for s in Submission.objects.filter(code__in=Draft.objects.values("submission"))
    }
    assert lost
    assert [one for one in lost if one not in said] == []
    with closing(sqlite3.connect(place / "mix.sqlite3")) as held:
        tables = [f"vault_{table.lower()}" for table in DRAFTED]
        assert [held.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables] == [0] * 4
        files = held.execute("SELECT count(*) FROM vault_sealedfile WHERE blob != ''").fetchone()[0]
    assert files == SealedFile.objects.exclude(blob="").count()  # they are sealed to the key of the call


@once_on_postgres
def test_what_was_touched_is_not_restored(made: tuple[Path, Path], tmp_path: Path) -> None:
    file, _ = made
    name = "rows/data.Challenge.jsonl"
    cases: dict[str, Callable[[str, bytes], tuple[str, bytes] | None]] = {
        "was changed after": lambda n, c: (n, c.replace(b"young-trees", b"young-treez") if n == name else c),
        f"{name} is missing": lambda n, c: None if n == name else (n, c),
        "no manifest": lambda n, c: None if n == "manifest.json" else (n, c),
        "does not stay in its folder": lambda n, c: (
            n.replace("sealed/", "../away/"),
            c.replace(b'"sealed/', b'"../away/') if n == "manifest.json" else c,
        ),
        "does not read": lambda n, c: (n, c.replace(b"mix-backup-1", b"mix-backup-9")),
    }
    for said, change in cases.items():
        answer = mix("restore", str(changed(file, change)), folder=tmp_path / "empty")
        assert (answer.returncode, said in answer.stdout) == (1, True), answer.stdout + answer.stderr
    newer = changed(
        file, lambda n, c: (n, re.sub(rb'"data": "\d+_', b'"data": "9999_', c) if n == "manifest.json" else c)
    )
    answer = mix("restore", str(newer), folder=tmp_path / "empty")
    assert "made by a newer program" in answer.stdout
    text = tmp_path / "text.tar"
    text.write_text("no archive")
    assert mix("restore", str(text), folder=tmp_path / "empty").returncode == 1


@once_on_postgres
def test_keys_that_cannot_be_read_leave_the_place_empty(made: tuple[Path, Path], tmp_path: Path) -> None:
    file, _keys = made
    text = tmp_path / "text.tar"
    text.write_text("no archive")
    for wrong in (tmp_path / "absent.tar", text, file):
        answer = mix("restore", str(file), "--keys", str(wrong), folder=tmp_path / "place")
        assert (answer.returncode, "Not restored" in answer.stdout) == (1, True), answer.stdout + answer.stderr
        with closing(sqlite3.connect(tmp_path / "place" / "mix.sqlite3")) as place:
            assert place.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_backup_is_not_written_over_and_a_city_not_restored_over(made: tuple[Path, Path]) -> None:
    with pytest.raises(BackupBroken, match="is there already"):
        back_up(made[0], now=NOW)
    assert Challenge.objects.exists()
    with pytest.raises(BackupBroken, match="holds a city already"):
        restore(made[0], None)


def test_a_backup_holds_no_plaintext_and_its_keys_lie_apart(made: tuple[Path, Path]) -> None:
    file, keys = made
    content = file.read_bytes()
    assert b"AGE-SECRET-KEY" not in content
    assert b"Fictional solution of tamarack." not in content
    assert b"AGE-SECRET-KEY" in keys.read_bytes()
    assert [path.stat().st_mode & 0o077 for path in made] == [0, 0]


def opened_drafts(*made: tuple[Path, Path]) -> tuple[int, int]:
    """Try every key of every backup on every draft in any of them; return how many there are, and how many open."""
    keys: list[Any] = []
    drafts: set[bytes] = set()
    for file, held in made:
        with tarfile.open(held) as archive:
            texts = [member.read() for m in archive.getmembers() if (member := archive.extractfile(m))]
        found = {key for text in texts for key in re.findall(rb"AGE-SECRET-KEY-1[0-9A-Z]+", text)}
        keys += [pyrage.x25519.Identity.from_str(key.decode()) for key in found]
        with tarfile.open(file) as archive:
            for name in ("Draft", "EarlierDraft"):
                rows = archive.extractfile(f"rows/vault.{name}.jsonl")
                drafts |= {base64.b64decode(json.loads(line)["ciphertext"]) for line in rows or ()}
    return len(drafts), sum(_opens(draft, key) for draft in drafts for key in keys)


def _opens(draft: bytes, key: Any) -> bool:
    try:
        pyrage.decrypt(draft, [key])
    except pyrage.DecryptError:
        return False
    return True


def test_no_backup_opens_a_draft_before_or_after_it_is_finalised(
    made: tuple[Path, Path], tmp_path: Path, actor: Callable[[str], Any], now: Any
) -> None:
    submission = Submission.objects.get(vendor__code="tamarack", solicitation__step__challenge__code="water-leaks")
    assert opened_drafts(made)[1] == 0
    run(actor("tess"), now, submissions.save_answers, submission, answers={"team": "Three", "insurance": True})
    run(actor("tess"), now, submissions.finalise, submission, retry_key="one")
    there, opened = opened_drafts(made, back_up(tmp_path / "after.tar", now=NOW))
    assert (there > 0, opened) == (True, 0)


@pytest.mark.lab  # each world on PostgreSQL is brought there in this way
def test_a_site_that_moves_brings_its_drafts_along(made: tuple[Path, Path], tmp_path: Path) -> None:
    file, keys = made
    (tmp_path / "place" / "keys").mkdir(parents=True)
    for key in (Path(settings.DATA_DIR) / "keys").glob("draft-*.age"):
        shutil.copy2(key, tmp_path / "place" / "keys")
    back = mix("restore", str(file), "--keys", str(keys), folder=tmp_path / "place")
    assert (back.returncode, "LOST" in back.stdout) == (0, False), back.stdout + back.stderr
    with closing(sqlite3.connect(tmp_path / "place" / "mix.sqlite3")) as place:
        assert place.execute("SELECT count(*) FROM vault_draft").fetchone()[0] == Draft.objects.count()


def test_a_backup_that_is_broken_off_leaves_nothing(tmp_path: Path, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> list[tuple[Path, str]]:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mix.jobs.backup._key_folders", full)
        with pytest.raises(OSError, match="No space left"):
            back_up(tmp_path / "world.tar", now=NOW)
    assert list(tmp_path.iterdir()) == []
    assert all(path.is_file() for path in back_up(tmp_path / "world.tar", now=NOW))
    assert {path.name for path in tmp_path.iterdir()} == {"world.tar", "world.keys.tar"}


def test_the_doctor_says_what_is_wrong(tmp_path: Path, monkeypatch: Any, db: None) -> None:
    good = {w.about: w.state for w in examine()}
    assert {"database", "tables", "protection", "disk", "time zones", "keys", "mail", "worker", "PDF"} <= set(good)
    assert good["database"] is good["tables"] is good["protection"] is good["PDF"] is State.GOOD
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.setattr(settings, "DATA_DIR", away)
    monkeypatch.setattr(settings, "SEALER_DIR", away / "keys" / "sealer")
    without = {w.about: w for w in examine()}
    assert without["keys"].state is State.BAD
    assert "WATER-LEAKS" in without["keys"].text
    (away / "keys").mkdir()
    (away / "keys" / "x.age").write_text("AGE-SECRET-KEY")
    (away / "keys" / "x.age").chmod(0o644)
    said = [w.text for w in examine() if w.about == "keys"]
    assert any(text.startswith("Others may read x.age") for text in said)
    usage = shutil.disk_usage(away)._replace(free=10)
    monkeypatch.setattr("mix.jobs.doctor.shutil.disk_usage", lambda _: usage)
    assert {w.state for w in examine() if w.about == "disk"} == {State.BAD}


def test_a_mail_server_that_is_away_is_said(tmp_path: Path) -> None:
    copy_world(tmp_path / "x", empty=True)
    found = mix("doctor", folder=tmp_path / "x", MIX_MAIL_URL="smtp://127.0.0.1:9")
    assert found.returncode == 1
    assert "BAD   mail         127.0.0.1 does not take it" in found.stdout
    wrong = mix("doctor", folder=tmp_path / "x", MIX_MAIL_URL="mail.example.org")
    assert wrong.returncode == 1
    assert "MIX_MAIL_URL is smtp://" in wrong.stdout + wrong.stderr
