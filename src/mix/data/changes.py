"""When anything that the public sees may have changed, as every process knows it without asking the database.

Each write that this program makes counts, whoever makes it, but for tables of which no public page reads a row
(`PRIVATE`; tests/web/test_page_cache.py holds it) and for those of which `actions.core.events.record` says which
writes count (`TOLD_APART`). On SQLite a file in the data folder grows with each such transaction once it holds; on
PostgreSQL the transaction itself notifies, and each web process listens (`data.listening`).
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from mix.data.listening import CHANNEL, EAR

logger = logging.getLogger(__name__)
# What people do every minute, or seal, and no public page reads.
PRIVATE = frozenset(
    {
        *("django_session", "usersessions_usersession", "data_cacheentry", "data_message", "data_beat"),
        *("account_emailaddress", "account_emailconfirmation", "mfa_authenticator", "socialaccount_socialaccount"),
        *("vault_draft", "vault_earlierdraft", "vault_upload", "vault_uploadpart", "vault_sealedfile"),
        *(
            "vault_sealedenvelope",
            "data_submissionversion",
            "data_acknowledgement",
            "data_coapplicant",
            "data_score",
            "data_declaration",
        ),
        *(
            "data_consensusscore",
            "data_comment",
            "data_datereminder",
            "data_mailchoice",
            "data_digest",
            "data_judgement",
            "data_calendarfeed",
            "data_follow",
        ),
    }
)
# Public pages read some of their rows: the entries of public verbs, the submissions of opened calls.
TOLD_APART = frozenset({"data_event", "data_chain", "data_submission"})
_QUIET = PRIVATE | TOLD_APART | {"set"}  # ON CONFLICT DO UPDATE SET
_WRITTEN = re.compile(r'\b(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


def is_public_write(sql: str) -> bool:
    """Say whether a statement writes to a table of which public pages may read a row."""
    if sql.startswith(("SELECT", "(SELECT")):
        return False
    return any(table.lower() not in _QUIET for table in _WRITTEN.findall(sql))


def say_changed() -> None:
    """Have every process know, once the transaction at hand holds, that public pages may have changed."""
    if any(waiting[1] is _count for waiting in connection.run_on_commit):
        return
    if connection.vendor == "postgresql":
        connection.connection.execute(f"NOTIFY {CHANNEL}")  # beneath Django's log: it is no query of a page
    transaction.on_commit(_count)


def note_writes(*, connection: BaseDatabaseWrapper, **_: Any) -> None:  # noqa: ANN401 - Django's signal sends what it likes
    """Watch what a connection writes."""
    if _watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watch)


def _watch(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: ANN401, FBT001 - Django's signature
    found = execute(sql, params, many, context)
    if is_public_write(str(sql)):
        say_changed()
    return found


def stamp() -> Hashable | None:
    """Return what differs after each public change; None while this process might not hear of one."""
    if connection.vendor == "postgresql":
        return EAR.stamp()
    try:
        found = _path().stat()
    except FileNotFoundError:
        return 0
    return found.st_ino, found.st_size, found.st_mtime_ns


def begin() -> None:
    """Count as changed what an earlier process may have committed and not counted before it was killed."""
    if connection.vendor != "postgresql":
        _count()


def _path() -> Path:
    return Path(settings.DATA_DIR) / "changes"


def _count() -> None:
    if connection.vendor == "postgresql":
        EAR.hear()  # the others hear of it from the database
        return
    try:
        descriptor = os.open(_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, b".")
        finally:
            os.close(descriptor)
    except OSError:  # a full disk: what was committed stays, and pages are older by a minute at most
        logger.exception("a public change was not counted")
        with suppress(OSError):
            os.utime(_path())
