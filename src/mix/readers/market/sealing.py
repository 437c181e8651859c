"""What may be read of sealed things: a vendor's own draft and file list, and opened files. Nothing else."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast

from mix.data.asked import asked
from mix.data.models import Acknowledgement, Addendum, Submission, SubmissionVersion
from mix.readers.core.errors import Unknown
from mix.rules.core.commitments import commitment
from mix.rules.core.kinds import Envelope, Scan
from mix.vault import storage
from mix.vault.models import Draft, EarlierDraft, SealedEnvelope, SealedFile, Upload

OPENED_KEY = "opened"
DRAFT = "draft"  # what the ids of the keys of drafts begin with


@dataclass(frozen=True, slots=True)
class FileFact:
    """What is known of a sealed file: its name, size in bytes and fingerprints, never its content.

    `question` is the key of the question that it answers; empty where it answers none. `authors` are whom its
    properties name. `salt` is that under which a receipt commits to name, size and SHA-256.
    `scan` is what a virus scanner says once the file is open, and None where there is no scanner.
    """

    code: str
    envelope: str
    name: str
    size: int
    sha256: str
    ciphertext_sha256: str
    uploaded_at: datetime
    salt: str
    scan: Scan | None = None
    found: str = ""
    is_open: bool = False
    authors: tuple[str, ...] = ()
    is_encrypted: bool = False
    question: str = ""

    @property
    def own(self) -> dict[str, Any]:
        """What the vendor's part of a receipt says of it: the fact, and the salt of its commitment."""
        return {"salt": self.salt, "fact": {"name": self.name, "size": self.size, "sha256": self.sha256}}

    @property
    def commitment(self) -> str:
        """What a receipt says of it: nobody tests guesses of a short file, or of a name, by it."""
        return commitment(self.own["fact"], salt=self.salt)


@dataclass(frozen=True, slots=True)
class UploadFact:
    """A file that arrives in parts: `there` bytes of `size` have come, without a gap."""

    code: str
    envelope: str
    key_id: str
    name: str
    size: int
    there: int
    question: str = ""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What a draft holds: answers by field, and the salts of its commitments by envelope; and its number."""

    answers: dict[str, Any]
    salts: dict[str, str]
    number: int = 0


@dataclass(frozen=True, slots=True)
class DraftFact:
    """When a draft was saved as it was under one number, and by whom (the code of a person)."""

    number: int
    saved_at: datetime
    saved_by: str


def find_draft(submission: Submission, *, number: int | None = None) -> DraftContent | None:
    """Decrypt a vendor's own draft, if there is one: as it is, or as it was. Only the vendor's pages call this."""
    found = _draft(submission.code)
    if not found:
        return None
    draft = found[0]
    row: Draft | EarlierDraft | None = draft
    if number is not None and number != draft.version:
        row = EarlierDraft.objects.filter(submission=submission.code, version=number).first()
    if row is None:
        return None
    content = json.loads(storage.decrypt(bytes(row.ciphertext), draft.key_id))
    return DraftContent(content["answers"], content["salts"], row.version)


@asked
def _draft(submission: str) -> QuerySet[Draft]:
    return Draft.objects.filter(submission=submission)


def list_drafts(submission: Submission) -> list[DraftFact]:
    """List what the draft is and was, latest first; empty where there is none."""
    present = Draft.objects.filter(submission=submission.code).defer("ciphertext")
    before = EarlierDraft.objects.filter(submission=submission.code).defer("ciphertext").order_by("-version")
    rows: list[Draft | EarlierDraft] = [*present, *before]
    return [DraftFact(row.version, row.saved_at, row.saved_by) for row in rows]


def read_draft(submission: Submission) -> dict[str, Any]:
    """Return the answers of a vendor's own draft; empty when nothing was saved."""
    found = find_draft(submission)
    return found.answers if found else {}


