"""What stands around a submission that is being finalised: read at once, while it is held locked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast

from mix.data.asked import asked
from mix.data.models import Acknowledgement, Addendum, Submission, SubmissionVersion
from mix.vault.models import SealedFile

FILE, VERSION, ADDENDUM = range(3)


@dataclass(frozen=True, slots=True)
class Around:
    """The files that were not removed (codes), the versions, and the addenda of the call, each the oldest first.

    Of a version its retry key and the mark of its draft; of an addendum its number, and whether the vendor has
    acknowledged it.
    """

    files: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    addenda: tuple[tuple[int, bool], ...]


def read_around(submission: Submission) -> Around:
    """Read what stands around a submission."""
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
