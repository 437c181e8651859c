"""Verbs on sealed things: keys, drafts, files, envelopes, opening. The only writer of the vault."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, QuerySet

from mix.actions.core.deeds import Deed
from mix.actions.core.events import record
from mix.actions.market.keys import new_key_id, open_envelope, reseal_blob
from mix.data.asked import asked
from mix.data.models import Solicitation, Submission
from mix.data.models.core.columns import new_code
from mix.readers.core.actors import Actor
from mix.readers.market.sealing import (
    DRAFT,
    OPENED_KEY,
    FileFact,
    UploadFact,
    find_draft,
    get_file_sha256,
    list_files,
    list_unscanned,
    list_uploads,
    own_key,
)
from mix.rules.core.chain import canonical
from mix.rules.core.kinds import Envelope, Scan
from mix.rules.core.unmet import Refused, require
from mix.rules.market.receipts import FileLine, SealedLine
from mix.rules.market.sealed import BESIDE, ScannerDown, SealingStream, Stored
from mix.vault import scanner, storage
from mix.vault.models import Draft, EarlierDraft, SealedEnvelope, SealedFile, Upload, UploadPart

LEFT_FOR = timedelta(days=7)  # long after any request that could still refer to it has ended


def ping_scanner() -> str:
    """Return the version that the scanner names. Raises ScannerDown."""
    return scanner.ping()


def save_draft(deed: Deed, submission: Submission, answers: dict[str, Any]) -> int:
    """Encrypt and keep a vendor's draft; return its number, the same where nothing differs. The caller holds the lock.

    What it was before is kept beside it, to the same key, until it is destroyed. The salts of its commitments are drawn
    with it, so that the vendor's own copy holds all that proves a receipt.
    """
    row = Draft.objects.select_for_update().filter(submission=submission.code).first()
    number = submission.draft_version
    before = find_draft(submission)
    if row and before and before.answers == answers:
        return number
    if row:
        EarlierDraft.objects.create(
            submission=row.submission,
            version=row.version,
            ciphertext=row.ciphertext,
            saved_at=row.saved_at,
            saved_by=row.saved_by,
        )
    salts = before.salts if before else {e.value: secrets.token_hex(16) for e in Envelope}
    key_id = row.key_id if row else new_key_id(DRAFT)
    content = canonical({"answers": answers, "salts": salts})
    Draft.objects.update_or_create(
        submission=submission.code,
        defaults={
            "version": number + 1,
            "key_id": key_id,
            "ciphertext": storage.encrypt(content, [storage.make_key(key_id)]),
            "saved_at": deed.now,
            "saved_by": deed.actor.code,
        },
    )
    return number + 1


def has_room() -> bool:
    """Say whether the disk has more left than files may take: finalising needs little, and must not wait for them."""
    return shutil.disk_usage(settings.DATA_DIR).free > settings.UPLOADS_LEAVE


def _require_quota(submission: Submission, size: int) -> None:
    """Refuse more than one vendor may have lie here, in all its submissions that nobody has opened."""
    waiting = Submission.objects.filter(vendor_id=submission.vendor_id, solicitation__technical_opened_at=None)
    codes = list(waiting.values_list("code", flat=True))
    blobs = SealedFile.objects.filter(submission__in=codes).values_list("blob", flat=True)
    held = sum(storage.size_of(blob) for blob in blobs) + sum(upload.size for upload in list_uploads(codes))
    most = settings.VENDOR_FILES_LIMIT
    require(held + size <= most, "vendor_files_full", field="file", most=str(most // 2**30))


def begin_upload(
    submission: Submission, *, envelope: str, name: str, size: int, now: datetime, question: str = ""
) -> UploadFact:
    """Begin an upload, or go on with the one of the same name and size that was broken off. The draft has begun."""
    key_id = Draft.objects.get(submission=submission.code).key_id
    for there in list_uploads([submission.code]):
        same = (there.envelope, there.question, there.name, there.size, there.key_id)
        if same == (envelope, question, name, size, key_id):
            return there
    _require_quota(submission, size)
    begun = UploadFact(new_code(12), envelope, key_id, name, size, 0, question)
    Upload.objects.create(
        submission=submission.code,
        code=begun.code,
        envelope=envelope,
        label=_upload_label(begun),
        key_id=key_id,
        started_at=now,
    )
    return begun


def _upload_label(upload: UploadFact) -> bytes:
    known = {"name": upload.name, "size": upload.size, "there": upload.there, "question": upload.question}
    return storage.encrypt(canonical(known), [storage.make_key(upload.key_id)])


def keep_part(upload: UploadFact, content: bytes) -> int:
    """Encrypt and keep the next part; return how many bytes are there. The caller holds the lock."""
    row = Upload.objects.get(code=upload.code)
    blob = storage.write_blob(content, storage.make_key(upload.key_id))
    UploadPart.objects.create(upload=row, number=row.parts.count(), blob=blob)
    grown = replace(upload, there=upload.there + len(content))
    row.label = _upload_label(grown)
    row.save(update_fields=["label"])
    return grown.there


def join_parts(upload: UploadFact, solicitation: Solicitation) -> Stored:
    """Encrypt all parts as one file to the key of its envelope, as they are read. Changes no row."""
    stream = open_stream(solicitation, envelope=upload.envelope)
    for part in UploadPart.objects.filter(upload__code=upload.code).order_by("number"):
        for chunk in storage.decrypt_blob(part.blob, upload.key_id):
            stream.write(chunk)
    return stream.finish()


def end_upload(code: str) -> None:
    """Drop an upload and, once that is durable, its parts."""
    for upload in Upload.objects.filter(code=code):
        for part in upload.parts.all():
            transaction.on_commit(partial(drop_blob, part.blob))
        upload.delete()


def destroy_draft(submission: Submission) -> None:
    """Drop a draft with all that it was and, once that is durable, its key: from then on nobody can read it here.

    Files that were taken out of it go as well, unless an earlier version was sealed with them.
    """
    code = submission.code
    for key_id, uploads, gone, earlier in _around_draft(code):
        if uploads:
            for upload in Upload.objects.filter(submission=code).values_list("code", flat=True):
                end_upload(upload)
        if gone:
            SealedFile.objects.filter(submission=code, blob="").delete()
        if earlier:
            EarlierDraft.objects.filter(submission=code).delete()
        transaction.on_commit(partial(storage.drop_key, key_id))
    with connection.cursor() as cursor:  # nothing hangs on a draft, as Django would ask
        cursor.execute(_DROP_DRAFT, [code])


_DROP_DRAFT = f'DELETE FROM "{Draft._meta.db_table}" WHERE "submission" = %s'  # noqa: S608, SLF001 - nothing from outside; Django's public name of it


@asked
def _around_draft(submission: str) -> QuerySet[Draft, tuple[str, bool, bool, bool]]:
    uploads, earlier = (Exists(model.objects.filter(submission=submission)) for model in (Upload, EarlierDraft))
    gone = Exists(SealedFile.objects.filter(submission=submission, blob=""))
    rows = Draft.objects.filter(submission=submission).annotate(uploads=uploads, gone=gone, earlier=earlier)
    return rows.values_list("key_id", "uploads", "gone", "earlier")


def drop_unreadable_drafts() -> list[Submission]:
    """Drop the drafts whose keys are not here, as after a restore; return whose they were. Their files stay."""
    codes = [d.submission for d in Draft.objects.defer("ciphertext") if not storage.has_key(d.key_id)]
    lost = Submission.objects.filter(code__in=codes).select_related("vendor", "solicitation")
    with transaction.atomic():
        for submission in lost:
            destroy_draft(submission)
    return list(lost.order_by("solicitation__reference", "vendor__name"))


def open_stream(solicitation: Solicitation, *, envelope: str) -> SealingStream:
    """Begin to encrypt a file to the key of its envelope as it arrives."""
    return storage.StreamSealer([solicitation.recipients[envelope]], limit=settings.SEALED_FILE_LIMIT)


def keep_file(
    deed: Deed, submission: Submission, stored: Stored, *, envelope: str, name: str, question: str = ""
) -> str:
    """Keep what was streamed under a new code, unless the submission would grow past its limit."""
    total = sum(file.size for file in list_files(submission)) + stored.size
    require(total <= settings.SEALED_SUBMISSION_LIMIT, "submission_too_large")
    _require_quota(submission, stored.size)
    code = new_code(12)
    label = {
        "name": name,
        "size": stored.size,
        "sha256": stored.sha256,
        "salt": secrets.token_hex(16),
        "properties": asdict(stored.properties),
        "question": question,
    }
    SealedFile.objects.create(
        submission=submission.code,
        code=code,
        envelope=envelope,
        label=storage.encrypt(canonical(label), [storage.make_key(own_key(submission.code))]),
        ciphertext_sha256=stored.ciphertext_sha256,
        blob=stored.blob,
        uploaded_at=deed.now,
        uploaded_by=deed.actor.code,
    )
    return code


def drop_blob(blob: str) -> None:
    """Remove ciphertext that nothing refers to."""
    storage.blob_path(blob).unlink(missing_ok=True)


def remove_file(deed: Deed, submission: Submission, code: str) -> None:
    """Take a file out of a draft; what was finalised with it keeps it, and otherwise nothing of its content stays."""
    row = SealedFile.objects.filter(submission=submission.code, code=code, removed_at=None).first()
    if row is None:
        return
    row.removed_at, row.removed_by = deed.now, deed.actor.code
    if not any(code in sealed.files for sealed in SealedEnvelope.objects.filter(submission=submission.code)):
        transaction.on_commit(partial(drop_blob, row.blob))
        row.blob = ""
    row.save(update_fields=["removed_at", "removed_by", "blob"])


def drop_unreferenced(*, now: datetime) -> int:
    """Remove ciphertext that no row refers to, and uploads that were left, once they lie for `LEFT_FOR`.

    Whoever asks must see every row: the worker does. Returns how many blobs went.
    """
    for code in Upload.objects.filter(started_at__lt=now - LEFT_FOR).values_list("code", flat=True):
        with transaction.atomic():
            end_upload(code)
    old = [blob for blob, written_at in storage.list_blobs() if now - written_at > LEFT_FOR]
    known = {blob for pair in SealedFile.objects.values_list("blob", "opened_blob") for blob in pair}
    known |= set(UploadPart.objects.values_list("blob", flat=True))
    gone = [blob for blob in old if blob not in known]
    for blob in gone:
        drop_blob(blob)
    return len(gone)


@dataclass(frozen=True, slots=True)
class Sealed:
    """Envelopes that were sealed and are not kept yet; `lines` is what a receipt says of them."""

    lines: tuple[SealedLine, ...]
    rows: tuple[SealedEnvelope, ...]


def seal_envelopes(
    submission: Submission, *, envelopes: dict[str, dict[str, Any]], files: Sequence[FileFact]
) -> Sealed:
    """Seal each envelope to its own key. Writes nothing, so that nobody waits for it."""
    lines, rows = [], []
    for envelope, plain in envelopes.items():
        content = canonical(plain)
        recipient = submission.solicitation.recipients[envelope]
        ciphertext = storage.encrypt(content, [recipient])
        inside = [f for f in files if f.envelope == envelope]
        sealed = SealedEnvelope(
            submission=submission.code,
            envelope=envelope,
            ciphertext=ciphertext,
            ciphertext_sha256=hashlib.sha256(ciphertext).hexdigest(),
            recipient=recipient,
            files=[f.code for f in inside],
        )
        rows.append(sealed)
        lines.append(
            SealedLine(
                envelope=Envelope(envelope),
                commitment=hashlib.sha256(content).hexdigest(),
                ciphertext_sha256=sealed.ciphertext_sha256,
                recipient=recipient,
                files=tuple(FileLine(f.commitment, f.ciphertext_sha256) for f in inside),
            )
        )
    return Sealed(tuple(lines), tuple(rows))


def keep_sealed(sealed: Sealed, *, version: int, now: datetime) -> None:
    """Keep what was sealed as a version of its submission."""
    for row in sealed.rows:
        row.version, row.sealed_at = version, now
    SealedEnvelope.objects.bulk_create(sealed.rows)


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What one envelope held: the answers, and for each file's code the blob that this instance can read.

    `problem` is the code of what kept it from being opened, or what does not match its receipt; else empty.
    `beside` are those that answer with its vendor: code and name.
    """

    ciphertext_sha256: str
    answers: dict[str, Any]
    files: dict[str, str]
    problem: str = ""
    beside: tuple[Mapping[str, str], ...] = ()


