"""Rows of record against the log: what each says, what the log committed to last, and where the two differ."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, OuterRef, QuerySet, Subquery

from mix.data.asked import asked
from mix.data.models import Chain, Event
from mix.data.models.core.kept import Kept
from mix.rules.core.commitments import commitment, shown, shown_salt

ROWS = "rows"  # the key of a line's payload: the row's name, and the commitment or None where it was removed


@dataclass(frozen=True, slots=True)
class Row:
    """What may be shown of a row of record, and the salt that goes with it."""

    name: str
    fact: dict[str, Any]
    salt: str

    @property
    def commitment(self) -> str:
        """What the log must hold of it."""
        return commitment(self.fact, salt=self.salt)


@cache
def kept_models() -> dict[str, type[Kept]]:
    """Return the tables of record by the name under which the log knows their rows."""
    found = (m for m in apps.get_app_config("data").get_models() if issubclass(m, Kept))
    return {name_of(model): model for model in sorted(found, key=name_of)}


def name_of(model: type[Kept], pk: int | None = None) -> str:
    """Return the log's name of a table, or of one of its rows."""
    name = str(model._meta.model_name)  # noqa: SLF001 - Django's public name of it
    return name if pk is None else f"{name}/{pk}"


@cache
def _columns(model: type[Kept]) -> dict[str, str | Subquery]:
    """Return, by the name of each column that the log speaks of, where its value is found: relations by their code.

    A code is looked up apart: a row whose relation was taken out is still there.
    """
    found: dict[str, str | Subquery] = {}
    for field in model._meta.concrete_fields:  # noqa: SLF001 - the same
        if field.primary_key or field.name == "salt" or field.name in model.loose:
            continue
        related = field.related_model if isinstance(field, ForeignKey) else None
        if related and any(f.name == "code" for f in related._meta.concrete_fields):  # noqa: SLF001 - the same
            of_row = related._base_manager.filter(pk=OuterRef(field.attname))  # noqa: SLF001 - the same
            found[field.name] = Subquery(of_row.values("code")[:1])
        else:
            found[field.name] = field.attname
    return found


def _rows(model: type[Kept]) -> QuerySet[Kept, tuple[Any, ...]]:
    rows = model._default_manager.order_by("pk")  # noqa: SLF001 - the same
    return rows.values_list("pk", "salt", *_columns(model).values())


@cache
def _named(model: type[Kept]) -> Callable[[tuple[int, ...]], list[tuple[Any, ...]]]:
    """Return the question for the rows of a table that are named."""

    @asked
    def named(pks: tuple[int, ...]) -> QuerySet[Kept, tuple[Any, ...]]:
        return _rows(model).filter(pk__in=pks)

    return named


def read_rows(model: type[Kept], pks: Collection[int] | None = None) -> Iterator[Row]:
    """Yield the rows of a table of record, or those of them that are named, in order."""
    columns = _columns(model)
    rows = _rows(model).iterator(chunk_size=2000) if pks is None else _named(model)(tuple(pks))
    for pk, salt, *values in rows:
        fact = dict(zip(columns, values, strict=True))
        yield Row(name_of(model, pk), shown(fact, private=model.private, salt=salt), shown_salt(salt))


def committed_rows(chain: Chain | None = None, *, challenge: str | None = None) -> dict[str, str | None]:
    """Return what the log committed to last of each row: in all chains, or in one and on one challenge."""
    lines = Event.objects.order_by("id").filter(payload__has_key=ROWS)
    if chain is not None:
        lines = lines.filter(chain=chain)
    if challenge is not None:
        lines = lines.filter(challenge=challenge)
    found: dict[str, str | None] = {}
    for payload in lines.values_list("payload", flat=True).iterator(chunk_size=2000):
        found |= payload[ROWS]
    return found


def is_as_logged(row: Kept) -> bool:
    """Say whether a row that is there says what the log committed to last: nobody changed it past the program."""
    name = name_of(type(row), row.pk)
    lines = Event.objects.filter(**{f"payload__{ROWS}__has_key": name}).order_by("-id")
    payload = lines.values_list("payload", flat=True).first()
    now = next(read_rows(type(row), [row.pk]))
    return payload is not None and payload[ROWS][name] == now.commitment


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not as the log has it: its name and a code of `mix.phrases.refusals`."""

    row: str
    code: str


def list_differences() -> list[Difference]:
    """Compare every row of record with the log: which differ, which are missing, which are too many."""
    told = committed_rows()
    found = []
    for model in kept_models().values():
        for row in read_rows(model):
            said = told.pop(row.name, None)
            if said is None:
                found.append(Difference(row.name, "row_unlogged"))
            elif said != row.commitment:
                found.append(Difference(row.name, "row_altered"))
    return found + [Difference(name, "row_missing") for name, said in told.items() if said is not None]
