"""Rows of record: the log commits to what they say, under a salt that stands beside each and dies with it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django.db import models


def new_salt() -> str:
    """Return 16 random bytes in hex: enough that nobody guesses a score or a price from its fingerprint."""
    return secrets.token_hex(16)


Written = dict[tuple[type["Kept"], int], None]
_written: ContextVar[Written | None] = ContextVar("rows written since the last line of the log", default=None)


@contextmanager
def noting_rows() -> Iterator[Written]:
    """Note which rows of record are written, in order, until the log's next line takes them."""
    noted: Written = {}
    token = _written.set(noted)
    try:
        yield noted
    finally:
        _written.reset(token)


def is_writing() -> bool:
    """Say whether rows of record are being written: a verb is carried out."""
    return _written.get() is not None


def take_written() -> list[tuple[type[Kept], int]]:
    """Return the rows that were written or removed since the last line, and forget them."""
    noted = _written.get()
    taken = list(noted or ())
    if noted:
        noted.clear()
    return taken


class Kept(models.Model):
    """A row of record. Whatever is written to it, the next line of the log commits to all that it then says.

    `loose` names the columns of which the log does not speak; `private` those that leave the site as a salted
    fingerprint only. A query's `update` and `delete` would slip past: rows of record are saved one by one.
    """

    loose: ClassVar[frozenset[str]] = frozenset()
    private: ClassVar[frozenset[str]] = frozenset()

    salt = models.CharField(max_length=32, default=new_salt, editable=False)

    class Meta:
        abstract = True

    def save(self, *, update_fields: Iterable[str] | None = None, **options: Any) -> None:  # noqa: ANN401 - Django's own
        """Save the row under a new salt, and note it."""
        fields = None if update_fields is None else set(update_fields)
        if fields is not None and fields <= self.loose:
            super().save(update_fields=fields, **options)
            return
        self.salt = new_salt()
        super().save(update_fields=None if fields is None else {*fields, "salt"}, **options)
        self._note()

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: ANN401, FBT001, FBT002 - Django's own
        """Remove the row, and note it: the log says so."""
        self._note()
        return super().delete(using, keep_parents)

    def _note(self) -> None:
        noted = _written.get()
        if noted is not None:
            noted[type(self), self.pk] = None
