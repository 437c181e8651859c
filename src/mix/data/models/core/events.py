"""The log: one append-only chain of events per lead municipality, and one for the instance itself."""

from typing import Any

from django.db import models

from mix.data.models.core.columns import choice, one_of
from mix.rules.core.chain import digest
from mix.rules.core.kinds import Origin


class Chain(models.Model):
    """The head of one chain. Locked while an event is appended."""

    code = models.CharField(max_length=40, unique=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64)


class Checkpoint(models.Model):
    """What a chain was at some time: its size, the root of the tree over it, and the signed note. Never changed.

    `before` is the tree over all entries but the last: with that entry it makes the root that was signed, and the next
    checkpoint goes on from there.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="checkpoints")
    size = models.PositiveBigIntegerField()
    note = models.TextField()
    before = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "size"], name="checkpoint_once")]


class Event(models.Model):
    """One action: who, as what, on what, when it happened and when it was recorded. Never changed (trigger)."""

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveBigIntegerField()
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    origin = choice(Origin)
    actor = models.CharField(max_length=40)
    role = models.CharField(max_length=40)
    verb = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    challenge = models.CharField(max_length=60, blank=True, db_index=True)
    payload = models.JSONField(default=dict)
    payload_hash = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="event_seq_once"),
            one_of("origin", Origin),
        ]

    def entry(self) -> dict[str, Any]:
        """Return what the hash covers: everything but free text, which only its hash stands for."""
        return covered({name: getattr(self, name) for name in COVERED}, reason=self.reason)


# The columns that the hash of an entry covers as they are.
COVERED = (
    "actor",
    "challenge",
    "happened_at",
    "origin",
    "payload_hash",
    "recorded_at",
    "role",
    "seq",
    "subject",
    "subject_type",
    "verb",
)


def covered(row: dict[str, Any], *, reason: str) -> dict[str, Any]:
    """Return what the hash of an entry covers, of its columns and its free text."""
    instants = {name: row[name].isoformat() for name in ("happened_at", "recorded_at")}
    return {**row, **instants, "reason_hash": digest(reason)}


class Beat(models.Model):
    """The site answered at this instant. Kept for three days; a gap before a closing may extend it."""

    at = models.DateTimeField(unique=True)
