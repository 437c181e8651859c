"""Appending to the log, inside the transaction of the act that it tells of."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet

from mix.actions.core.subjects import subject_of
from mix.data.asked import asked
from mix.data.changes import say_changed
from mix.data.models import Chain, Challenge, Event
from mix.data.models.core.kept import Kept, take_written
from mix.readers.core.actors import Actor
from mix.readers.core.events import PUBLIC_VERBS, SEALED
from mix.readers.core.kept import ROWS, name_of, read_rows
from mix.rules.core.chain import GENESIS, digest, link
from mix.rules.core.payloads import check_payload

INSTANCE = "instance"


def record(
    verb: str,
    about: Model,
    *,
    actor: Actor,
    now: datetime,
    subject: str = "",
    role: str = "",
    challenge: Challenge | None = None,
    chain: str = "",
    payload: dict[str, Any] | None = None,
    reason: str = "",
) -> Event:
    """Append one event about a row, to the chain on which that row stands unless another is named.

    That is the chain of its challenge's lead city, of its own city, or the instance's. Holds the head of that chain
    locked until the transaction ends. `now` is when it happened; when it was recorded is the actor's, and the same
    unless a replay or a record of history is entered. Raises PayloadWrong.
    """
    found = subject_of(about)
    case = challenge or found.challenge
    said = payload or {}
    check_payload(verb, said)
    written = _commitments()
    if written:
        said = {**said, ROWS: written}
    code = chain or found.chain or (case.municipality.code if case else INSTANCE)
    heads = _head(code)
    if not heads:
        Chain.objects.get_or_create(code=code, defaults={"hash": GENESIS})
        heads = _head(code)
    head = heads[0]
    event = Event(
        chain=head,
        seq=head.seq + 1,
        happened_at=now,
        recorded_at=actor.recorded_at or now,
        origin=actor.origin,
        actor=actor.code,
        role=role,
        verb=verb,
        subject_type=found.kind,
        subject=subject or found.name,
        challenge=case.code if case else "",
        payload=said,
        payload_hash=digest(said),
        reason=reason,
        previous_hash=head.hash,
    )
    event.hash = link(event.entry(), previous=head.hash)
    event.save()
    _go_on(head, event)
    if verb in PUBLIC_VERBS or (found.kind == "submission" and not head.code.startswith(SEALED)):
        say_changed()
    return event


@asked
def _head(code: str) -> QuerySet[Chain]:
    return Chain.objects.select_for_update().filter(code=code)


_MOVE = f'UPDATE "{Chain._meta.db_table}" SET "seq" = %s, "hash" = %s WHERE "id" = %s'  # noqa: S608, SLF001 - nothing from outside; Django's public name of it


def _go_on(head: Chain, event: Event) -> None:
    """Make an entry the last of its chain. Nothing is written so often, so that it is put into SQL once."""
    head.seq, head.hash = event.seq, event.hash
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [head.seq, head.hash, head.pk])


def _commitments() -> dict[str, str | None]:
    """Return the commitment to each row of record that was written since the last line; None where it is gone."""
    by_table: dict[type[Kept], list[int]] = {}
    for model, pk in take_written():
        by_table.setdefault(model, []).append(pk)
    made: dict[str, str | None] = {}
    for model, pks in by_table.items():
        made |= dict.fromkeys(name_of(model, pk) for pk in pks)
        made |= {row.name: row.commitment for row in read_rows(model, pks)}
    return made
