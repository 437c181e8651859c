"""Rules take what was read: none of them opens a file."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mix"
RULES = sorted((SOURCE / "rules").rglob("*.py"))
READING = frozenset(
    {
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "joinpath",
        "iterdir",
        "rglob",
        "is_file",
        "is_dir",
    }
)
MODULES = ("importlib", "os", "pkgutil", "shutil", "tempfile")


def list_reading(source: str, name: str) -> list[str]:
    """List what reads the disk in a source, as name:line: what."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            found += [(node.lineno, called)] if called in READING else []
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, m) for m in MODULES if (node.module or "").split(".")[0] == m]
        elif isinstance(node, ast.Import):
            found += [(node.lineno, a.name) for a in node.names if a.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.Name) and node.id == "__file__":
            found.append((node.lineno, node.id))
    return [f"{name}:{line}: {what}" for line, what in sorted(found)]


def test_reading_is_found_with_its_line() -> None:
    source = (
        "import os.path\nfrom importlib.resources import files\nA = open('a')\nB = Path('b').read_text()\n"
        "C = Path(__file__)\nD = text.read('a')\n"
    )
    found = ["a.py:1: os.path", "a.py:2: importlib", "a.py:3: open", "a.py:4: read_text", "a.py:5: __file__"]
    assert list_reading(source, "a.py") == found


@pytest.mark.parametrize("path", RULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_rules_read_no_disk(path: Path) -> None:
    assert list_reading(path.read_text(encoding="utf-8"), str(path.relative_to(SOURCE))) == []
