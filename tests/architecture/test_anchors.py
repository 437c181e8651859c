"""What is below the pages knows nothing of their markup: it names fields and places."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mix"
BELOW = sorted(p for layer in ("rules", "readers", "actions") for p in (SOURCE / layer).rglob("*.py"))
ANCHOR = re.compile(r"f-|#.")  # a lone # is no anchor
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
REFUSING = frozenset({"Unmet", "require", "must"})


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every string; what an f-string puts in is written as {}."""
    within: set[int] = set()
    for node in ast.walk(tree):  # an f-string comes before its parts
        if isinstance(node, ast.JoinedStr):
            within |= {id(v) for v in node.values}
            yield node.lineno, "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in within:
            yield node.lineno, node.value


def list_markup(source: str, name: str) -> list[str]:
    """List anchors and tags in a source as name:line: text."""
    found = _texts(ast.parse(source))
    return [f"{name}:{line}: {text}" for line, text in found if ANCHOR.match(text) or TAG.search(text)]


def test_anchors_and_tags_are_found_with_their_line() -> None:
    source = (
        'A = "f-title"\nB = f"f-{A}"\nC = f"#{A}"\nD = "#top"\nE = "so <b>bold</b>"\nF = ("#", "of-", "1 < 2 > 0")\n'
    )
    assert list_markup(source, "a.py") == [
        "a.py:1: f-title",
        "a.py:2: f-{}",
        "a.py:3: #{}",
        "a.py:4: #top",
        "a.py:5: so <b>bold</b>",
    ]


@pytest.mark.parametrize("path", BELOW, ids=lambda p: str(p.relative_to(SOURCE)))
def test_rules_readers_and_actions_hold_no_markup(path: Path) -> None:
    assert list_markup(path.read_text(encoding="utf-8"), str(path.relative_to(SOURCE))) == []


def test_every_place_stands_on_a_page() -> None:
    """A place that a refusal names is the id of something in a template."""
    named = {
        keyword.value.value
        for path in BELOW
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in REFUSING
        for keyword in node.keywords
        if keyword.arg == "place" and isinstance(keyword.value, ast.Constant)
    }
    pages = "".join(p.read_text(encoding="utf-8") for p in SOURCE.rglob("*.html"))
    assert len(named) > 25
    assert sorted(place for place in named if f'id="{place}"' not in pages) == []
