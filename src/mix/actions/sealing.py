"""Verbs on sealed things: keys, drafts, files, envelopes, opening. The only writer of the vault."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime
from typing import Any

from django.conf import settings

from mix.data.models import Solicitation, Submission
from mix.data.models.columns import new_code
from mix.readers.people import Actor
from mix.readers.sealing import DRAFT_KEY
from mix.rules.chain import canonical
from mix.rules.unmet import require
from mix.vault import storage
from mix.vault.models import Draft, SealedEnvelope, SealedFile

Stored = storage.Stored
StreamSealer = storage.StreamSealer
TooLarge = storage.TooLarge
write_private = storage.write_private


def make_call_key() -> tuple[str, str]:
    """Make the key pair of one call in managed custody; return its id and its public half."""
    key_id = f"call-{secrets.token_hex(6)}"
    return key_id, storage.make_key(key_id)


def save_draft(
    submission: Submission, content: dict[str, Any], *, based_on: int | None, actor: Actor, now: datetime
) -> int:
    """Encrypt and keep a vendor's draft; return its number. Raises Refused when a team mate saved in between."""
    public = storage.make_key(DRAFT_KEY)
    draft = Draft.objects.select_for_update().filter(submission=submission.code).first()
    version = draft.version if draft else 0
    require(holds=based_on is None or based_on == version, code="draft_changed_meanwhile")
    Draft.objects.update_or_create(
        submission=submission.code,
        defaults={
            "version": version + 1,
            "ciphertext": storage.encrypt(canonical(content), [public]),
            "saved_at": now,
            "saved_by": actor.code,
        },
    )
    return version + 1


def open_stream(solicitation: Solicitation) -> storage.StreamSealer:
    """Begin to encrypt a file to the call's key as it arrives."""
    return storage.StreamSealer(solicitation.public_key, limit=settings.SEALED_FILE_LIMIT)


def keep_file(submission: Submission, stored: storage.Stored, *, envelope: str, name: str, now: datetime) -> str:
    """Keep what was streamed under a new code, unless the submission would grow past its limit."""
    rows = SealedFile.objects.select_for_update().filter(submission=submission.code, removed_at=None)
    total = sum(row.size for row in rows) + stored.size
    if total > settings.SEALED_SUBMISSION_LIMIT:
        drop_blob(stored.blob)
    require(holds=total <= settings.SEALED_SUBMISSION_LIMIT, code="submission_too_large")
    code = new_code(12)
    SealedFile.objects.create(
        submission=submission.code,
        code=code,
        envelope=envelope,
        name=name,
        size=stored.size,
        sha256=stored.sha256,
        ciphertext_sha256=stored.ciphertext_sha256,
        blob=stored.blob,
        uploaded_at=now,
    )
    return code


def drop_blob(blob: str) -> None:
    """Remove ciphertext that nothing refers to."""
    storage.blob_path(blob).unlink(missing_ok=True)


def remove_file(submission: Submission, code: str, *, now: datetime) -> None:
    """Take a file out of a draft; what was finalised with it keeps it."""
    SealedFile.objects.filter(submission=submission.code, code=code, removed_at=None).update(removed_at=now)


def seal_version(
    submission: Submission, *, version: int, envelopes: dict[str, dict[str, Any]], now: datetime
) -> list[dict[str, Any]]:
    """Seal each envelope of a version to the call's key; return the manifest's lines, without content."""
    recipients = [submission.solicitation.public_key]
    lines = []
    for envelope, answers in envelopes.items():
        files = list(
            SealedFile.objects.filter(submission=submission.code, envelope=envelope, removed_at=None).order_by(
                "uploaded_at", "id"
            )
        )
        salt = secrets.token_hex(16)
        plain = canonical({"answers": answers, "salt": salt, "files": [[f.name, f.sha256] for f in files]})
        ciphertext = storage.encrypt(plain, recipients)
        sealed = SealedEnvelope.objects.create(
            submission=submission.code,
            version=version,
            envelope=envelope,
            ciphertext=ciphertext,
            ciphertext_sha256=hashlib.sha256(ciphertext).hexdigest(),
            recipients=recipients,
            files=[f.code for f in files],
            sealed_at=now,
        )
        lines.append(
            {
                "envelope": envelope,
                "commitment": hashlib.sha256(plain).hexdigest(),
                "ciphertext_sha256": sealed.ciphertext_sha256,
                "files": [{"name": f.name, "size": f.size, "sha256": f.sha256} for f in files],
            }
        )
    return lines


def open_envelope(submission: Submission, *, version: int, envelope: str) -> dict[str, Any]:
    """Decrypt one envelope with the managed key. The caller has checked the time, the phase and the actor."""
    sealed = SealedEnvelope.objects.get(submission=submission.code, version=version, envelope=envelope)
    plain = storage.decrypt(bytes(sealed.ciphertext), submission.solicitation.key_id)
    return dict(json.loads(plain)["answers"])
