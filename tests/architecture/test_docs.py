"""What documents and code say of each other exists: documents, modules, names, files."""

import re
import subprocess
from importlib import import_module
from pathlib import Path

from mix.data import models

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/mix"
LAYERS = "actions|config|data|jobs|phrases|readers|rules|vault|web"
QUOTED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
DOTTED = re.compile(rf"(?:mix\.)?((?:{LAYERS})(?:\.\w+)+)")
FILE = re.compile(rf"(?:src/mix/)?((?:{LAYERS})/[\w./-]+)")
ELSEWHERE = re.compile(r"(?:tests|catalogue|benchmarks|deploy|docs)/[\w./-]+")
STANDS_FOR_ANY = re.compile(r"\b(KEY|LANGUAGE)\b")
NAMING = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *SOURCE.rglob("*.py")])


def is_there(name: str) -> bool:
    """Say whether a dotted name below `mix` is a module, or what stands in one."""
    parts = name.split(".")
    for size in range(len(parts), 0, -1):
        place = SOURCE.joinpath(*parts[:size])
        if place.is_dir() or place.with_suffix(".py").is_file():
            found = import_module(f"mix.{'.'.join(parts[:size])}")
            for part in parts[size:]:
                found = getattr(found, part, None)
            return found is not None
    return False


def unknown(text: str) -> list[str]:
    """List what a text names between backquotes of the program, its tests and its data, and what is not there."""
    found = []
    for quoted in QUOTED.findall(text):
        if match := DOTTED.fullmatch(quoted):
            here = is_there(match[1])
        elif match := FILE.fullmatch(quoted):
            here = any(SOURCE.glob(STANDS_FOR_ANY.sub("*", match[1])))
        else:
            here = not ELSEWHERE.fullmatch(quoted) or any(ROOT.glob(STANDS_FOR_ANY.sub("*", quoted)))
        found += [] if here else [quoted]
    return found


def test_what_is_not_there_is_found() -> None:
    assert unknown("`rules.core.access.TABLE` `rules.access` `rules/access.py` `tests/none.py` `docs/policy.md`") == [
        "rules.access",
        "rules/access.py",
        "tests/none.py",
    ]


def test_what_documents_and_docstrings_name_of_the_program_exists() -> None:
    wrong = {str(p.relative_to(ROOT)): unknown(p.read_text(encoding="utf-8")) for p in NAMING}
    assert {path: names for path, names in wrong.items() if names} == {}


def test_every_document_that_code_names_is_here() -> None:
    tracked = subprocess.check_output(["git", "ls-files", "src", "tests", "benchmarks"], cwd=ROOT, text=True).split()
    named = {
        (name, found)
        for name in tracked
        if name.endswith((".py", ".html", ".js"))
        for found in re.findall(r"(?:\w[\w-]*/)*\w[\w-]*\.md\b", (ROOT / name).read_text("utf-8"))
        if "KEY" not in found
    }
    assert len(named) > 10
    assert sorted(n for n in named if not (ROOT / n[1]).is_file() and not (ROOT / "docs" / n[1]).is_file()) == []


def test_every_table_of_the_glossary_is_a_table() -> None:
    quoted = QUOTED.findall((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    names = [q for q in quoted if re.fullmatch(r"[A-Z]\w+", q)]
    assert len(names) > 40
    assert [name for name in names if not hasattr(models, name)] == []
