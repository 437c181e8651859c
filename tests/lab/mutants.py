"""Mutants of the security core: small faults set into its rules one by one, each of which tests/rules must notice.

python -m tests.lab.mutants [--module moves] [--least 90]

A mutant is the module with one comparison, `and`, `or`, `not`, sum, number, code, return or statement changed. Each
runs in a forked child against the module's own tests, which touch no database. Sentences and docstrings are left alone.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib
import importlib.abc
import importlib.util
import io
import os
import re
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[2]
CPU_SECONDS = 60
TESTS: dict[str, tuple[str, ...]] = {
    "core.access": ("core.test_access", "flow.test_moves"),
    "core.chain": ("core.test_chain",),
    "market.closing": ("market.test_closing",),
    "city.delegation": ("flow.test_moves",),
    "flow.moves": ("flow.test_moves",),
    "case.starting": ("flow.test_moves",),
    "choice.scoring": ("choice.test_scoring", "choice.test_stages"),
    "market.shares": ("market.test_shares",),
}
# Mutants that no test can tell from the rule: (module, line, mutation) → why.
EQUIVALENT: dict[tuple[str, str, str], str] = {
    (
        "city.delegation",
        "limited = sorted((b for b in bands if b.up_to_cents is not None), key=lambda b: b.up_to_cents or 0)",
        "0 → -1",
    ): "no limit is below nothing, so one of nothing is first either way",
    (
        "flow.moves",
        "role = decider_for(facts.bands.get(city, ()), facts.value_cents or 0)",
        "0 → -1",
    ): "no limit is below nothing, so a value of nothing finds the same row",
    **{
        (
            "core.chain",
            'return lambda value: "".join(made(value, 0))',
            f"0 → {other}",
        ): "how deep it begins tells indents"
        for other in (1, -1)
    },
    ("market.closing", 'sign = "−" if minutes < 0 else "+"', "0 → -1"): "no zone is one minute west",
    (
        "choice.scoring",
        "key=lambda o: (o.rank is None, o.rank or 0, o.key),",
        "0 → 1",
    ): "who has no rank is last before",
    (
        "choice.scoring",
        "key=lambda o: (o.rank is None, o.rank or 0, o.key),",
        "0 → -1",
    ): "who has no rank is last before",
    (
        "choice.scoring",
        "b.key: sum(_quality_points(b, before).values(), Fraction(0))",
        "0 → 1",
    ): "all begin with one more",
    (
        "choice.scoring",
        "b.key: sum(_quality_points(b, before).values(), Fraction(0))",
        "0 → -1",
    ): "all begin with one less",
    ("choice.scoring", "if most is None or len(ordered) <= most:", "LtE → Lt"): "the next line invites the same",
    (
        "choice.scoring",
        "TieRule.HEAVIEST_CRITERION: lambda: (-points.get(heaviest, Fraction(0)),),",
        "0 → 1",
    ): "only where there is no criterion, for all alike",
    (
        "choice.scoring",
        "TieRule.HEAVIEST_CRITERION: lambda: (-points.get(heaviest, Fraction(0)),),",
        "0 → -1",
    ): "only where there is no criterion, for all alike",
    (
        "market.shares",
        "return list(generate_mnemonics(1, [(NEEDED, SHARES)], secret, iteration_exponent=0)[0])",
        "0 → -1",
    ): "there is one group, first and last",
    (
        "market.shares",
        "for number, (word, given) in enumerate(zip(words, typed, strict=True), start=1):",
        "True → False",
    ): "one list is made of the other",
    ("market.shares", 'return found[0] if found else ""', "0 → -1"): "four letters are those of one word",
    (
        "market.shares",
        '_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"',
        "'qpzry9x8gf2tvdw0s3jn54khce6mua7l' → another code",
    ): "five bits do not reach behind its end",
    ("market.shares", "data = [bits >> shift & 31 for shift in range(255, -1, -5)]", "1 → 2"): "steps of five end at 0",
    (
        "market.shares",
        "data += [check >> shift & 31 for shift in range(25, -1, -5)]",
        "1 → 2",
    ): "steps of five end at 0",
    (
        "choice.scoring",
        "return max(scores) - min(scores) if len(scores) > 1 else 0",
        "1 → 0",
    ): "one score is 0 from itself",
    (
        "choice.scoring",
        "return max(scores) - min(scores) if len(scores) > 1 else 0",
        "Gt → GtE",
    ): "one score is 0 from itself",
}

_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: where it is, what it changes, and the module that has it."""

    line: int
    text: str
    name: str
    code: CodeType


Change = tuple[str, Callable[[ast.AST], ast.AST]]
Place = tuple[tuple[str, int | None], ...]  # fields, and places in lists, from the module down


def _with(field: str, value: object) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        setattr(node, field, value)
        return node

    return change


def _constant(node: ast.Constant) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield f"{value} → {not value}", _with("value", not value)
    elif isinstance(value, int):
        for other in (value + 1, value - 1):
            yield f"{value} → {other}", _with("value", other)
    elif isinstance(value, str) and _CODE.fullmatch(value):
        yield f"'{value}' → another code", _with("value", value + "_x")


