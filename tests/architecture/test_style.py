"""The stylesheet: no line is long, nothing is styled that no page has, no token is defined in vain."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "src/mix/web"
LONGEST = 120
CLASS = r"[A-Za-z][\w-]*"
ATTRIBUTE = re.compile(r"""\bclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"])*)\"""", re.DOTALL)


def sheet() -> str:
    return (WEB / "static/mix.css").read_text(encoding="utf-8")


def styled(css: str) -> set[str]:
    """Return the classes that selectors name."""
    heads = re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    return {name for head in heads if not head.strip().startswith("@") for name in re.findall(rf"\.({CLASS})", head)}


def words(text: str) -> set[str]:
    return set(re.findall(CLASS, text))


def said_by_python(source: str) -> Iterator[str]:
    """List short strings that are handed on, such as a style or the mark of a cell: no keys, no sentences."""
    nodes = list(ast.walk(ast.parse(source)))
    keys = {id(key) for node in nodes if isinstance(node, ast.Dict) for key in node.keys}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in keys:
            yield from node.value.split() if re.fullmatch(rf"{CLASS}( {CLASS})?", node.value) else ()


def unnamed(classes: set[str], *, templates: str, code: str, script: str) -> set[str]:
    """Return the classes that nothing gives to an element; `tag--{{ kind }}` names those with a kind said anywhere."""
    attributes = " ".join(ATTRIBUTE.findall(templates))
    named = words(attributes) | set(said_by_python(code))
    named |= {word for text in re.findall(r'class(?:Name|List)[^"\n]*"([^"]*)"', script) for word in text.split()}
    composed = set(re.findall(rf"({CLASS}--)\{{\{{", attributes))
    endings = {text for pair in re.findall(r"'(\w+)'|\"(\w+)\"", templates) for text in pair if text}
    return {
        name
        for name in classes - named
        if not any(
            name.startswith(prefix) and (name.removeprefix(prefix) in endings or name[-1].isdigit())
            for prefix in composed
        )
    }


def test_no_line_of_the_stylesheet_is_long() -> None:
    assert [n for n, line in enumerate(sheet().splitlines(), start=1) if len(line) > LONGEST] == []


def test_a_class_that_nothing_has_is_found() -> None:
    found = unnamed(
        {"tag", "tag--now", "tag--old", "sb--5", "w", "err", "gone"},
        templates="""<i class="tag tag--{{ kind }}"></i>{{ tag("now") }}<ol class="sb--{{ bar|length }}">""",
        code='CELLS = {"gone": "w"}',
        script='note.className = "err";',
    )
    assert found == {"tag--old", "gone"}


def test_the_stylesheet_has_no_class_that_no_page_has() -> None:
    templates = "\n".join(
        p.read_text(encoding="utf-8") for p in WEB.rglob("*.html") if not p.is_relative_to(WEB / "static")
    )
    code = "\n".join(p.read_text(encoding="utf-8") for p in WEB.rglob("*.py"))
    script = (WEB / "static/mix.js").read_text(encoding="utf-8")
    assert len(styled(sheet())) > 100
    assert sorted(unnamed(styled(sheet()), templates=templates, code=code, script=script)) == []


def test_no_token_is_defined_in_vain() -> None:
    assert set(re.findall(r"(?<=[{;\s])(--[\w-]+):", sheet())) - set(re.findall(r"var\((--[\w-]+)", sheet())) == set()
