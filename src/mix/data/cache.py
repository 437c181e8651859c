"""Django's cache as a table: all processes count together, and a restart forgets nothing.

Values are JSON, and never code that whoever can write into the database would have this program run.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from mix.data.models import CacheEntry

FOREVER = datetime(9999, 1, 1, tzinfo=UTC)
_PUT = """
INSERT INTO data_cacheentry (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at
"""
_ADD = f"{_PUT} WHERE data_cacheentry.expires_at <= %s"
_COUNT = """
UPDATE data_cacheentry SET value = CAST(CAST(value AS integer) + %s AS varchar)
WHERE key = %s AND expires_at > %s RETURNING value
"""


class TableCache(BaseCache):
    """Each change is one statement, so that two processes that count at once both count."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:  # noqa: ANN401 - Django's signature
        """Return the value of a key, or the default."""
        rows = CacheEntry.objects.filter(key=self.make_and_validate_key(key, version), expires_at__gt=datetime.now(UTC))
        found = rows.values_list("value", flat=True).first()
        return default if found is None else json.loads(found)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:  # noqa: ANN401 - the same
        """Keep a value under a key, over what was there."""
        with connection.cursor() as cursor:
            cursor.execute(_PUT, self._row(key, value, timeout, version))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:  # noqa: ANN401 - the same
        """Keep a value where there is none; say whether there was none."""
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [*self._row(key, value, timeout, version), _at(datetime.now(UTC))])
            return bool(cursor.rowcount == 1)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number and return it. Raises ValueError where there is none."""
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [delta, self.make_and_validate_key(key, version), _at(datetime.now(UTC))])
            found = cursor.fetchall()
        if not found:
            raise ValueError(key)
        return int(found[0][0])

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:  # noqa: ANN401 - the same
        """Keep what is there for longer; say whether it is there."""
        rows = CacheEntry.objects.filter(key=self.make_and_validate_key(key, version), expires_at__gt=datetime.now(UTC))
        return bool(rows.update(expires_at=self._until(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a key; say whether it was there."""
        return bool(CacheEntry.objects.filter(key=self.make_and_validate_key(key, version)).delete()[0])

    def clear(self) -> None:
        """Forget everything."""
        CacheEntry.objects.all().delete()

    def _row(self, key: str, value: object, timeout: Any, version: int | None) -> list[Any]:  # noqa: ANN401 - the same
        return [self.make_and_validate_key(key, version), json.dumps(value), _at(self._until(timeout))]

    def _until(self, timeout: Any) -> datetime:  # noqa: ANN401 - Django's own marks beside numbers
        until = self.get_backend_timeout(timeout)
        return FOREVER if until is None else datetime.fromtimestamp(until, UTC)


def _at(instant: datetime) -> Any:  # noqa: ANN401 - as the database wants it
    return connection.ops.adapt_datetimefield_value(instant)


def forget_expired(*, now: datetime) -> int:
    """Remove what nobody would be given any more; return how many."""
    return CacheEntry.objects.filter(expires_at__lte=now).delete()[0]
