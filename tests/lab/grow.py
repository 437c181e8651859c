"""Growing a world: an open challenge with all that hangs on it, many times over, straight into the database.

No verb runs and no line of the log is written: what grows is what pages read. Rows keep their meaning (who, when, what
state) and get new codes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.apps import apps
from django.db import models

SEED = "water-leaks"
AT_ONCE = 50  # copies
Row = models.Model
Known = dict[tuple[type[Row], int], int]


def grow(root: Row, numbers: range) -> None:
    """Add a copy of a row, and of all that hangs on it, for each number; a call is open as long as its model."""
    rows = gather(root)
    order = in_order(list(rows))
    for some in batched(numbers):
        known: dict[int, Known] = {number: {} for number in some}
        for model in order:
            made = [(n, row, fresh(row, n, known[n])) for n in some for row in rows[model]]
            model._default_manager.bulk_create([copy for _n, _row, copy in made])
            for n, row, copy in made:
                known[n][model, row.pk] = copy.pk


def batched(numbers: range) -> list[range]:
    """Cut numbers into as many as are copied at once."""
    return [numbers[start : start + AT_ONCE] for start in range(0, len(numbers), AT_ONCE)]


def gather(root: Row) -> dict[type[Row], list[Row]]:
    """Return a row and every row that leads to it, by table."""
    found: dict[type[Row], dict[Any, Row]] = {type(root): {root.pk: root}}
    todo = [root]
    while todo:
        row = todo.pop()
        for relation in row._meta.related_objects:
            model: Any = relation.related_model
            if model._meta.app_label != "data" or not relation.field.concrete or relation.many_to_many:
                continue
            for other in model._default_manager.filter(**{relation.field.name: row.pk}):
                if other.pk not in found.setdefault(model, {}):
                    found[model][other.pk] = other
                    todo.append(other)
    return {model: list(rows.values()) for model, rows in found.items() if rows}


def in_order(tables: list[type[Row]]) -> list[type[Row]]:
    """Return tables so that each stands after those to which it leads."""
    needs: dict[type[Row], set[Any]] = defaultdict(set)
    for model in tables:
        needs[model] = {f.related_model for f in links(model)} & set(tables) - {model}
    done: list[type[Row]] = []
    while len(done) < len(tables):
        done.append(next(m for m in tables if m not in done and needs[m] <= set(done)))
    return done


def links(model: type[Row]) -> list[models.ForeignKey[Any, Any]]:
    """Return the columns that lead to other rows."""
    return [f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey)]


def fresh(row: Row, number: int, known: Known) -> Row:
    """Return a copy of a row: its links lead to the copies of what they led to, what names it is new."""
    copy = type(row)()
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        value = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey):
            value = known.get((field.related_model, value), value)  # type: ignore[arg-type]  # a model of ours
        elif field.unique and isinstance(value, str):
            most = field.max_length or 200
            value = field.get_default() if field.has_default() else f"{number}-{value}"[:most]
        setattr(copy, field.attname, value)
    return copy


def main() -> None:
    """Grow the instance that the environment names."""
    import sys

    import django

    django.setup()
    before = {m: m._default_manager.count() for m in apps.get_app_config("data").get_models()}
    grow(apps.get_model("data", "Challenge").objects.get(code=SEED), range(int(sys.argv[1])))
    for model, count in before.items():
        if (more := model._default_manager.count() - count) > 0:
            print(f"{model.__name__}: {count} + {more}")


if __name__ == "__main__":
    main()
