"""A city's own variant of a method: how it differs from its parent, what a newer parent brings, how it would run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from mix.rules.city.delegation import Band, decider_for
from mix.rules.city.methods import Method
from mix.rules.core.access import Role
from mix.rules.core.catalogue import DocumentInvalid, Problem, load
from mix.rules.core.kinds import Route, StepKind

Path = tuple[str, ...]
Tree = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs; None is what was not there. A place is its keys, from the outside in."""

    path: Path
    before: Any
    after: Any


def read_tree(text: str) -> Tree:
    """Read a method document whose lists of things with keys become tables by key, in their order.

    Raises DocumentInvalid.
    """
    tree = _to_tree(load(text)[0])
    if not isinstance(tree, dict):
        raise DocumentInvalid([Problem(1, "a method is a table")])
    return tree


def write_tree(tree: Tree) -> str:
    """Write a tree as a method document again."""
    return yaml.safe_dump(_to_raw(tree), allow_unicode=True, sort_keys=False, width=110)


KEYED = "#"  # marks a table that is a list in the document


def _to_tree(raw: Any) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(raw, dict):
        return {str(key): _to_tree(value) for key, value in raw.items()}
    if isinstance(raw, list) and raw and all(isinstance(item, dict) and "key" in item for item in raw):
        return {KEYED: True, **{str(item["key"]): _to_tree(item) for item in raw}}
    return [_to_tree(item) for item in raw] if isinstance(raw, list) else raw


def _to_raw(tree: Any) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(tree, dict) and KEYED in tree:
        return [_to_raw(value) for key, value in tree.items() if key != KEYED]
    if isinstance(tree, dict):
        return {key: _to_raw(value) for key, value in tree.items()}
    return [_to_raw(item) for item in tree] if isinstance(tree, list) else tree


def differences(before: Tree, after: Tree, path: Path = ()) -> Iterator[Change]:
    """Yield every place that differs, the deepest that says it; what came or went as a whole is one change."""
    for key in [*before, *(k for k in after if k not in before)]:
        if key == KEYED:
            continue
        old, new = before.get(key), after.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from differences(old, new, (*path, key))
        elif old != new:
            yield Change((*path, key), old, new)


# What a variant has of its own, whatever its parent becomes.
OWN: frozenset[Path] = frozenset({("key",), ("version",), ("title",)})


def merge(base: Tree, mine: Tree, theirs: Tree) -> tuple[Tree, tuple[Change, ...]]:
    """Bring what changed from `base` to `theirs` into `mine`; return the result and what was left as it is in mine.

    A place that both changed, each in its own way, stays as mine has it and is listed: before is mine, after theirs.
    """
    clashes: list[Change] = []
    merged = _merge(base, mine, theirs, (), clashes)
    return merged, tuple(clashes)


def _merge(base: Any, mine: Any, theirs: Any, path: Path, clashes: list[Change]) -> Any:  # noqa: ANN401 - any part
    if path in OWN or theirs in (base, mine):
        return mine
    if mine == base:
        return theirs
    if not (isinstance(mine, dict) and isinstance(theirs, dict)):
        clashes.append(Change(path, mine, theirs))
        return mine
    old = base if isinstance(base, dict) else {}
    merged: Tree = {}
    for key in _in_order(mine, theirs):
        if key in mine or (key in theirs and key not in old):
            held = _merge(old.get(key), mine.get(key, old.get(key)), theirs.get(key), (*path, key), clashes)
            if held is not None:
                merged[key] = held
        elif theirs[key] != old[key]:  # mine left it out, theirs went on with it
            clashes.append(Change((*path, key), None, theirs[key]))
    return merged


def _in_order(mine: Tree, theirs: Tree) -> list[str]:
    """Return the keys of both: mine in its order, and what theirs adds after what stands before it there."""
    order = list(mine)
    for place, key in enumerate(theirs):
        if key not in order:
            earlier = [k for k in list(theirs)[:place] if k in order]
            order.insert(order.index(earlier[-1]) + 1 if earlier else 0, key)
    return order


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """A step as it would come in a sample challenge: in which turn, who works, who decides, days it takes at least."""

    turn: int
    key: str
    owner: Role
    gate: str
    deciders: tuple[Role, ...]
    least_days: int
    nobody: bool


def rehearse(method: Method, route: Route, *, value_cents: int, bands: Sequence[Band]) -> tuple[Rehearsed, ...]:
    """Walk a method as a challenge of one city would: what may begin together has one turn.

    `nobody` says that a gate goes by value and the city's table names nobody for it.
    """
    steps, done, turn, found = list(method.on(route).steps), set[str](), 0, []
    while ready := [s for s in steps if set(s.needs) <= done and s.key not in done]:
        turn += 1
        for step in ready:
            gate = step.gate
            by_value = decider_for(bands, value_cents) if gate and gate.by_value else None
            deciders = (*gate.decided_by, *([by_value] if by_value else [])) if gate else ()
            found.append(
                Rehearsed(
                    turn,
                    step.key,
                    step.owner,
                    gate.key if gate else "",
                    tuple(dict.fromkeys(deciders)),
                    step.solicitation.minimum_days if step.kind == StepKind.SOLICITATION and step.solicitation else 0,
                    nobody=bool(gate and gate.by_value and by_value is None),
                )
            )
        done |= {s.key for s in ready}
    return tuple(found)


def least_days(rehearsed: Sequence[Rehearsed]) -> int:
    """Add up the days that calls must stay open, of those that run together the longest."""
    by_turn: dict[int, int] = {}
    for step in rehearsed:
        by_turn[step.turn] = max(by_turn.get(step.turn, 0), step.least_days)
    return sum(by_turn.values())


def set_at(tree: Tree, path: Path, value: Any) -> None:  # noqa: ANN401 - any part of a document
    """Set one place of a tree; None takes it out. Raises KeyError when there is nothing around it."""
    for key in path[:-1]:
        tree = tree[key]
    if value is None:
        tree.pop(path[-1], None)
    else:
        tree[path[-1]] = value


def begin_variant(text: str, *, key: str, title: Mapping[str, str]) -> str:
    """Return a parent's document as the first draft of a variant: its own key and title, version 1."""
    tree = read_tree(text)
    return write_tree({**tree, "key": key, "version": 1, "title": dict(title)})
