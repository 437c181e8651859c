"""The sealer is a user of its own in every set-up that is shipped, and as such keeps its keys from the site."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from django.conf import settings

from mix.data.models import Evaluation, Solicitation
from mix.jobs import doctor
from mix.jobs.doctor import State
from mix.vault import wire

ROOT = Path(__file__).resolve().parents[2]
SITE, SEALER, GROUP, STRANGER = 990, 991, 990, 992


class Unit(ConfigParser):
    """A unit of systemd; where a name comes twice, the last counts."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, interpolation=None)
        self.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their letters
        self.read(ROOT / "deploy" / f"mix-{name}.service")
        self.service = self["Service"]


def test_the_services_are_users_of_their_own() -> None:
    sealer, others = Unit("sealer").service, [Unit(name).service for name in ("web", "worker")]
    keys = sealer["StateDirectory"]
    assert (sealer["StateDirectoryMode"], keys) == ("0700", "mix-sealer")
    assert f"MIX_SEALER_DIR=/var/lib/{keys} " in f"{sealer['Environment']} "
    for other in others:
        assert other["User"] != sealer["User"]
        assert other["StateDirectory"] != keys
        assert f"/var/lib/{keys}" not in other["ReadWritePaths"]
        assert other["InaccessiblePaths"] == f"-/var/lib/{keys}"
        assert "RuntimeDirectory" not in other  # or the socket's folder would be the site's
    # The site's group may walk to the socket, and the sealer has neither the site's folder nor its secrets.
    assert (sealer["Group"], sealer["RuntimeDirectory"], sealer["RuntimeDirectoryMode"]) == ("mix", "mix", "0750")
    assert "EnvironmentFile" not in sealer
    assert {"-/var/lib/mix", "-/etc/mix.env"} <= set(sealer["InaccessiblePaths"].split())
    assert sealer["PrivateNetwork"] == "yes"


def test_the_containers_keep_keys_and_site_apart() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    sealer = services.pop("sealer")

    def volumes(service: dict[str, Any]) -> set[str]:
        return {volume.split(":")[0] for volume in service.get("volumes", [])}

    assert volumes(sealer) == {"keys", "socket"}
    assert {name for name, service in services.items() if "keys" in volumes(service)} == set()
    assert sealer["environment"]["MIX_SEALER_DIR"] in {v.split(":")[1] for v in sealer["volumes"]}
    assert {"DATABASE_URL", "MIX_SECRET_KEY"} & set(sealer["environment"]) == set()
    assert sealer["network_mode"] == "none"
    user, group = sealer["user"].split(":")
    assert user != "990"
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"useradd --system --uid {user} --gid mix " in docker
    assert f"groupadd --system --gid {group} mix" in docker
    assert "USER mix\n" in docker  # whom every other service of the image runs as
    assert all("user" not in service for name, service in services.items() if name in ("setup", "web", "worker"))
    assert all(":ro" in v for s in services.values() for v in s.get("volumes", []) if v.startswith("socket:"))


def test_the_commands_of_the_manual_make_these_users() -> None:
    manual = (ROOT / "docs/opening.md").read_text(encoding="utf-8")
    sealer = Unit("sealer").service
    for line in (
        f"useradd --system --gid {sealer['Group']} --home-dir /var/lib/{sealer['StateDirectory']} ",
        f"--shell /usr/sbin/nologin {sealer['User']}\n",
        "install --directory --owner mix-sealer --group mix --mode 0750 /run/mix\n",
        f"tar --create --file sealer.tar --directory /var/lib/{sealer['StateDirectory']} .",
    ):
        assert line in manual, line


