"""The wheel away from the source, and the files by which others install MIX."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from mix.jobs.cli import app

ROOT = Path(__file__).resolve().parents[2]
# Nothing here depends on the database of the test run: once is enough.
pytestmark = pytest.mark.skipif("postgresql" in os.environ.get("DATABASE_URL", ""), reason="run with SQLite")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it into a folder of its own."""
    folder = tmp_path_factory.mktemp("wheel")
    made = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "wheel.py"), str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode and "No matching distribution" in made.stderr:
        pytest.skip("nothing to build a wheel with can be reached")
    assert made.returncode == 0, made.stderr
    site = folder / "site"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site)]
    subprocess.run([*command, made.stdout.strip()], check=True)
    return site


def environment(site: Path, data: Path, **more: str) -> dict[str, str]:
    """Return an environment in which the installed program comes first."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MIX_", "DATABASE_"))}
    return {**kept, "PYTHONPATH": str(site), "MIX_DATA_DIR": str(data), "MIX_DEMO": "1", **more}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(address: str) -> tuple[int, Any, bytes]:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.status, answer.headers, answer.read()


def test_the_installed_wheel_serves_both_languages_without_the_source(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    known = environment(installed, tmp_path / "data", PORT=str(port))
    where = [sys.executable, "-c", "import mix; print(mix.__file__)"]
    found = subprocess.run(where, env=known, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(installed))
    before = {p for p in installed.rglob("*") if "__pycache__" not in p.parts}
    with subprocess.Popen([sys.executable, "-m", "mix.jobs.cli", "demo", "--empty"], env=known, cwd=tmp_path) as site:
        try:
            base = f"http://127.0.0.1:{port}"
            for _ in range(240):
                try:
                    if get(f"{base}/healthz")[0] == 200:
                        break
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.5)
            status, _, page = get(f"{base}/fr/")
            assert status == 200
            assert "Défis" in page.decode()
            sheet = re.search(rb'href="(/static/mix\.[0-9a-f]{12}\.css)"', page)
            assert sheet, page[:2000]
            status, headers, _ = get(base + sheet.group(1).decode())
            assert (status, "immutable" in headers["Cache-Control"]) == (200, True)
            assert get(f"{base}/en/how/")[0] == 200
        finally:
            site.terminate()
            site.wait(timeout=30)
    assert {p for p in installed.rglob("*") if "__pycache__" not in p.parts} == before  # it writes nowhere else


def commands() -> set[str]:
    return {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}


def test_what_the_services_start_is_a_command() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    started = [service["command"][1] for service in compose["services"].values() if "command" in service]
    for unit in (ROOT / "deploy").glob("*.service"):
        started += re.findall(r"^Exec\w+=/opt/mix/bin/mix (\w+)", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(started) <= commands()
    assert {"serve", "work", "sealer", "setup"} <= set(started)


def test_every_setting_of_the_containers_is_one_that_is_read() -> None:
    read = set(re.findall(r"\"(MIX_\w+|DATABASE_URL)\"", (ROOT / "src/mix/config/environment.py").read_text()))
    read |= {"MIX_HOST"}  # read where the site and the worker open their doors
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    for service in compose["services"].values():
        named = {key for key in service.get("environment", {}) if not key.startswith(("POSTGRES_", "UPSTREAM"))}
        assert named <= read
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert set(re.findall(r"\b(MIX_\w+)=", docker)) <= read
    manual = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert all(f"`{key}`" in manual for key in read)


def test_the_site_alone_wants_a_sealer(tmp_path: Path) -> None:
    known = {k: v for k, v in os.environ.items() if not k.startswith(("MIX_", "DATABASE_"))}
    known |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(tmp_path), "PORT": str(free_port())}
    command = [sys.executable, "-m", "mix.jobs.cli", "serve", "--alone"]
    answer = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert "set MIX_SEALER_SOCKET" in answer.stderr
