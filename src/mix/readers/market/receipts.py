"""Receipts against the log of their call: which differ, which are missing, which nobody was given."""

from __future__ import annotations

from mix.data.models import Event, SubmissionVersion
from mix.readers.core.kept import Difference
from mix.rules.core.versioned import FormUnknown


def list_receipt_differences() -> list[Difference]:
    """Compare every version that was handed in, and its receipt, with the entry that the receipt stands for."""
    entries = {event.hash: event for event in Event.objects.filter(verb="submissions.finalise").select_related("chain")}
    found = []
    for version in SubmissionVersion.objects.select_related("submission", "finalised_by").order_by("pk"):
        name = f"receipts/{version.reference}"
        try:
            said = version.statement
        except (FormUnknown, KeyError, TypeError):
            found.append(Difference(name, "receipt_altered"))
            continue
        entry = entries.pop(said.log.entry, None)
        if entry is None:
            found.append(Difference(name, "receipt_unlogged"))
        elif not _fits(version, entry):
            found.append(Difference(name, "receipt_altered"))
    return found + [
        Difference(f"{entry.chain.code}: entry {entry.seq}", "receipt_missing") for entry in entries.values()
    ]


def _fits(version: SubmissionVersion, entry: Event) -> bool:
    said = version.statement
    sealed = [line.ciphertext_sha256 for line in said.envelopes]
    return (
        (version.reference, version.number, version.received_at) == (said.reference, said.number, said.received_at)
        and (entry.payload["version"], entry.payload["sealed"]) == (said.number, sealed)
        and (entry.subject, entry.actor) == (version.submission.code, version.finalised_by.code)
        and entry.happened_at == said.received_at
    )