def _compared(node: ast.Compare) -> Iterator[Change]:
    for place, op in enumerate(node.ops):
        for other in _COMPARED[type(op)]:
            ops = [other() if n == place else old for n, old in enumerate(node.ops)]
            yield f"{type(op).__name__} → {other.__name__}", _with("ops", ops)


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield what may be changed at one place, each with its name."""
    if isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.UnaryOp):
        yield f"no {type(node.op).__name__}", lambda _node: node.operand
    else:
        yield from _by_shape(node)


def _by_shape(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.BoolOp(op=ast.And()):
            yield "and → or", _with("op", ast.Or())
        case ast.BoolOp(op=ast.Or()):
            yield "or → and", _with("op", ast.And())
        case ast.BinOp(op=ast.Add()):
            yield "+ → -", _with("op", ast.Sub())
        case ast.BinOp(op=ast.Sub()):
            yield "- → +", _with("op", ast.Add())
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "return None", _with("value", ast.Constant(None))
        case ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield "left out", lambda _node: ast.Pass()


def _places(tree: ast.AST, path: Place = ()) -> Iterator[tuple[ast.AST, Place]]:
    """Walk what is carried out: no annotations, decorators, imports, or words of an enumeration."""
    yield tree, path
    is_enum = isinstance(tree, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "StrEnum" for b in tree.bases)
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "type_params") or (is_enum and field == "body"):
            continue
        if isinstance(value, ast.AST):
            yield from _places(value, (*path, (field, None)))
        elif isinstance(value, list):
            for place, part in enumerate(value):
                if isinstance(part, ast.AST) and not isinstance(part, ast.Import | ast.ImportFrom):
                    yield from _places(part, (*path, (field, place)))


def _changed(tree: ast.Module, path: Place, change: Callable[[ast.AST], ast.AST]) -> ast.Module:
    """Return a copy of a tree with the node at a path changed."""
    made = copy.deepcopy(tree)
    around: ast.AST = made
    for field, place in path[:-1]:
        held = getattr(around, field)
        around = held if place is None else held[place]
    field, place = path[-1]
    held = getattr(around, field)
    if place is None:
        setattr(around, field, change(held))
    else:
        held[place] = change(held[place])
    ast.fix_missing_locations(made)
    return made


def mutants_of(source: str, file: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree, lines = ast.parse(source), source.splitlines()
    for node, path in _places(tree):
        for name, change in _changes(node):
            line = getattr(node, "lineno", 0)
            code = compile(_changed(tree, path, change), file, "exec")
            yield Mutant(line, lines[line - 1].strip(), name, code)


class _Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutant out where the module is imported."""

    def __init__(self, module: str, code: CodeType) -> None:
        self.module, self.code = module, code

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Find the module that the mutant stands for, and no other."""
        return importlib.util.spec_from_loader(name, self) if name == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant as the module."""
        exec(self.code, module.__dict__)  # noqa: S102 - our own module with one change


def _imports(module: ModuleType) -> set[str]:
    text = Path(module.__file__ or "").read_text(encoding="utf-8") if module.__file__ else ""
    return set(re.findall(r"^from (mix\.[\w.]+|tests\.[\w.]+) import", text, re.MULTILINE))


def _forget(module: str) -> None:
    """Forget a module and what has taken anything from it, so that the next import takes it from the mutant."""
    ours = {n: m for n, m in sys.modules.items() if n.startswith(("mix.", "tests.rules."))}
    stale = {module}
    while more := {n for n, m in ours.items() if n not in stale and _imports(m) & stale}:
        stale |= more
    for name in stale:
        sys.modules.pop(name, None)
        package, _dot, last = name.rpartition(".")
        if hasattr(sys.modules.get(package), last):  # `from package import module` would find the old one there
            delattr(sys.modules[package], last)


def _run(files: Sequence[str]) -> int:
    given = [
        "-x",
        "-q",
        "--noconftest",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:django",
        "-p",
        "no:xdist",
        "-p",
        "no:randomly",
    ]
    given += ["-c", os.devnull, "--rootdir", str(ROOT), "-W", "ignore"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main([*given, *files]))


def passes(module: str, files: Sequence[str], code: CodeType | None) -> bool:
    """Say whether the tests pass on a mutant (None: on the module itself), in a child of their own."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))  # what never ends is noticed too
    try:
        if code is not None:
            sys.meta_path.insert(0, _Planted(module, code))
        os._exit(_run(files))
    except BaseException:  # noqa: BLE001 - a mutant that cannot even be imported
        os._exit(9)


def examine(name: str) -> tuple[int, list[Mutant]]:
    """Run every mutant of a rule's module; return how many there are and which nothing noticed."""
    module = f"mix.rules.{name}"
    files = [str((ROOT / "tests/rules").joinpath(*test.split(".")).with_suffix(".py")) for test in TESTS[name]]
    for test in TESTS[name]:
        importlib.import_module(f"tests.rules.{test}")
    _forget(module)
    for test in TESTS[name]:
        sys.modules.pop(f"tests.rules.{test}", None)
    if not passes(module, files, None):
        raise SystemExit(f"{name}: its tests fail without any mutant")
    path = (ROOT / "src/mix/rules").joinpath(*name.split(".")).with_suffix(".py")
    mutants = [
        m for m in mutants_of(path.read_text(encoding="utf-8"), str(path)) if (name, m.text, m.name) not in EQUIVALENT
    ]
    return len(mutants), [m for m in mutants if passes(module, files, m.code)]


def main() -> int:
    """Examine the modules, print what survives, and end with 1 when too much does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", choices=TESTS, action="append")
    parser.add_argument("--least", type=int, default=90)
    given = parser.parse_args()
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    calm = hypothesis.settings(deadline=None, derandomize=True, database=None, max_examples=25, phases=phases)
    hypothesis.settings.register_profile("mutants", calm)
    hypothesis.settings.load_profile("mutants")
    weak = False
    for name in given.module or TESTS:
        count, survivors = examine(name)
        killed = count - len(survivors)
        weak |= killed * 100 < given.least * count
        print(f"{name}: {killed} of {count} killed, {len(survivors)} survived")
        for one in survivors:
            print(f"  {one.line}: {one.name}: {one.text}", flush=True)
    return int(weak)


if __name__ == "__main__":
    sys.exit(main())
