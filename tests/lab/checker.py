"""What holds of submissions whatever happened, read from the database, the blobs and the receipts that clients hold.

I1 what a receipt names is there, with its fingerprints. I2 versions are numbered without a gap. I3 what counts came
before closing. I4 nothing is opened before it closed. I6 every chain of the log holds. I7 one entry for one version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mix.data.models import SubmissionVersion


def broken(receipts: Mapping[str, tuple[str, str]]) -> list[str]:
    """List what does not hold, given the receipts that clients were shown: reference → (submission, retry key)."""
    from mix.data.models import SubmissionVersion

    versions = {v.reference: v for v in SubmissionVersion.objects.select_related("submission__solicitation")}
    found = []
    for reference, (submission, key) in receipts.items():
        version = versions.get(reference)
        if version is None:
            found.append(f"I1: receipt {reference} has no version")
        elif (version.submission.code, version.retry_key) != (submission, key):
            found.append(f"I1: receipt {reference} is another's")
    for version in versions.values():
        found += _wrong_with(version)
    return [*found, *_wrong_versions(), *_wrong_log(len(versions))]


def missing_files(kept: Iterable[tuple[str, str]]) -> list[str]:
    """List the uploads that were acknowledged (submission, fingerprint) and are not there with their ciphertext."""
    from mix.data.models import Submission
    from mix.readers.market.sealing import list_files
    from mix.vault.models import SealedFile
    from mix.vault.storage import blob_path

    found = []
    for submission, sha256 in kept:
        known = {file.sha256: file.code for file in list_files(Submission.objects.get(code=submission))}
        row = SealedFile.objects.filter(code=known.get(sha256, "")).first()
        path = blob_path(row.blob) if row else None
        if row is None or path is None or not path.exists():
            found.append(f"I1: {submission} lacks a file that it was told is kept")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row.ciphertext_sha256:
            found.append(f"I1: {submission}: the blob of a kept file was changed")
    return found


def _wrong_with(version: SubmissionVersion) -> Iterator[str]:
    """I1 and I3: signed, in time, and everything that the receipt names is there with its fingerprint."""
    from mix.actions.core.signing import public_key
    from mix.rules.core.verdicts import Verdict
    from mix.rules.market.receipts import verify_receipt
    from mix.vault.models import SealedEnvelope, SealedFile
    from mix.vault.storage import blob_path

    call = version.submission.solicitation
    if verify_receipt(json.dumps(version.receipt).encode(), public_key=public_key()).verdict is not Verdict.HOLDS:
        yield f"I1: the signature of {version.reference} does not hold"
    if version.received_at >= call.closes_at:
        yield f"I3: {version.reference} was received at {version.received_at}, closing {call.closes_at}"
    for line in version.statement.envelopes:
        sealed = SealedEnvelope.objects.filter(
            submission=version.submission.code, version=version.number, envelope=line.envelope.value
        ).first()
        if sealed is None or hashlib.sha256(bytes(sealed.ciphertext)).hexdigest() != line.ciphertext_sha256:
            yield f"I1: {version.reference} lacks its {line.envelope.value} envelope"
            continue
        for file in SealedFile.objects.filter(code__in=sealed.files):
            path = blob_path(file.blob)
            if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != file.ciphertext_sha256:
                yield f"I1: {version.reference} lacks the blob of {file.code}"


def _wrong_versions() -> Iterator[str]:
    """I2: versions are numbered without a gap, and the state says whether there is one."""
    from mix.data.models import Submission

    for submission in Submission.objects.prefetch_related("versions"):
        numbers = sorted(v.number for v in submission.versions.all())
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"I2: {submission.code} has versions {numbers}"
        if bool(numbers) != (submission.state in ("finalised", "withdrawn")):
            yield f"I2: {submission.code} is {submission.state} with versions {numbers}"


def _wrong_log(versions: int) -> Iterator[str]:
    """I4, I6 and I7: nothing opened early, chains that hold, one entry for one version."""
    from mix.data.models import Event
    from mix.readers.core.events import list_chains, verify_chain

    for event in Event.objects.filter(verb="sealing.open_envelopes"):
        if event.happened_at.isoformat() < event.payload["closed_at"]:
            yield f"I4: {event.subject} was opened before it closed"
    for chain in list_chains():
        stop = verify_chain(chain)
        if stop:
            yield f"I6: {chain.code} breaks at {stop.seq}: {stop.code}"
    finalised = Event.objects.filter(verb="submissions.finalise").count()
    if finalised != versions:
        yield f"I7: {versions} versions, {finalised} entries of the log"
