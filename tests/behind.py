"""Changing rows behind the program, as only somebody with the database's own keys could."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from mix.data.triggers import APPEND_ONLY


@contextmanager
def world() -> Iterator[None]:
    """Do something that is forgotten afterwards; durable transactions may nest in it, as in Django's own tests."""
    atomic = transaction.atomic()
    atomic._from_testcase = True
    with atomic:
        yield
        transaction.set_rollback(True)


@contextmanager
def behind_the_program() -> Iterator[None]:
    """Let rows be changed by plain SQL, on SQLite whatever the constraints say, and undo all of it."""
    with _unchecked(), world():
        open_tables(*APPEND_ONLY)
        yield


@contextmanager
def _unchecked() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        yield
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def open_tables(*tables: str) -> None:
    """Take the append-only triggers off tables, until the transaction is undone."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what was inserted before waits for nothing
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            return
        for table in tables:
            for act in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_kept_{act}")
