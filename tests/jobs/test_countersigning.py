"""Another city as a witness: it signs what holds and what goes on from where it was, and nothing else."""

import base64
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mix.actions.core.signing import public_key, signer_name
from mix.jobs.cli import app
from mix.jobs.countersigning import WitnessRefuses, countersign_checkpoint, read_vkey
from mix.rules.core.notes import key_id, open_note
from tests.rules.flow import test_proofs as made

RAW = made.KEY.public_key().public_bytes_raw()
VKEY = f"{made.NAME}+{key_id(made.NAME, RAW).hex()}+{base64.b64encode(bytes([1]) + RAW).decode()}"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_a_log_that_goes_on_is_countersigned_again_and_again() -> None:
    rows = made.entries(9)
    for size in (3, 3, 9):
        note = made.note(rows, size=size)
        signed = countersign_checkpoint(note, made.log(rows[:size]), vkey=VKEY)
        assert signed.startswith(note)
        assert open_note(signed, name=signer_name(), public_key=base64.b64decode(public_key()))
        assert open_note(signed, name=made.NAME, public_key=RAW)


def test_a_log_that_was_rolled_back_or_forked_is_not_countersigned() -> None:
    rows = made.entries(9)
    countersign_checkpoint(made.note(rows, size=6), made.log(rows), vkey=VKEY)
    with pytest.raises(WitnessRefuses, match="and now has 5"):
        countersign_checkpoint(made.note(rows, size=5), made.log(rows), vkey=VKEY)
    forked = made.entries(9, finalised=["f"])
    with pytest.raises(WitnessRefuses, match="first 6 entries"):
        countersign_checkpoint(made.note(forked), made.log(forked), vkey=VKEY)


def test_what_does_not_hold_is_not_countersigned() -> None:
    rows = made.entries(4)
    with pytest.raises(WitnessRefuses, match="head"):
        countersign_checkpoint(
            made.note(rows), made.log(rows).replace(b'{"head": {"seq": 4', b'{"head": {"seq": 5'), vkey=VKEY
        )
    with pytest.raises(WitnessRefuses, match="speaks of 4"):
        countersign_checkpoint(made.note(rows), made.log(rows[:3]), vkey=VKEY)
    with pytest.raises(WitnessRefuses, match="has not signed"):
        countersign_checkpoint(made.note(rows).replace(made.NAME, "x.example"), made.log(rows), vkey=VKEY)


@pytest.mark.parametrize(
    "vkey", ["", "name", "name+00000000+AAAA", "name+00000000+AAAAA", f"{VKEY} x", "na me+00000000+" + "A" * 44]
)
def test_a_key_that_cannot_be_read_is_refused(vkey: str) -> None:
    with pytest.raises(WitnessRefuses, match="NAME"):
        read_vkey(vkey)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 0, "4 entries hold"),
        (["--checkpoint", "note.txt", "--key", VKEY], 0, "4 entries hold"),
        (["--checkpoint", "note.txt"], 2, "needs --key"),
        (["--checkpoint", "none.txt", "--key", VKEY], 2, "cannot be read"),
        (["--checkpoint", "note.txt", "--key", "name+00000000+A"], 2, "not a key"),
        (["--checkpoint", "note.txt", "--key", VKEY.replace(made.NAME, "x.example")], 1, "has not signed"),
    ],
)
def test_the_command_checks_a_log_against_a_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = made.entries(4)
    Path("log.jsonl").write_bytes(made.log(rows))
    Path("note.txt").write_text(made.note(rows, size=3), encoding="utf-8")
    done = CliRunner().invoke(app, ["verify", "log", "log.jsonl", *arguments])
    assert (done.exit_code, said in done.output) == (code, True), done.output
