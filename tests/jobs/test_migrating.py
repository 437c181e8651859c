"""Tables that are made together are those that Django makes one after the other, and those of the models."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.state import ProjectState
from django.db.models import IntegerField
from django.db.utils import ConnectionHandler

from mix.data.migrating import CreateTogether, create_together

pytestmark = pytest.mark.django_db


def migration_of(app: str) -> Migration:
    made = import_module(f"mix.{app}.migrations.0001_initial").Migration("0001_initial", app)
    assert isinstance(made, Migration)
    return made


def schema(make: Callable[[Any], object]) -> list[tuple[str, ...]]:
    """Return every table and index of a new database, in the order in which they were made."""
    fresh = ConnectionHandler({"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})["default"]
    with fresh.schema_editor() as editor:
        make(editor)
    with fresh.cursor() as cursor:
        cursor.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid")
        found = list(cursor.fetchall())
    fresh.close()
    return found


def test_tables_made_together_are_those_made_one_by_one() -> None:
    alone, together = migration_of("vault"), migration_of("vault")
    create_together(plan=[(together, False)])
    assert [type(part) for part in together.operations] == [CreateTogether]
    ends: list[ProjectState] = []
    made = [schema(lambda editor, m=m: ends.append(m.apply(ProjectState(), editor))) for m in (alone, together)]
    assert made[0] == made[1]
    assert len(made[0]) > 6
    assert ends[0] == ends[1]


def test_tables_made_together_are_those_of_the_models() -> None:
    migration = migration_of("data")
    names = [part.name for part in migration.operations if isinstance(part, CreateModel)]
    create_together(plan=[(migration, False)])
    assert [type(part) for part in migration.operations] == [CreateTogether]

    def of_models(editor: Any) -> None:
        for name in names:
            editor.create_model(apps.get_model("data", name))

    made = schema(lambda editor: migration.apply(ProjectState(), editor))
    assert [_parts(row) for row in made] == [_parts(row) for row in schema(of_models)]
    assert len(made) > 400


def _parts(row: tuple[str, ...]) -> list[str]:
    """Return what a line of the schema says, in whatever order constraints and the states that they name stand."""
    *names, sql = row
    return [*names, *sorted(re.split(r"[ ,()]+", sql or ""))]


def test_what_does_more_than_make_tables_runs_as_it_is_written() -> None:
    mixed, backwards = migration_of("vault"), migration_of("vault")
    mixed.operations = [*mixed.operations, AddField("Draft", "more", IntegerField(null=True))]
    before = [list(mixed.operations), list(backwards.operations)]
    create_together(plan=[(mixed, False), (backwards, True)])
    assert [mixed.operations, backwards.operations] == before


def test_every_migrate_asks() -> None:
    from django.core.management.sql import emit_pre_migrate_signal

    migration = migration_of("data")
    emit_pre_migrate_signal(0, False, "default", plan=[(migration, False)])
    assert [type(part) for part in migration.operations] == [CreateTogether]
