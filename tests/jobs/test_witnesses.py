"""Checkpoints go to witnesses by a schedule, once each; what one countersigned is kept, and doctor says its age."""

import base64
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from mix.config.environment import Misconfigured, read
from mix.data.models import Chain, Checkpoint, Message
from mix.jobs import doctor
from mix.jobs.cli import app
from mix.jobs.witnesses import send_to_witnesses
from mix.jobs.work import DUTIES
from mix.readers.core.events import latest_checkpoint, list_signed_chains
from mix.rules.core.notes import countersign, key_id

pytestmark = pytest.mark.django_db
WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RAW = WITNESS.public_key().public_bytes_raw()
NAME = "london.example"
VKEY = f"{NAME}+{key_id(NAME, RAW).hex()}+{base64.b64encode(bytes([1]) + RAW).decode()}"
ADDRESS = "clerk@witness.example"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Give this site a witness that reads a folder and one that has an address."""
    keys = tmp_path / "data" / "keys"
    keys.mkdir(parents=True)
    shutil.copy(Path(settings.DATA_DIR) / "keys" / "receipts.ed25519", keys)
    settings.DATA_DIR = tmp_path / "data"
    settings.WITNESSES = (str(tmp_path / "drop"), ADDRESS)
    return tmp_path / "drop"


def checkpoint_of(code: str) -> Checkpoint:
    found = latest_checkpoint(Chain.objects.get(code=code))
    assert found
    return found


def test_each_witness_gets_each_checkpoint_once(folder: Path, now: datetime) -> None:
    assert send_to_witnesses in {duty for duty, _every in DUTIES}
    send_to_witnesses(now=now)
    latest = {c.chain.code: c for c in list_signed_chains()}
    assert "guelph" in latest
    assert sorted(p.read_text("utf-8") for p in folder.iterdir()) == sorted(k.note for k in latest.values())
    mails = Message.objects.filter(to_email=ADDRESS)
    assert mails.count() == len(latest)
    assert [m.subject for m in mails if latest["guelph"].note in m.body] == [
        f"Checkpoint of {latest['guelph'].note.splitlines()[0]}: {latest['guelph'].size} entries"
    ]
    send_to_witnesses(now=now + timedelta(days=1))
    assert (len(list(folder.iterdir())), mails.count()) == (len(latest), len(latest))


def countersigned(path: Path, note: str) -> Any:
    path.write_text(note, encoding="utf-8")
    return CliRunner().invoke(app, ["log", "countersigned", str(path), "--key", VKEY])


@pytest.mark.usefixtures("folder")
def test_what_a_witness_countersigned_is_kept_and_nothing_else(tmp_path: Path) -> None:
    assert [w.state for w in doctor.witnesses()] == [doctor.State.LOOK]
    made = checkpoint_of("guelph")
    path = tmp_path / "note.txt"
    answer = countersigned(path, made.note)
    assert (answer.exit_code, "has not signed" in answer.output) == (1, True)
    other = countersign(made.note.replace(f"\n{made.size}\n", f"\n{made.size + 1}\n", 1), name=NAME, key=WITNESS)
    assert countersigned(path, other).exit_code == 1
    answer = countersigned(path, countersign(made.note, name=NAME, key=WITNESS))
    assert (answer.exit_code, answer.output) == (0, f"guelph: {NAME} countersigned {made.size} entries.\n")
    today = datetime.now(UTC).date().isoformat()
    assert [(w.state, w.text) for w in doctor.witnesses()] == [
        (doctor.State.GOOD, f"{NAME} countersigned guelph on {today}.")
    ]
    (kept,) = (Path(tmp_path) / "data" / "keys" / "countersigned").iterdir()
    kept.write_text(kept.read_text("utf-8").replace(today[:4], "2020", 1), encoding="utf-8")
    assert [w.state for w in doctor.witnesses()] == [doctor.State.LOOK]


def test_without_a_witness_doctor_says_so(settings: Any) -> None:
    settings.WITNESSES = ()
    assert [(w.state, "MIX_WITNESSES" in w.text) for w in doctor.witnesses()] == [(doctor.State.LOOK, True)]


@pytest.mark.parametrize(
    ("said", "found"), [("", ()), (f"/srv/drop {ADDRESS}", ("/srv/drop", ADDRESS)), ("drop", None), ("a@b@c", None)]
)
def test_witnesses_are_addresses_and_folders(
    monkeypatch: pytest.MonkeyPatch, said: str, found: tuple[str, ...] | None
) -> None:
    monkeypatch.setenv("MIX_WITNESSES", said)
    if found is None:
        with pytest.raises(Misconfigured):
            read()
    else:
        assert read().witnesses == found