def as_user(user: int, group: int, act: Callable[[], object]) -> int:
    """Do something as another user, in a process of its own; return its number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
        act()
    except BaseException:  # noqa: BLE001 - a child that was forked goes no further than here
        os._exit(1)
    os._exit(0)


@pytest.fixture
def apart() -> Iterator[Path]:
    """Run a sealer as a user of its own, in folders as the manual makes them; return the folder that holds these."""
    if os.getuid() != 0:
        pytest.skip("only root can be several users")
    place = Path(tempfile.mkdtemp(prefix="mix-apart-"))
    place.chmod(0o755)
    for name, mode in (("run", 0o750), ("keys", 0o700)):
        (place / name).mkdir()
        (place / name).chmod(mode)
        os.chown(place / name, SEALER, GROUP)

    def seal() -> None:
        settings.SEALER_DIR = place / "keys"
        os.umask(0o077)
        wire.serve(place / "run/sealer", clock=lambda: datetime.now(UTC))

    pid = as_user(SEALER, GROUP, seal)
    try:
        for _ in range(300):
            if (place / "run/sealer").exists():
                break
            time.sleep(0.1)
        yield place
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        shutil.rmtree(place)


def _asked(door: Path, key: str) -> bool:
    with socket.socket(socket.AF_UNIX) as other:
        other.connect(str(door))
        times = {"not_before": "2030-01-01T00:00:00+00:00", "prices_not_before": "2030-01-02T00:00:00+00:00"}
        other.sendall(json.dumps({"do": "make", "key": key, **times}).encode() + b"\n")
        return "value" in json.loads(other.makefile().readline())


def test_the_site_asks_the_sealer_and_reads_none_of_its_keys(apart: Path) -> None:
    def tried(user: int, group: int, key: str) -> list[str]:
        """Return what came of each try: to ask, to list and to read the keys, to put another socket there."""
        reader, writer = os.pipe()

        def act() -> None:
            acts: tuple[Callable[[], object], ...] = (
                lambda: _asked(apart / "run/sealer", key),
                lambda: len(list((apart / "keys").iterdir())),
                (apart / "keys/call-a.json").read_bytes,
                (apart / "run/sealer").unlink,
                (apart / "run/other").touch,
            )
            found = []
            for one in acts:
                try:
                    found.append(str(one()))
                except OSError as error:
                    found.append(type(error).__name__)
            os.write(writer, json.dumps(found).encode())

        pid = as_user(user, group, act)
        os.close(writer)
        os.waitpid(pid, 0)
        with os.fdopen(reader) as said:
            return list(json.load(said))

    assert tried(SITE, GROUP, "call-a") == ["True", *["PermissionError"] * 4]
    assert tried(STRANGER, STRANGER, "call-b") == ["PermissionError"] * 5
    assert [path.name for path in (apart / "keys").iterdir()] == ["call-a.json"]
    assert (apart / "keys/call-a.json").stat().st_mode & 0o777 == 0o600


def test_the_doctor_says_who_may_read_the_keys(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None, now: Any
) -> None:
    monkeypatch.setattr(settings, "DEMO", False)
    monkeypatch.setattr(doctor, "APART", tmp_path / "apart")

    def said() -> list[tuple[State, str]]:
        return [(w.state, w.text) for w in doctor._apart(os.getuid())]

    (alone,) = said()
    assert (alone[0], "runs as the site" in alone[1]) == (State.LOOK, True)
    door = tmp_path / "sealer"
    monkeypatch.setattr(settings, "SEALER_SOCKET", str(door))
    monkeypatch.setattr(settings, "SEALER_DIR", tmp_path / "nothing")
    assert said()[0][0] is State.GOOD
    door.touch()
    assert [state for state, text in said() if "as the user of the site" in text] == [State.BAD]
    door.unlink()
    (tmp_path / "apart").mkdir(mode=0o700)
    assert [state for state, text in said() if "can read the keys" in text] == [State.BAD]
    owner, mode = os.getuid() + 1, 0o40700
    monkeypatch.setattr(Path, "stat", lambda *_a, **_k: SimpleNamespace(st_uid=owner, st_mode=mode))
    assert said()[0][0] is State.GOOD
    mode = 0o40750
    assert said()[0][0] is State.BAD


def test_the_doctor_names_prices_that_nothing_explains(monkeypatch: pytest.MonkeyPatch, db: None, now: Any) -> None:
    def said() -> list[str]:
        return [w.text for w in doctor.sealer() if w.state is State.BAD]

    assert said() == []
    call = Solicitation.objects.filter(technical_opened_at=None, published_at__isnull=False).exclude(key_id="").first()
    assert call
    evaluated = {"solicitation": call, "step": call.step, "municipality_id": call.municipality_id}
    monkeypatch.setattr(doctor, "state_of_key", lambda *_a, **_k: {"released_at": now.isoformat()})
    monkeypatch.setattr("mix.readers.market.solicitations.is_scored", lambda _call: True)
    assert any(f"prices of {call.reference}" in text for text in said())
    Evaluation.objects.create(**evaluated, phase="quality_frozen")
    assert not any(f"prices of {call.reference}" in text for text in said())
