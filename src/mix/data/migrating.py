"""Making the tables of one migration from one state of the models.

Django works a whole state out again for each of its operations, and every model that hangs on what is new with it:
a hundred tables cost ten seconds so, and one before this. A migration that does nothing but make tables says the same
in one state as in a hundred: no table that it makes changes another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateTogether(Operation):
    """Tables that are made one after the other, in the state in which all of them are there."""

    def __init__(self, parts: Sequence[CreateModel]) -> None:
        self.parts = parts

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add every table to a state, which is worked out anew once it is asked for."""
        state.__dict__.pop("apps", None)
        for part in self.parts:
            part.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the tables."""
        for part in self.parts:
            part.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Say what is done."""
        return f"Create {len(self.parts)} tables"


def create_together(*, plan: Sequence[tuple[Migration, bool]] = (), **_: Any) -> None:  # noqa: ANN401 - Django's pre_migrate sends what it likes
    """Have each migration that is about to run, and only makes tables, make them together."""
    for migration, is_backwards in plan:
        parts = [part for part in migration.operations if type(part) is CreateModel]
        if not is_backwards and len(parts) == len(migration.operations) > 1:
            migration.operations = [CreateTogether(parts)]  # type: ignore[misc]  # each has a list of its own
