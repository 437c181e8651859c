"""docs/architecture-picture.svg: layers as rows, wings as columns, drawn from pyproject.toml, folders and imports."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
PROJECT = SOURCE.parents[1] / "pyproject.toml"
WITHIN = ("", "models", "staff")  # where the wings of a layer stand: in itself, or in one of its packages
LEFT, COLUMN, ROW, TOP, RIGHT = 96, 82, 44, 52, 330
STYLE = (
    "text{font:13px sans-serif;fill:#1b1b1b}.n{font-weight:700}.s{font-size:11px;fill:#444}"
    "rect{fill:#dbe7f3;stroke:#2b5c8a}.p{fill:#fff}.g{fill:#fff;stroke:none}.a{fill:none;stroke:#444}"
)


def _contract(name: str) -> list[str]:
    contracts = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    return [str(row) for row in next(c for c in contracts if c["name"] == name)["layers"]]


def list_layers() -> list[str]:
    """List the layers from above to below, as the import contract orders them."""
    rows = [row.split(" | ") for row in _contract("Arrows only point down")]
    return [one.strip().removeprefix("mix.") for row in rows for one in row]


def list_wings() -> list[str]:
    """List the wings, the first first: the contract names the last first."""
    return [row.strip("()") for row in reversed(_contract("Wings stand in one order"))]


def wings_of(layer: str) -> list[str]:
    """List the wings that a layer has, as folders or as files."""
    places = [SOURCE / layer / inner for inner in WITHIN]
    return [w for w in list_wings() if any((p / w).is_dir() or (p / f"{w}.py").is_file() for p in places)]


def besides(layer: str) -> list[str]:
    """List the packages of a layer that are no wing and hold none."""
    skip = {*list_wings(), *WITHIN, "migrations", "__pycache__"}
    return sorted(p.parent.name for p in (SOURCE / layer).glob("*/__init__.py") if p.parent.name not in skip)


def imports_of(layer: str) -> list[str]:
    """List the other layers that a layer imports, from above to below."""
    found = {
        name.split(".")[1]
        for path in (SOURCE / layer).rglob("*.py")
        for name in _imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith("mix.")
    }
    return [other for other in list_layers() if other in found - {layer}]


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def architecture_picture() -> str:
    """Return the picture as SVG."""
    wings, layers = list_wings(), list_layers()
    middle = LEFT + COLUMN * len(wings)
    width, height = middle + RIGHT, TOP + ROW * len(layers) + 12
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        "<title>Layers and wings: a layer imports layers below it, a wing imports wings to its left</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="g" width="{width}" height="{height}"/>',
        f'<path class="a" d="M{LEFT} 14H{middle - 10}m-7 -4l7 4l-7 4"/>',
    ]
    lines += [_text(LEFT + COLUMN * n + 6, 38, wing, "n") for n, wing in enumerate(wings)]
    lines += [_text(middle + 14, 38, "imports", "n")]
    for number, layer in enumerate(layers):
        lines += _row(layer, TOP + ROW * number, wings, middle)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _row(layer: str, y: int, wings: list[str], middle: int) -> Iterator[str]:
    yield _text(8, y + 24, layer, "n")
    here, others = wings_of(layer), besides(layer)
    if not here:
        yield f'<rect class="p" x="{LEFT}" y="{y + 4}" width="{middle - LEFT - 10}" height="{ROW - 10}"/>'
    for wing in here:
        x = LEFT + COLUMN * wings.index(wing)
        yield f'<rect x="{x}" y="{y + 4}" width="{COLUMN - 10}" height="{ROW - 10}"/>'
        yield _text(x + 6, y + 25, wing, "s")
    yield _text(middle + 14, y + 18, ", ".join(imports_of(layer)) or "no other layer", "")
    if others:
        yield _text(middle + 14, y + 33, f"also holds {', '.join(others)}", "s")


def _text(x: int, y: int, words: str, style: str) -> str:
    return f'<text x="{x}" y="{y}" class="{style}">{escape(words)}</text>'
