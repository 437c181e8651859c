"""Conditions over facts, in the Common Expression Language: one port, so that its engine can be replaced.

A condition is checked when it is compiled: a misspelt name or an amount compared with a word is refused. It is true,
false, or unknown where it depends on a fact that is absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from mix.rules.city.policy.facts import FACTS, FactType, FactValue

_TYPES = {
    FactType.FLAG: cel.Type.BOOL,
    FactType.NUMBER: cel.Type.INT,
    FactType.CENTS: cel.Type.INT,
    FactType.WORD: cel.Type.STRING,
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


class ExpressionWrong(ValueError):
    """A condition that cannot be compiled, in a sentence."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition or computation, and the facts and figures that it names."""

    text: str
    names: frozenset[str]
    ordered: tuple[str, ...]
    compiled: Any

    def value(self, record: Record) -> bool | int | None:
        """Return what it comes to, or None where that depends on a fact that is absent."""
        key = (self.text, *map(record.values.get, self.ordered))
        if key not in record.known:
            found = self.compiled.eval(record.activation).value()
            record.known[key] = found if isinstance(found, bool | int) else None  # it tells errors as texts
        return record.known[key]


class Record:
    """Facts and figures, ready for many conditions. `known` is what was found already, for records of one challenge."""

    def __init__(
        self,
        values: Mapping[str, FactValue],
        *,
        figures: frozenset[str],
        known: dict[tuple[object, ...], bool | int | None] | None = None,
    ) -> None:
        self.known = {} if known is None else known
        self.values = dict(values)
        self.activation = _environment(figures).Activation(data=self.values)


@lru_cache(maxsize=64)
def _environment(figures: frozenset[str]) -> Any:  # noqa: ANN401 - the engine's own
    names = {name: _TYPES[spec.type] for name, spec in FACTS.items()}
    return cel.NewEnv(variables={**names, **dict.fromkeys(figures, cel.Type.INT)})


@lru_cache(maxsize=20_000)
def compile_expression(text: str, *, wants: FactType, figures: frozenset[str] = frozenset()) -> Expression:
    """Compile a condition (`wants` a flag) or a computation (a number). Raises ExpressionWrong.

    Words that a fact never is are refused too: `route == "opne"` would never hold.
    """
    try:
        compiled = _environment(figures).compile(text)
    except RuntimeError as error:
        raise ExpressionWrong(_sentence(str(error))) from None
    if compiled.return_type() != _TYPES[wants]:
        raise ExpressionWrong(f"comes to {compiled.return_type().name()}, not to a {wants.value}")
    names = frozenset(_NAME.findall(_QUOTED.sub(" ", text))) & (FACTS.keys() | figures)
    if wrong := sorted(_unknown_words(text, names)):
        raise ExpressionWrong(f"no fact in it is ever '{wrong[0]}'")
    return Expression(text, names, tuple(sorted(names)), compiled)


def _unknown_words(text: str, names: Iterable[str]) -> set[str]:
    known = {word for name in names if name in FACTS for word in FACTS[name].words}
    return {quoted[1:-1] for quoted in _QUOTED.findall(text)} - known


def _sentence(error: str) -> str:
    """Take the first message out of the engine's listing."""
    found = re.search(r"ERROR: [^:]+:\d+:\d+: (.+)", error)
    text = found.group(1) if found else error
    return re.sub(r"undeclared reference to '(\w+)'.*", r"no fact or figure is called '\1'", text).strip()
