"""The rows of record of one case, as its bundle shows them beside the log that commits to them."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.db.models import ForeignKey

from mix.data.models import Challenge, Event
from mix.data.models.core.kept import Kept
from mix.readers.core.events import withheld
from mix.readers.core.kept import ROWS, committed_rows, kept_models, name_of, read_rows

DEEPEST = 5  # relations from a row to its challenge


@cache
def path_to_challenge(model: type[Kept]) -> str | None:
    """Return the shortest way from a row to its challenge, as a query names it; None where there is none."""
    ways: list[tuple[str, Any]] = [("", model)]
    for _ in range(DEEPEST):
        further = []
        for way, at in ways:
            for field in at._meta.concrete_fields:  # noqa: SLF001 - Django's public name of it
                if isinstance(field, ForeignKey):
                    if field.related_model is Challenge:
                        return f"{way}{field.name}"
                    if issubclass(field.related_model, Kept) and field.related_model is not at:
                        further.append((f"{way}{field.name}__", field.related_model))
        ways = further
    return None


def rows_of(challenge: Challenge, *, chains: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return, by the log's name of it, each row to which the lines on a case commit in some chains, as it is now.

    With them every row of the case that no chain knows: it is one too many. What nobody reads yet (`withheld`) is not
    there, as its lines say nothing in the log of the bundle.
    """
    told: dict[str, str | None] = {}
    lines = Event.objects.filter(chain__code__in=chains, challenge=challenge.code, payload__has_key=ROWS)
    for payload in lines.exclude(withheld()).order_by("id").values_list("payload", flat=True).iterator(chunk_size=2000):
        told |= payload[ROWS]
    everywhere = committed_rows().keys()
    found: dict[str, dict[str, Any]] = {}
    for name, model in kept_models().items():
        pks = {int(row.partition("/")[2]) for row in told if row.startswith(f"{name}/")}
        way = path_to_challenge(model)
        if way or model is Challenge:
            of_case = {way: challenge} if way else {"pk": challenge.pk}
            rows = model._default_manager.filter(**of_case)  # noqa: SLF001 - Django's public name of it
            pks |= {pk for pk in rows.values_list("pk", flat=True) if name_of(model, pk) not in everywhere}
        found |= {row.name: {"fact": row.fact, "salt": row.salt} for row in read_rows(model, pks)}
    return found
