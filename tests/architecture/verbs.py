"""Every verb that the program can write to the log, read from its syntax, through whatever passes a verb on."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
SEED = "record"  # whatever module it stands in: its `verb` is what the log holds


@dataclass(frozen=True)
class Recorder:
    """A function that records: the name and place of the parameter that is its verb, and what it makes of it."""

    parameter: str
    place: int
    made: ast.expr | None = None
    within: Recorder | None = None

    def verb(self, given: str) -> str:
        """Return what stands in the log when the parameter is `given`."""
        if self.made is None or self.within is None:
            return given
        code = compile(ast.Expression(self.made), "verb", "eval")
        return self.within.verb(str(eval(code, {self.parameter: given})))  # noqa: S307 - an expression of our own source


class NotRead(AssertionError):
    """A verb whose words cannot be read from the source."""


def list_verbs(paths: Iterable[Path]) -> set[str]:
    """Return every verb that is recorded. Raises NotRead with the place of one that cannot be read."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    known: dict[tuple[str, str], Recorder] = {}
    for path, tree in trees.items():
        for function in _functions(tree):
            if function.name == SEED and "verb" in {a.arg for a in function.args.args}:
                known[path.stem, SEED] = Recorder("verb", _place(function, "verb"))
    found: set[str] = set()
    while True:
        size = len(known)
        for path, tree in trees.items():
            found |= _read(path, tree, known)
        if len(known) == size:
            return found


def _functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _place(function: Function, parameter: str) -> int:
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args) if a.arg != "self"]
    return names.index(parameter) if parameter in names else len(names)


def _read(path: Path, tree: ast.Module, known: dict[tuple[str, str], Recorder]) -> set[str]:
    """Read the calls of one module; a function that passes its own parameter on becomes known as a recorder."""
    origin = {
        alias.asname or alias.name: ((node.module or "").rpartition(".")[2], alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    found: set[str] = set()
    for function in _functions(tree):
        parameters = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
        for call in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
            recorder = _recorder(call, path.stem, origin, known)
            expression = _argument(call, recorder) if recorder else None
            if recorder is None or expression is None:
                continue
            passed = {n.id for n in ast.walk(expression) if isinstance(n, ast.Name)} & parameters
            if passed:
                (parameter,) = passed
                key = (path.stem, function.name)
                known.setdefault(key, Recorder(parameter, _place(function, parameter), expression, recorder))
            else:
                found |= {recorder.verb(v) for v in _values(expression, function, f"{path}:{call.lineno}")}
    return found


def _recorder(
    call: ast.Call, module: str, origin: Mapping[str, tuple[str, str]], known: Mapping[tuple[str, str], Recorder]
) -> Recorder | None:
    match call.func:
        case ast.Name(id=name):
            return known.get(origin.get(name, (module, name)))
        case ast.Attribute(value=ast.Name(id="deed") | ast.Attribute(attr="deed"), attr=name):
            return known.get(("deeds", name))
        case ast.Attribute(value=ast.Name(id=imported), attr=name):  # a function of a module
            return known.get((origin.get(imported, ("", imported))[1], name))
    return None


def _argument(call: ast.Call, recorder: Recorder) -> ast.expr | None:
    by_name = [k.value for k in call.keywords if k.arg == recorder.parameter]
    return next(iter((*by_name, *call.args[recorder.place : recorder.place + 1])), None)


def _values(expression: ast.expr, function: Function, where: str) -> set[str]:
    match expression:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=body, orelse=other):
            return _values(body, function, where) | _values(other, function, where)
        case ast.Name(id=name):
            given = [
                node.value
                for node in ast.walk(function)
                if isinstance(node, ast.Assign)
                if any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
            ]
            if given:
                return {v for one in given for v in _values(one, function, where)}
    raise NotRead(f"{where}: {ast.unparse(expression)}")
