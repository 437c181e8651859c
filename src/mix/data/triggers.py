"""Append-only by trigger, on both databases: what was written stays written.

Re-created after every migrate (an AlterField on SQLite rebuilds the table and drops them silently) and checked at
start by `missing_triggers`.
"""

from typing import Any

from django.db import connection

APPEND_ONLY = (
    "data_event",
    "data_checkpoint",
    "data_documentversion",
    "data_gatesignature",
    "data_judgement",
    "data_standingreached",
    "data_ruletext",
    "data_declaration",
    "data_conflictruling",
    "data_score",
    "data_consensusscore",
    "data_tiebreak",
    "data_ranking",
    "data_result",
    "data_notice",
    "data_letter",
    "data_acknowledgement",
    "data_submissionversion",
    "data_conversationversion",
    "data_conversationreply",
    "data_conversationword",
    "data_evidence",
    "data_opening",
    "data_openedenvelope",
    "data_itemcheck",
    "data_addendum",
    "data_label",
    "data_signoff",
    "data_parityentry",
    "data_contactlogentry",
    "data_takeover",
    "data_lesson",
    "data_hoursentry",
    "data_historyfact",
    "data_mailchoice",
    "data_sandbox",
)

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION mix_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only table %', TG_TABLE_NAME; END $$
"""


def create_triggers(**_: Any) -> None:  # noqa: ANN401 - Django's post_migrate sends what it likes
    """Put the triggers on every append-only table that exists."""
    present = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL_FUNCTION)
        for table in APPEND_ONLY:
            if table in present:
                for statement in _statements(table):
                    cursor.execute(statement)


def _statements(table: str) -> list[str]:
    if connection.vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_kept ON {table}",
            (
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION mix_append_only()"
            ),
            f"DROP TRIGGER IF EXISTS {table}_kept_whole ON {table}",
            (
                f"CREATE TRIGGER {table}_kept_whole BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION mix_append_only()"
            ),
        ]
    return [
        statement
        for act in ("UPDATE", "DELETE")
        for statement in (
            f"DROP TRIGGER IF EXISTS {table}_kept_{act.lower()}",
            (
                f"CREATE TRIGGER {table}_kept_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only table {table}'); END"
            ),
        )
    ]


def missing_triggers() -> set[str]:
    """Name the append-only tables that lack their triggers."""
    query = (
        "SELECT event_object_table FROM information_schema.triggers"
        if connection.vendor == "postgresql"
        else "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return set(APPEND_ONLY) - {row[0] for row in cursor.fetchall()}
