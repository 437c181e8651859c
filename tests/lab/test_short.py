"""The short forms of the lab. The long ones are `make lab`."""

import os
import subprocess
import sys

import pytest

from tests.lab.world import ROOT

# One of the two in each leg of the gate; `make lab` runs the long forms of all on both databases.
ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


@pytest.mark.parametrize(
    "arguments",
    [
        ["matrices", "--count", "2000"],
        pytest.param(["poison", "--count", "400"], marks=pytest.mark.skipif(ON_POSTGRES, reason="reads no database")),
        pytest.param(["thief", "--steps", "1500"], marks=pytest.mark.skipif(ON_POSTGRES, reason="reads no database")),
        pytest.param(
            ["kill9", "--kills", "3", "--bidders", "6", "--seconds", "1"],
            marks=pytest.mark.skipif(ON_POSTGRES, reason="on SQLite in the gate"),
        ),
        pytest.param(
            ["stampede", "--bidders", "24", "--before", "5", "--after", "1", "--certain", "2"],
            marks=pytest.mark.skipif(not ON_POSTGRES, reason="on PostgreSQL in the gate"),
        ),
        pytest.param(["slow"], marks=pytest.mark.skipif(ON_POSTGRES, reason="on SQLite in the gate")),
    ],
    ids=["matrices", "poison", "thief", "kill9", "stampede", "slow"],
)
def test_the_lab_finds_nothing(arguments: list[str]) -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DJANGO_SETTINGS_MODULE", "MIX_DATA_DIR")}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.lab.{arguments[0]}", *arguments[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
