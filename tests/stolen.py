"""What somebody has who took the database, or a backup of it, and no key."""

import tarfile
from datetime import datetime
from pathlib import Path

from django.db import connection

from mix.jobs.backup import back_up


def every_value() -> list[bytes]:
    """Return every value of every column of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for row in cursor for v in row]
    return found


def every_row() -> bytes:
    """Return the same as one text, to look in."""
    return b"\n".join(every_value())


def members_of(file: Path) -> list[bytes]:
    """Return the content of every file of an archive."""
    with tarfile.open(file) as archive:
        return [found.read() for member in archive if (found := archive.extractfile(member))]


def backed_up(folder: Path, *, now: datetime) -> bytes:
    """Make a backup; return all that is in it, without its keys."""
    file, _keys = back_up(folder / "site.tar", now=now)
    return b"\n".join(members_of(file))