def unseal(submission: Submission, *, version: int, said: SealedLine, now: datetime) -> Unsealed:
    """Have the sealer open one envelope and its files, and compare all with what the receipt says. Changes no row.

    Answers come back in memory; files are encrypted on the fly to the key with which this instance reads what was
    opened. Raises Refused before the time of that envelope, and when shares are lacking.
    """
    sealed = SealedEnvelope.objects.get(submission=submission.code, version=version, envelope=said.envelope.value)
    key_id = submission.solicitation.key_id
    ciphertext = bytes(sealed.ciphertext)
    found = hashlib.sha256(ciphertext).hexdigest()
    if found != said.ciphertext_sha256:
        return Unsealed(found, {}, {}, "envelope_changed")
    public = storage.make_key(OPENED_KEY)
    blobs: dict[str, str] = {}
    try:
        plain = open_envelope(key_id, ciphertext, envelope=said.envelope, now=now)
        if hashlib.sha256(plain).hexdigest() != said.commitment:
            return Unsealed(found, {}, {}, "envelope_changed")
        content = json.loads(plain)
        rows = SealedFile.objects.in_bulk(sealed.files, field_name="code")
        inside = [sha256 for _name, sha256 in content["files"]]  # as the commitment covers them
        if len(sealed.files) != len(inside) or set(sealed.files) != set(rows):
            return Unsealed(found, {}, {}, "file_changed")
        for row, sha256 in zip((rows[code] for code in sealed.files), inside, strict=True):
            if storage.hash_blob(row.blob) != row.ciphertext_sha256:
                return Unsealed(found, {}, blobs, "file_changed")
            blobs[row.code], found_inside = reseal_blob(key_id, row.blob, envelope=said.envelope, to=public, now=now)
            if found_inside != sha256:
                return Unsealed(found, {}, blobs, "file_changed")
    except Refused as error:
        if error.unmet[0].code != "key_does_not_open":
            raise
        return Unsealed(found, {}, blobs, "key_does_not_open")
    return Unsealed(found, dict(content["answers"]), blobs, beside=tuple(content.get(BESIDE, ())))


