"""Documents of the catalogue: YAML read into a model, with everything that is wrong and the line on which it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

# The parser in C where it is there: it reads a method six times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Part(BaseModel):
    """A part of a document: never changed once read, and with no key that its model does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document: its line (1-based, 0 for the whole file) and an English sentence."""

    line: int
    text: str


class DocumentInvalid(ValueError):
    """A document that cannot be used, with every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"line {p.line}: {p.text}" for p in problems))
        self.problems = tuple(problems)


D = TypeVar("D", bound=BaseModel)


def read(
    text: str, model: type[D], check: Callable[[D, yaml.Node | None], Iterable[Problem]] = lambda _document, _node: ()
) -> D:
    """Read a document; `check` finds what the model alone cannot. Raises DocumentInvalid with line numbers."""
    try:
        loader = LOADER(text)
        node = loader.get_single_node()
        raw = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 2026-02-30
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise DocumentInvalid([Problem(line, f"not YAML: {error.__class__.__name__}")]) from None
    try:
        document = model.model_validate(raw)
    except ValidationError as error:
        raise DocumentInvalid([_problem_from(e, node) for e in error.errors()]) from None
    if problems := list(check(document, node)):
        raise DocumentInvalid(problems)
    return document


def _problem_from(error: Any, node: yaml.Node | None) -> Problem:  # noqa: ANN401 - pydantic's error record
    path = tuple(error["loc"])
    place, parent = (".".join(str(part) for part in p) for p in (path, path[:-1]))
    match error["type"], path[-1] if path else "":
        case "extra_forbidden", key:
            text = f"unknown key '{key}'"
        case "missing", "fr" | "en" as key:
            text = f"missing {'French' if key == 'fr' else 'English'} at {parent}"
        case "missing", "cites":
            text = f"missing citation at {parent}"
        case "missing", key:
            text = f"missing key '{key}'"
        case "enum", "kind":
            text = f"unknown kind {error['input']!r}"
        case _:
            text = f"{place or 'document'}: {str(error['msg']).removeprefix('Value error, ')}"
    return Problem(line_of(node, path), text)


def line_of(node: yaml.Node | None, path: Sequence[Any]) -> int:
    """Return the line of the deepest node on the path that exists."""
    line = 1
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == part), None)
            if found is None:
                return line
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
