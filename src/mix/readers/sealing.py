"""What may be read of sealed things: a vendor's own draft and file list, and opened files. Nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mix.data.models import Submission
from mix.readers.errors import Unknown
from mix.vault import storage
from mix.vault.models import Draft, SealedEnvelope, SealedFile

DRAFT_KEY = "draft"


@dataclass(frozen=True, slots=True)
class FileFact:
    """What is known of a sealed file: its name, size in bytes and fingerprints, never its content."""

    code: str
    envelope: str
    name: str
    size: int
    sha256: str
    ciphertext_sha256: str
    uploaded_at: datetime


def read_draft(submission: Submission) -> dict[str, Any]:
    """Decrypt a vendor's own draft; empty when nothing was saved. Only the vendor's pages call this."""
    draft = Draft.objects.filter(submission=submission.code).first()
    if draft is None:
        return {}
    return dict(json.loads(storage.decrypt(bytes(draft.ciphertext), DRAFT_KEY)))


def list_files(submission: Submission) -> list[FileFact]:
    """List a submission's files that were not removed, oldest first."""
    rows = SealedFile.objects.filter(submission=submission.code, removed_at=None).order_by("uploaded_at", "id")
    return [FileFact(r.code, r.envelope, r.name, r.size, r.sha256, r.ciphertext_sha256, r.uploaded_at) for r in rows]


def list_sealed_files(submission: Submission, *, version: int, envelope: str) -> list[FileFact]:
    """List the files that were sealed with one version."""
    sealed = SealedEnvelope.objects.filter(submission=submission.code, version=version, envelope=envelope).first()
    if sealed is None:
        return []
    rows = SealedFile.objects.filter(code__in=sealed.files).order_by("uploaded_at", "id")
    return [FileFact(r.code, r.envelope, r.name, r.size, r.sha256, r.ciphertext_sha256, r.uploaded_at) for r in rows]


def stream_opened_file(submission: Submission, code: str, *, key_id: str) -> tuple[FileFact, Iterator[bytes]]:
    """Return a file of an opened envelope and its plaintext in chunks. The caller has checked that it is open."""
    row = SealedFile.objects.filter(submission=submission.code, code=code).first()
    if row is None:
        raise Unknown
    fact = FileFact(row.code, row.envelope, row.name, row.size, row.sha256, row.ciphertext_sha256, row.uploaded_at)
    return fact, storage.decrypt_blob(row.blob, key_id)
