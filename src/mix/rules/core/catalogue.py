"""Documents of the catalogue: YAML read into a model, with everything that is wrong and the line on which it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from mix.rules.core.fields import IN_CATALOGUE

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

# A document is read only within these: characters as written and with what it refers to put in its place, and how deep
# its parts lie in one another. The parser in C would end the process on some ten thousand.
MOST_CHARACTERS = 400_000
MOST_EXPANDED = 1_000_000
DEEPEST = 60
MOST_DIGITS = 100  # characters of a number: one of base sixty takes time by the square of its length
_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}


def decode(raw: bytes) -> str:
    """Return the text of a file: UTF-8, with or without a byte order mark. Raises DocumentInvalid."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentInvalid([Problem(line, "not a text in UTF-8")]) from None


def load(text: str) -> tuple[Any, yaml.Node | None]:
    """Read YAML into plain values and its nodes, which know their lines. Raises DocumentInvalid.

    Work is bounded before it is done: a document's size, its depth, and what its references stand for. A key that is
    given twice is refused, where YAML would drop the first.
    """
    if len(text) > MOST_CHARACTERS:
        raise DocumentInvalid([Problem(0, f"more than {MOST_CHARACTERS} characters")])
    try:
        _refuse_deep(text)
        loader = LOADER(text)
        node = loader.get_single_node()
        if node is None:
            return None, None
        _weigh(node, {})
        if wrong := [*_wrong_parts(node, loader, set())]:
            raise DocumentInvalid(wrong)
        return loader.construct_document(node), node
    except yaml.YAMLError as error:
        raise DocumentInvalid([Problem(_line_of_error(text, error), f"not YAML: {_cause(error)}")]) from None


def _refuse_deep(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise DocumentInvalid([Problem(line, f"more than {DEEPEST} parts inside one another")])


def _weigh(node: yaml.Node, weights: dict[int, int | None]) -> int:
    """Return how many characters a node stands for, references followed. Raises DocumentInvalid for too many."""
    weight = weights.get(id(node), 0)
    if weight is None:
        raise DocumentInvalid([Problem(node.start_mark.line + 1, "a part that refers to itself")])
    if weight == 0:
        weights[id(node)] = None
        weight = 1 + (len(node.value) if isinstance(node, yaml.ScalarNode) else 0)
        for part in _parts(node):
            weight += _weigh(part, weights)
        if weight > MOST_EXPANDED:
            text = f"more than {MOST_EXPANDED} characters with what it refers to"
            raise DocumentInvalid([Problem(node.start_mark.line + 1, text)])
        weights[id(node)] = weight
    return weight


def _parts(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _wrong_parts(node: yaml.Node, loader: Any, seen: set[int]) -> Iterator[Problem]:  # noqa: ANN401 - of either parser
    """Find the keys that one table has twice, and values that are none, such as 30 February."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if node.tag in _NUMBERS and len(node.value) > MOST_DIGITS:
        yield Problem(node.start_mark.line + 1, f"a number has at most {MOST_DIGITS} characters")
    elif node.tag == "tag:yaml.org,2002:timestamp":
        try:
            loader.construct_object(node)
        except ValueError as error:
            yield Problem(node.start_mark.line + 1, f"not YAML: {error}")
    elif isinstance(node, yaml.MappingNode):
        keys: set[tuple[str, str]] = set()
        for key, _value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if (key.tag, key.value) in keys:
                    yield Problem(key.start_mark.line + 1, f"'{key.value}' is given twice")
                keys.add((key.tag, key.value))
    for part in _parts(node):
        yield from _wrong_parts(part, loader, seen)


def _line_of_error(text: str, error: yaml.YAMLError) -> int:
    mark, position = getattr(error, "problem_mark", None), getattr(error, "position", None)
    if mark is not None:
        return int(mark.line) + 1
    return text.count("\n", 0, position) + 1 if isinstance(position, int) and position >= 0 else 0


def _cause(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or getattr(error, "reason", None) or error.__class__.__name__)


def read(
    text: str, model: type[D], check: Callable[[D, yaml.Node | None], Iterable[Problem]] = lambda _document, _node: ()
) -> D:
    """Read a document; `check` finds what the model alone cannot. Raises DocumentInvalid with line numbers.

    Values are taken as they are written: an amount of 15000.00 is no whole number, and `true` is no 1.
    """
    raw, node = load(text)
    document = fit(raw, node, model)
    if problems := list(check(document, node)):
        raise DocumentInvalid(problems)
    return document


def fit(raw: object, node: yaml.Node | None, model: type[D]) -> D:
    """Make a document of plain values; its nodes know the lines. Raises DocumentInvalid."""
    try:
        return model.model_validate_json(
            json.dumps(raw, default=_plain, allow_nan=False), strict=True, context=IN_CATALOGUE
        )
    except ValidationError as error:
        raise DocumentInvalid([_problem_from(e, node) for e in error.errors()]) from None
    except (TypeError, ValueError) as error:
        raise DocumentInvalid([Problem(0, f"document: {error}")]) from None


def _plain(value: object) -> str:
    """Write a day as JSON does; nothing else of YAML's has a place in a document."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place here")


def _problem_from(error: Any, node: yaml.Node | None) -> Problem:  # noqa: ANN401 - pydantic's error record
    path = tuple(error["loc"])
    place, parent = (".".join(str(part) for part in p) for p in (path, path[:-1]))
    match error["type"], path[-1] if path else "":
        case "extra_forbidden", key:
            text = f"unknown key '{key}'"
        case "missing", "fr" | "en" as key:
            text = f"missing {'French' if key == 'fr' else 'English'} at {parent}"
        case "language_missing", _:
            text = f"missing {'French' if error['ctx']['code'] == 'fr' else 'English'} at {place}"
        case "missing", "cites":
            text = f"missing citation at {parent}"
        case "missing", key:
            text = f"missing key '{key}'"
        case (("int_type" | "int_from_float"), _):
            text = f"{place}: a whole number, without a point and without quotes"
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
