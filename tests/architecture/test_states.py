"""States, phases, seats and kinds are members of enums wherever they are named: in the program and on pages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines
from jinja2 import nodes

from mix.web.frame.environment import ENUMS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mix"
PROGRAM = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
PAGES = sorted((SOURCE / "web" / "templates").rglob("*.html"))


def _codes() -> dict[str, set[str]]:
    """Return the codes of every column that holds one of a few, by the column's name."""
    found: dict[str, set[str]] = {}
    for label in ("data", "vault"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.fields:
                if field.choices and field.name != "language":
                    found.setdefault(field.name, set()).update(code for code, _ in field.choices if code)
    return found


CODES = _codes()


def _name(node: ast.AST | None) -> str:
    """Return the last part of what a name, an attribute or a key says, "" for anything else."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.Constant(value=str(name)):
            return name
        case ast.Subscript(slice=ast.Constant(value=str(name))) | ast.Call(args=[ast.Constant(value=str(name)), *_]):
            return name
        case _:
            return ""


def _literals(node: ast.AST | None) -> Iterator[ast.Constant]:
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from _literals(part)
        case ast.IfExp(body=yes, orelse=no):
            yield from _literals(yes)
            yield from _literals(no)


def _pairs(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    """Yield every name with what it is compared with, set to, or asked for."""
    match node:
        case ast.Compare(left=left, comparators=others):
            sides = [left, *others]
            yield from ((_name(a), b) for a in sides if not isinstance(a, ast.Constant) for b in sides if a is not b)
        case ast.keyword(arg=str(name), value=value):
            yield name.removesuffix("__in").rpartition("__")[2], value
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            yield from ((_name(a), b) for a, b in zip(names, values, strict=False))
        case ast.Assign(targets=targets, value=value):
            yield from ((_name(target), value) for target in targets)
        case ast.arguments(
            posonlyargs=first, args=rest, defaults=defaults, kwonlyargs=named, kw_defaults=named_defaults
        ):
            plain = [*first, *rest][len(first) + len(rest) - len(defaults) :]
            yield from ((_name(a), b) for a, b in zip(plain, defaults, strict=True))
            yield from ((_name(a), b) for a, b in zip(named, named_defaults, strict=True))
        case ast.Dict(keys=keys, values=values):
            yield from ((_name(a), b) for a, b in zip(keys, values, strict=True))


def bare(text: str) -> list[tuple[int, str, str]]:
    """List the line, the name and the code of each code that stands as a bare string in a program."""
    return sorted(
        {
            (literal.lineno, name, literal.value)
            for node in ast.walk(ast.parse(text))
            for name, value in _pairs(node)
            for literal in _literals(value)
            if literal.value in CODES.get(name, ())
        }
    )


def bare_on(text: str) -> list[tuple[int, str, str]]:
    """List the same of a page."""
    found = []
    for compare in engines["jinja2"].env.parse(text).find_all(nodes.Compare):
        sides = [compare.expr, *(operand.expr for operand in compare.ops)]
        names = {side.attr for side in sides if isinstance(side, nodes.Getattr)}
        consts = [
            const.value
            for side in sides
            for const in (side, *side.find_all(nodes.Const))
            if isinstance(const, nodes.Const)
        ]
        found += [(compare.lineno, n, c) for n in names for c in consts if c in CODES.get(n, ())]
    return sorted(found)


@pytest.mark.parametrize(
    "text",
    [
        'x.status == "running"',
        '"running" != x.status',
        'phase = given or "panel"',
        'given["answer"] == "agree"',
        'given.get("status", "") == "running"',
        'x.status in ("stopped", "cancelled")',
        'rows.filter(challenge__status="running")',
        'rows.filter(state__in=["recommended", "approved"])',
        'x.phase = "final" if done else "between"',
        'x.state, x.reason = "failed", why',
        'def seat(person, *, seat="chair"): ...',
        'def seat(person, seat="chair"): ...',
        'rows.update_or_create(defaults={"state": "draft"})',
    ],
)
def test_a_bare_code_is_found(text: str) -> None:
    assert bare(text) != []
    assert bare(re.sub(r'"(\w+)"', r'"un\1"', text)) == []


def test_a_bare_code_on_a_page_is_found() -> None:
    assert bare_on('{% if x.status == "running" %}{% endif %}') == [(1, "status", "running")]
    assert bare_on('{{ "a" if x.state in ("signed", "other") }}') == [(1, "state", "signed")]
    assert bare_on('{% if kind == "radio" or x.status == ChallengeStatus.RUNNING %}{% endif %}') == []


@pytest.mark.parametrize("path", PROGRAM, ids=lambda p: str(p.relative_to(SOURCE)))
def test_the_program_names_members(path: Path) -> None:
    assert bare(path.read_text(encoding="utf-8")) == []


def test_pages_name_members() -> None:
    found = {p.relative_to(SOURCE).as_posix(): bare_on(p.read_text(encoding="utf-8")) for p in PAGES}
    assert {name: codes for name, codes in found.items() if codes} == {}


def test_every_member_that_a_page_names_exists_and_every_enum_is_named() -> None:
    kinds = {kind.__name__: kind for kind in ENUMS}
    named = {
        (got.node.name, got.attr)
        for path in PAGES
        for got in engines["jinja2"].env.parse(path.read_text(encoding="utf-8")).find_all(nodes.Getattr)
        if isinstance(got.node, nodes.Name) and got.node.name in kinds
    }
    assert {(name, member) for name, member in named if member not in kinds[name].__members__} == set()
    assert {name for name, _ in named} == set(kinds)