def has_draft(submission: Submission) -> bool:
    """Say whether there is a draft: finalising destroys it."""
    return Draft.objects.filter(submission=submission.code).exists()


def list_envelopes(submission: Submission, *, version: int) -> list[tuple[str, bytes, list[Path]]]:
    """List the ciphertext of each envelope of a version, and where that of its files lies, in the envelope's order."""
    rows = SealedEnvelope.objects.filter(submission=submission.code, version=version).order_by("id")
    return [
        (
            row.envelope,
            bytes(row.ciphertext),
            [
                storage.blob_path(file.blob)
                for file in SealedFile.objects.filter(code__in=row.files).order_by("uploaded_at", "id")
            ],
        )
        for row in rows
    ]


def find_upload(submission: Submission, code: str) -> UploadFact | None:
    """Return an upload that has begun and not ended."""
    return next((upload for upload in list_uploads([submission.code]) if upload.code == code), None)


def list_uploads(submissions: Collection[str]) -> list[UploadFact]:
    """List the uploads of submissions (their codes) that have begun and not ended, oldest first."""
    rows = Upload.objects.filter(submission__in=submissions).order_by("id")
    found = ((row, storage.decrypt_if_held(bytes(row.label), row.key_id)) for row in rows)
    return [UploadFact(row.code, row.envelope, row.key_id, **json.loads(label)) for row, label in found if label]


def own_key(submission: str) -> str:
    """Return the id of the key of a submission (its code) to which is encrypted what its vendor may always read."""
    return f"own-{submission}"


def _fact(row: SealedFile) -> FileFact:
    """Return what is known of a file. Where the key of its label is gone its code stands for its name."""
    label = storage.decrypt_if_held(bytes(row.label), own_key(row.submission))
    unknown = {"name": row.code, "size": 0, "sha256": "", "salt": "", "properties": {}}
    known: dict[str, Any] = json.loads(label) if label else unknown
    said = known.pop("properties")
    scan = Scan(row.scan) if row.opened_blob and (settings.SCANNER or row.scan != Scan.WAITING) else None
    return FileFact(
        code=row.code,
        envelope=row.envelope,
        ciphertext_sha256=row.ciphertext_sha256,
        uploaded_at=row.uploaded_at,
        scan=scan,
        found=row.found,
        is_open=bool(row.opened_blob),
        authors=tuple(said.get("authors", ())),
        is_encrypted=said.get("is_encrypted", False),
        **known,
    )


def list_files(submission: Submission) -> list[FileFact]:
    """List a submission's files that were not removed, oldest first."""
    return [_fact(row) for row in _files(submission.code)]


@asked
def _files(submission: str) -> QuerySet[SealedFile]:
    return SealedFile.objects.filter(submission=submission, removed_at=None).order_by("uploaded_at", "id")


FILE, VERSION, ADDENDUM = range(3)


@dataclass(frozen=True, slots=True)
class Around:
    """The files of a submission that were not removed (codes), its versions, the addenda of its call: the oldest first.

    Of a version its retry key and the mark of its draft; of an addendum its number, and whether the vendor has
    acknowledged it.
    """

    files: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    addenda: tuple[tuple[int, bool], ...]


def read_around(submission: Submission) -> Around:
    """Read what stands around a submission that is finalised, at once, while it is held locked."""
    rows = _around(submission.code, submission.pk, submission.solicitation_id)
    files, versions, addenda = ([row[3:] for row in rows if row[0] == part] for part in (FILE, VERSION, ADDENDUM))
    return Around(
        tuple(code for code, _ in files), tuple(versions), tuple((int(number), bool(read)) for number, read in addenda)
    )


