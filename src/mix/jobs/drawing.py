"""Drawing a method as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mix.phrases.words import word
from mix.readers.core.catalogue import CATALOGUE
from mix.rules.city.method_files import parse
from mix.rules.city.methods import Method, Step


def find_method_file(key: str) -> Path | None:
    """Find a method of the catalogue by its key."""
    path = CATALOGUE / "methods" / f"{key}.yaml"
    return path if path.exists() else None


def read_methods(catalogue: Path) -> list[Method]:
    """Read the methods of a catalogue, by their keys. Raises DocumentInvalid."""
    return [parse(path.read_text(encoding="utf-8")) for path in sorted(catalogue.glob("methods/*.yaml"))]


def draw_method(method: Method, *, language: str) -> Iterator[str]:
    """Yield the lines of a method: stages, steps with kind and needs, gates with who decides."""
    yield f"{method.title.in_(language)} ({method.key}, {method.version})"
    yield method.summary.in_(language)
    for number, stage in enumerate(method.stages, start=1):
        yield ""
        yield f"{number}  {stage.title.in_(language)}"
        for index, step in enumerate(stage.steps):
            last = index == len(stage.steps) - 1
            yield from _step_lines(step, last=last, language=language)


def _step_lines(step: Step, *, last: bool, language: str) -> Iterator[str]:
    yield f"   {'└' if last else '├'}─ {step.title.in_(language)}  [{step.kind}, {step.box}]"
    bar = " " if last else "│"
    if step.needs:
        yield f"   {bar}     ← {', '.join(step.needs)}"
    if step.gate:
        deciders = [word("role", role.value, language) for role in step.gate.decided_by]
        if step.gate.by_value:
            deciders.append(word("decider", "by_value", language))
        each = f" {word('decider', 'each_city', language)}" if step.gate.each_city else ""
        yield f"   {bar}     ◆ {step.gate.key} {step.gate.title.in_(language)}: {', '.join(deciders)}{each}"
