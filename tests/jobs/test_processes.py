"""The processes of a site: what each has loaded, what they share, and that a stop ends them all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mix.jobs import processes

# What only a page or a duty that is rarely asked for needs, and is large.
RARE = ("weasyprint", "fontTools", "docx", "docxtpl", "lxml", "icalendar", "qrcode", "PIL", "babel.messages", "pydyf")
# What the sealer has nothing to do with.
SITE = (
    "django.db",
    "django.http",
    "django.template",
    "mix.data.models",
    "mix.web",
    "mix.jobs.cli",
    "allauth",
    "jinja2",
    "granian",
    "psycopg",
    "pydantic",
    "yaml",
    "cel_expr_python",
    "holidays",
    "requests",
    "typer",
    "rich",
)


def loaded(code: str, folder: Path, **more: str) -> set[str]:
    """Return which modules a fresh interpreter has after some statements."""
    known = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")}
    known |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(folder), **more}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        env=known,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def within(modules: set[str], names: tuple[str, ...]) -> set[str]:
    return {name for name in names if any(m == name or m.startswith(f"{name}.") for m in modules)}


def test_a_site_that_has_started_has_not_loaded_what_is_rarely_asked_for(tmp_path: Path) -> None:
    """The supervisor loads once what web workers and the worker go on from; nothing else is loaded by their start."""
    code = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'mix.config.settings'\n"
        "import mix.jobs.cli, django; django.setup()\n"
        "from mix.jobs import start; start.load()\n"
        "import gc; assert gc.get_freeze_count() > 100_000\n"
        "import threading; assert threading.active_count() == 1, threading.enumerate()\n"
        "import granian, granian.server.mp; start._application(os.getppid())\n"
    )
    modules = loaded(code, tmp_path)
    assert within(modules, RARE) == set()
    assert {"mix.jobs.work", "mix.web.public.views", "mix.web.staff.urls", "mix.config.wsgi"} <= modules


def test_the_sealer_loads_nothing_of_the_site(tmp_path: Path) -> None:
    code = (
        "from mix.jobs import sealer, processes\n"
        "from mix.actions.market import keys\n"
        "keys.serve_sealer = lambda path, clock: clock()\n"
        "sealer.run_sealer()\n"
    )
    modules = loaded(code, tmp_path, MIX_SEALER_SOCKET=str(tmp_path / "sealer"))
    assert within(modules, (*SITE, *RARE)) == set()
    assert "mix.vault.sealer" in modules


def sleeper(code: str = "import time; time.sleep(60)") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code])


DEAF = (
    "import pathlib, signal, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
)


def started(code: str, sign: Path) -> subprocess.Popen[bytes]:
    """Start a program that makes a file once it hears, or no longer hears, what it is told."""
    child = subprocess.Popen([sys.executable, "-c", code, str(sign)])
    while not sign.exists():
        time.sleep(0.02)
    return child


@pytest.fixture
def _signals() -> Iterator[None]:
    kept = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGTERM, kept[0])
    signal.signal(signal.SIGINT, kept[1])


@pytest.mark.usefixtures("_signals")
def test_a_stop_ends_what_does_not_hear_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "ENDS_WITHIN", 0.2)
    web, work, sealer = started(DEAF, tmp_path / "deaf"), sleeper(), sleeper()
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
    began = time.monotonic()
    processes.keep(lambda: web, {"work": lambda: work, "sealer": lambda: sealer})
    assert [child.returncode for child in (web, work, sealer)] == [-signal.SIGKILL, -signal.SIGTERM, -signal.SIGTERM]
    assert time.monotonic() - began < 20


@pytest.mark.usefixtures("_signals")
def test_the_sealer_ends_after_those_that_need_it(tmp_path: Path) -> None:
    """A request at hand may still have something opened."""
    draining = (
        "import pathlib, signal, sys, time\n"
        "def drain(*_):\n"
        "    time.sleep(0.5); pathlib.Path(sys.argv[1]).write_text(str(time.monotonic())); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, drain); pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"
    )
    web = started(draining, tmp_path / "web")
    sealer = sleeper()
    ended: list[float] = []
    plain = sealer.terminate

    def terminate() -> None:
        ended.append(time.monotonic())
        plain()

    sealer.terminate = terminate  # type: ignore[method-assign]  # watched here
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
    processes.keep(lambda: web, {"sealer": lambda: sealer})
    assert float((tmp_path / "web").read_text()) < ended[0]
    assert (web.returncode, sealer.returncode) == (0, -signal.SIGTERM)


def test_a_process_goes_on_from_this_one_and_is_ended_like_any_other() -> None:
    child = processes.Forked(lambda: time.sleep(60))
    assert child.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.05)
    child.terminate()
    assert child.wait(10) == -signal.SIGTERM
    assert processes.Forked(lambda: None).wait(10) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a process that its parent has ended")
def test_no_process_outlives_the_one_that_began_it(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys, time\n"
        "from mix.jobs.processes import Forked\n"
        "def act():\n"
        "    pathlib.Path(sys.argv[1], 'half').write_text(str(os.getpid()))\n"
        "    os.rename(pathlib.Path(sys.argv[1], 'half'), pathlib.Path(sys.argv[1], 'pid')); time.sleep(60)\n"
        "Forked(act).wait()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) as parent:
        while not (tmp_path / "pid").exists():
            time.sleep(0.02)
        pid = int((tmp_path / "pid").read_text())
        parent.kill()
    for _ in range(200):
        if not Path(f"/proc/{pid}").exists() or "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("it goes on")


def test_serving_sets_nothing_up_and_says_what_is_lacking(tmp_path: Path) -> None:
    known = {k: v for k, v in os.environ.items() if not k.startswith(("MIX_", "DATABASE_"))}
    known |= {"MIX_DEMO": "1", "MIX_DATA_DIR": str(tmp_path / "data")}
    (tmp_path / "data").mkdir()
    command = [sys.executable, "-m", "mix.jobs.cli", "serve"]
    done = subprocess.run(command, env=known, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Not set up: tables of the database, static files. Run: mix setup" in done.stderr
    assert not (tmp_path / "data" / "static").exists()