@asked
def _around(code: str, submission: int, call: int) -> QuerySet[Any, tuple[int, datetime, int, str, str]]:
    files = SealedFile.objects.filter(submission=code, removed_at=None).values_list(
        Value(FILE), "uploaded_at", "pk", "code", Value("")
    )
    versions = SubmissionVersion.objects.filter(submission_id=submission)
    read = Exists(Acknowledgement.objects.filter(addendum=OuterRef("pk"), submission_id=submission))
    addenda = Addendum.objects.filter(solicitation_id=call)
    return files.union(
        versions.values_list(Value(VERSION), "received_at", "pk", "retry_key", "draft_mark"),
        addenda.values_list(
            Value(ADDENDUM),
            "issued_at",
            "pk",
            Cast("number", CharField()),
            Case(When(read, then=Value("read")), default=Value("")),
        ),
        all=True,
    ).order_by("uploaded_at", "pk")


@dataclass(frozen=True, slots=True)
class FileMove:
    """A file that came to a draft or was taken out of it: when, and by whom (the code of a person)."""

    name: str
    came: bool
    at: datetime
    by: str


def list_moves(submission: Submission, *, seen: Collection[str]) -> list[FileMove]:
    """List how the files of a draft differ from those that were seen (their codes)."""
    rows = SealedFile.objects.filter(submission=submission.code).order_by("uploaded_at", "id")
    came = [r for r in rows if not r.removed_at and r.code not in seen]
    gone = [(r, r.removed_at) for r in rows if r.removed_at and r.code in seen]
    return [
        *(FileMove(_fact(r).name, True, r.uploaded_at, r.uploaded_by) for r in came),
        *(FileMove(_fact(r).name, False, at, r.removed_by) for r, at in gone),
    ]


def list_sealed_files(submission: Submission, *, version: int, envelope: str) -> list[FileFact]:
    """List the files that were sealed with one version."""
    sealed = SealedEnvelope.objects.filter(submission=submission.code, version=version, envelope=envelope).first()
    if sealed is None:
        return []
    rows = SealedFile.objects.filter(code__in=sealed.files).order_by("uploaded_at", "id")
    return [_fact(row) for row in rows]


def own_files(submission: Submission, *, version: int) -> dict[str, list[FileFact]]:
    """List, by the envelope, the files that were sealed with one version: the vendor's part of its receipt."""
    sealed = SealedEnvelope.objects.filter(submission=submission.code, version=version).order_by("id")
    rows = SealedFile.objects.filter(submission=submission.code).order_by("uploaded_at", "id")
    facts = {row.code: _fact(row) for row in rows}
    return {one.envelope: [facts[code] for code in one.files if code in facts] for one in sealed}


def get_file_sha256(code: str) -> str:
    """Return the SHA-256 of a file in hex. The caller has checked that it is open."""
    return _fact(SealedFile.objects.get(code=code)).sha256


def list_opened_files(
    submissions: Collection[Submission], *, envelopes: Collection[Envelope]
) -> dict[str, list[FileFact]]:
    """List the files that an opening brought out, by the code of their submission, oldest first."""
    found: dict[str, list[FileFact]] = {}
    rows = SealedFile.objects.filter(submission__in=[s.code for s in submissions], envelope__in=envelopes)
    for row in rows.exclude(opened_blob="").order_by("uploaded_at", "id"):
        found.setdefault(row.submission, []).append(_fact(row))
    return found


def stream_opened_file(submission: Submission, code: str) -> tuple[FileFact, Iterator[bytes]]:
    """Return a file of an opened envelope and its plaintext in chunks. The caller has checked that it is open."""
    row = SealedFile.objects.filter(submission=submission.code, code=code).first()
    if row is None or not row.opened_blob:
        raise Unknown
    return _fact(row), storage.decrypt_blob(row.opened_blob, OPENED_KEY)


def list_unscanned(*, most: int) -> list[str]:
    """List the codes of opened files that no scanner has looked at, oldest first."""
    waiting = SealedFile.objects.filter(scan=Scan.WAITING.value).exclude(opened_blob="").order_by("id")
    return list(waiting.values_list("code", flat=True)[:most])