def keep_unsealed(found: Unsealed) -> None:
    """Note where the readable form of an envelope's files lies."""
    for code, blob in found.files.items():
        SealedFile.objects.filter(code=code).update(opened_blob=blob)


def scan_opened(*, now: datetime, most: int = 20) -> int:
    """Have opened files scanned that were not yet; return how many. Raises ScannerDown, and then they wait.

    What is found is marked wherever the file is offered, and said in the log; nothing is taken from anybody.
    """
    codes = list_unscanned(most=most)
    for code in codes:
        row = SealedFile.objects.get(code=code)
        try:
            verdict = scanner.look_at(storage.decrypt_blob(row.opened_blob, OPENED_KEY))
        except ScannerDown:
            scanner.ping()  # it is there, and broke off at this file
            verdict = scanner.Verdict(Scan.NOT_POSSIBLE)
        with transaction.atomic():
            SealedFile.objects.filter(code=code).update(scan=verdict.scan.value, found=verdict.found)
            if verdict.scan is Scan.FOUND:
                _warn_of(row, verdict.found, now=now)
    return len(codes)


def _warn_of(row: SealedFile, found: str, *, now: datetime) -> None:
    submission = Submission.objects.select_related("solicitation__step__challenge__municipality").get(
        code=row.submission
    )
    record(
        "sealing.warn_of_file",
        submission.solicitation,
        actor=Actor(),
        now=now,
        payload={"file": row.code, "sha256": get_file_sha256(row.code), "found": found},
    )


def open_readable_stream() -> SealingStream:
    """Begin to encrypt a file to the key with which this instance reads what was opened."""
    return storage.StreamSealer([storage.make_key(OPENED_KEY)], limit=settings.SEALED_FILE_LIMIT)


def keep_unsealed_file(code: str, stored: Stored) -> None:
    """Note where the readable form of a file lies that came in again; it is scanned anew."""
    SealedFile.objects.filter(code=code).update(opened_blob=stored.blob, scan=Scan.WAITING.value, found="")


def damaged_files() -> Iterator[str]:
    """Yield the codes of sealed files whose ciphertext is gone or differs from what came in."""
    for row in SealedFile.objects.filter(removed_at=None).order_by("id"):
        path = storage.blob_path(row.blob)
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != row.ciphertext_sha256:
            yield row.code
