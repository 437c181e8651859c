"""What documents and code say of each other exists: documents, modules, names, files."""

import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest

from mix.data import models

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = ("architecture", "glossary", "how-to-add", "walk-of-a-submission")
LAYERS = ("actions", "config", "data", "jobs", "phrases", "readers", "rules", "vault", "web")
STANDS_FOR_ANY = re.compile(r"\b(KEY|LANGUAGE)\b")
TOP = ("src", "tests", "docs", "catalogue", "benchmarks", "deploy")


def _exists(name: str) -> bool:
    """Say whether a dotted name of `mix` is a module, or what stands in one."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        if (ROOT / "src/mix" / "/".join(parts[:size])).is_dir() or (
            ROOT / "src/mix" / f"{'/'.join(parts[:size])}.py"
        ).is_file():
            found = import_module(f"mix.{'.'.join(parts[:size])}")
            for part in parts[size:]:
                if not hasattr(found, part):
                    return False
                found = getattr(found, part)
            return True
    return False


def test_every_document_that_code_names_is_here() -> None:
    tracked = subprocess.check_output(["git", "ls-files", "src", "tests", "benchmarks"], cwd=ROOT, text=True).split()
    named = {
        (name, found)
        for name in tracked
        if name.endswith((".py", ".html", ".js")) and name != "tests/architecture/test_docs.py"
        for found in re.findall(r"[\w/-]+\.md\b", (ROOT / name).read_text("utf-8"))
        if "KEY" not in found and not found.startswith("-")
    }
    assert len(named) > 10
    assert sorted(n for n in named if not (ROOT / n[1]).is_file() and not (ROOT / "docs" / n[1]).is_file()) == []


@pytest.mark.parametrize("page", WRITTEN)
def test_what_a_page_names_of_the_program_exists(page: str) -> None:
    quoted = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", (ROOT / f"docs/{page}.md").read_text("utf-8"))
    dotted = [q for q in quoted if re.fullmatch(rf"({'|'.join(LAYERS)})(\.\w+)*", q)]
    tables = [q for q in quoted if page == "glossary" and re.fullmatch(r"[A-Z]\w*[a-z]\w*", q)]
    paths = [q for q in quoted if re.fullmatch(rf"({'|'.join(TOP)})/[\w./-]+", q)]
    assert dotted
    assert [name for name in dotted if not _exists(name)] == []
    assert [name for name in tables if not hasattr(models, name)] == []
    assert [path for path in paths if not list(ROOT.glob(STANDS_FOR_ANY.sub("*", path)))] == []
