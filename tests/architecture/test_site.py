"""The documentation builds as a site, whole and without a warning, and fetches nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_site_builds_and_stands_alone(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-W",
        "--keep-going",
        "-q",
        "-b",
        "html",
        str(ROOT / "docs"),
        str(tmp_path),
    ]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert built.stderr == ""
    assert built.returncode == 0
    pages = list(tmp_path.rglob("*.html"))
    assert {p.stem for p in (ROOT / "docs").rglob("*.md")} <= {p.stem for p in pages}
    fetched = re.compile(r'<(?:script|img|iframe)[^>]+src="https?:|<link[^>]+rel="stylesheet"[^>]+href="https?:')
    assert [p.name for p in pages if fetched.search(p.read_text(encoding="utf-8"))] == []
