"""Where the words of a field come from: places of a method, whether they fit, and how a value is carried over.

A place is "step.field" of an earlier step; or "NEED.what" of the need and "CHALLENGE.title" of the challenge, which are
there before any step, and with which a field can only begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mix.rules.city.methods import Method, Step, is_on
from mix.rules.core.fields import Column, FieldSpec, FieldType, Wording
from mix.rules.core.kinds import DeliverySection, Route, SprintSection
from mix.rules.core.typography import amount

# What is there before any step: the need as it was reported, the challenge as it was begun. Each is a text. No step is
# written in capitals.
NEED = "NEED"
CHALLENGE = "CHALLENGE"
BEFORE: Mapping[str, tuple[str, ...]] = {
    NEED: ("title", "what", "who", "cost", "tried"),
    CHALLENGE: ("title", "question"),
}
WRITTEN = (FieldType.TEXT, FieldType.LINE)


def split(place: str) -> tuple[str, str]:
    """Return the step, the need or the challenge, and the field of a place."""
    head, _, field = place.partition(".")
    return head, field


def source_of(method: Method, spec: FieldSpec) -> FieldSpec | None:
    """Return the field from which another is carried; None where it is none of a step, or not there on this route."""
    return field_at(method, spec.place)


def field_at(method: Method, place: str) -> FieldSpec | None:
    """Return the field that stands at a place of a step; None where there is none, or not on this route."""
    head, field = split(place)
    specs = (s for step in method.steps if step.key == head for s in step.fields)
    return next((s for s in specs if s.key == field), None)


def bad_sources(method: Method) -> Iterator[tuple[str, str]]:
    """Find fields whose source is no field, comes later, or cannot be carried; by the key of the step."""
    for step in method.steps:
        for spec in step.fields:
            if spec.place:
                yield from ((step.key, text) for text in _bad_source(method, step, spec))
        for spec in step.answers:
            if spec.place:
                yield step.key, f"'{step.key}.{spec.key}' is an answer of vendors, and has no source"
        yield from ((step.key, text) for text in _bad_notice(method, step))
        yield from ((step.key, text) for text in _bad_rows(method, step))


def _bad_source(method: Method, step: Step, spec: FieldSpec) -> Iterator[str]:
    own, (head, field) = f"{step.key}.{spec.key}", split(spec.place)
    if head in BEFORE:
        if field not in BEFORE[head]:
            yield f"'{own}' names '{spec.place}', and {head} has no '{field}'"
        elif spec.type is not FieldType.TEXT or spec.source:
            yield f"'{own}' cannot be carried from '{spec.place}', with which a text begins"
        return
    source = source_of(method, spec)
    if source is None:
        yield f"'{own}' names '{spec.place}', which is no field"
        return
    for route in method.routes:
        if not is_on(route, spec.routes) or not is_on(route, step.routes):
            continue
        if not _is_there(method, head, source, route):
            yield f"'{own}' names '{spec.place}', which is not there on route '{route.value}'"
            return
    if step.key == head or step.key not in method.resting_on(head):
        yield f"'{own}' names '{spec.place}', on which '{step.key}' does not rest"
    if problem := _unfit(spec, source):
        yield f"'{own}' {problem} '{spec.place}'"


def _bad_notice(method: Method, step: Step) -> Iterator[str]:
    """Find what a notice cannot be made of: what no earlier document says in public."""
    part = step.solicitation
    if part is None:
        return
    places = (*part.notice, *([part.requirements] if part.requirements else []))
    for place in places:
        head, key = split(place)
        source = next((f for s in method.steps if s.key == head for f in s.fields if f.key == key), None)
        if source is None:
            yield f"'{step.key}' names '{place}', which is no field"
        elif not source.public:
            yield f"the notice of '{step.key}' is public, and '{place}' is not"
        elif step.key == head or step.key not in method.resting_on(head):
            yield f"'{step.key}' names '{place}', on which it does not rest"
        elif place == part.requirements and not {"text", "weight", "evidence"} <= {c.key for c in source.columns}:
            yield f"'{place}' has no text, weight and evidence, as requirements do"
    scored = [s.evaluation for s in method.steps if s.evaluation and s.evaluation.of == step.key]
    for evaluation in scored if part.requirements else ():
        if part.requirements_scored_by not in {c.key for c in evaluation.criteria}:
            yield f"requirements of '{step.key}' are scored by '{part.requirements_scored_by}', which is no criterion"


def _bad_rows(method: Method, step: Step) -> Iterator[str]:
    """Find rows that cannot flow into what a step makes: tests into agreements or milestones, data sets into grants."""
    for place, fits, what, columns in (
        (step.accepted_by, _accepts(step), "makes nothing that is accepted", set[str]()),
        (step.data_sets, step.sprint is SprintSection.SET_UP, "gives no data", {"name"}),
    ):
        if not place:
            continue
        head, _field = split(place)
        source = field_at(method, place)
        if not fits:
            yield f"'{step.key}' names '{place}', and {what}"
        elif source is None or source.type is not FieldType.ROWS:
            yield f"'{step.key}' names '{place}', which is no field of rows"
        elif step.key == head or step.key not in method.resting_on(head):
            yield f"'{step.key}' names '{place}', on which it does not rest"
        elif missing := sorted(columns - {c.key for c in source.columns}):
            yield f"'{step.key}' names '{place}', which has no '{missing[0]}'"
        else:
            here = [route for route in method.routes if is_on(route, step.routes)]
            for route in (r for r in here if not _is_there(method, head, source, r)):
                yield f"'{step.key}' names '{place}', which is not there on route '{route.value}'"


def _accepts(step: Step) -> bool:
    return step.agreement is not None or step.delivery is DeliverySection.MILESTONES


def _is_there(method: Method, step: str, source: FieldSpec, route: Route) -> bool:
    return is_on(route, method.step(step).routes) and is_on(route, source.routes)


def _unfit(spec: FieldSpec, source: FieldSpec) -> str:
    """Say what keeps a field from being carried from another; empty where nothing does."""
    if spec.type is FieldType.TEXT and source.type in WRITTEN:
        return ""
    if spec.type is FieldType.TEXT and source.type is FieldType.ROWS and spec.begins:
        return ""
    if spec.type is not source.type or spec.type is FieldType.YES_NO:
        return "cannot be carried from"
    if not {o.key for o in spec.options} >= {o.key for o in source.options}:
        return "lacks an answer of"
    pairs = list(_pairs(spec, source))
    if spec.type is FieldType.ROWS and (not pairs or any(mine.type is not its.type for mine, its in pairs)):
        return "has no column that could be carried from"
    return ""


def _pairs(spec: FieldSpec, source: FieldSpec) -> Iterator[tuple[Column, Column]]:
    """Yield each column that is carried, with the one that it comes from."""
    known = {column.key: column for column in source.columns}
    for column in spec.columns:
        if its := known.get(column.source or column.key):
            yield column, its


def carried(spec: FieldSpec, source: FieldSpec | None, value: object) -> Any:  # noqa: ANN401 - JSON in, JSON out
    """Return what a field is begun with, given what its source says; None where that says nothing."""
    if value in (None, "", []):
        return None
    if source is None or source.type is not FieldType.ROWS or not isinstance(value, list):
        return value
    if spec.type is FieldType.ROWS:
        pairs = [(mine.key, its.key) for mine, its in _pairs(spec, source)]
        return [
            {**dict.fromkeys(c.key for c in spec.columns), **{mine: row.get(its) for mine, its in pairs}}
            for row in value
        ]
    return "\n".join(in_words(source.columns, row) for row in value)


def in_words(columns: Sequence[Column], row: Mapping[str, Any], *, language: str = "en") -> str:
    """Write a row as one line: its columns in their order, what is empty left out."""
    said = (_cell(c, row[c.key], language) for c in columns if row.get(c.key) not in (None, "", False))
    return "; ".join(said)


def _cell(column: Column, value: object, language: str) -> str:
    if column.type is FieldType.MONEY and isinstance(value, int):
        return amount(value, language)
    return str(value)


def rows_in_words(source: FieldSpec, rows: object) -> tuple[str, ...]:
    """Write each row of a field as one line, each line once; nothing where no rows stand there."""
    found = (in_words(source.columns, row) for row in rows) if isinstance(rows, list) else ()
    return tuple(dict.fromkeys(line for line in found if line))


def says_the_same(spec: FieldSpec, source: FieldSpec | None, value: object, now: object) -> bool:
    """Say whether a field says what its source does, `now` in the field's own form; of rows, in what is carried."""
    if not isinstance(value, list) or not isinstance(now, list) or source is None:
        return (value or None) == (now or None)
    keys = [mine.key for mine, _its in _pairs(spec, source)]
    return [[row.get(k) for k in keys] for row in value] == [[row.get(k) for k in keys] for row in now]


def title_of(method: Method, place: str) -> Wording | None:
    """Return what a place of a step is called: the title of its step; None for what is there before any."""
    head, _ = split(place)
    return None if head in BEFORE else method.step(head).title
