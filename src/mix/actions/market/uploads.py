"""Verbs on files that arrive in parts: begin or go on, take a part, put together."""

from __future__ import annotations

from django.conf import settings

from mix.actions.core.deeds import Deed
from mix.actions.core.run import prepared_by
from mix.actions.market import submissions
from mix.actions.market.locking import lock_submission, refuse_late
from mix.actions.market.sealing import begin_upload, drop_blob, end_upload, has_room, join_parts, keep_part
from mix.actions.market.submissions import begin_draft, check_takes
from mix.data.models import Submission
from mix.readers.market.co_applicants import check_own_submission
from mix.readers.market.sealing import find_upload
from mix.rules.core.lines import file_name
from mix.rules.core.unmet import Refused, require
from mix.rules.market.sealed import Stored

PART = 2**20  # bytes: the most that one part may be


def begin(
    deed: Deed, submission: Submission, *, envelope: str, name: str, size: int, question: str = ""
) -> tuple[str, int]:
    """Begin a file that arrives in parts, or go on with the one that was broken off. Refuses what is too large.

    Returns the code of the upload, and how many bytes are there.
    """
    submission = lock_submission(deed, submission)
    name = file_name(name)
    check_takes(submission, envelope=envelope, question=question, name=name)
    require(bool(name), "name_missing", field="file")
    require(size > 0, "file_empty", field="file")
    most = settings.SEALED_FILE_LIMIT
    require(size <= most, "file_too_large", field="file", name=name, most=str(most // 2**20))
    require(has_room(), "no_room", field="file")
    begin_draft(deed, submission)
    upload = begin_upload(submission, envelope=envelope, name=name, size=size, now=deed.now, question=question)
    return upload.code, upload.there


def add_part(deed: Deed, submission: Submission, *, upload: str, start: int, content: bytes) -> int:
    """Take the next part; returns how many bytes are there. A part that came twice counts once."""
    submission = lock_submission(deed, submission)
    found = deed.must(find_upload(submission, upload), "upload_unknown")
    there = found.there
    fits = 0 <= start <= there and 0 < len(content) <= PART and start + len(content) <= found.size
    require(fits, "part_out_of_place", there=str(there))
    require(has_room(), "no_room", field="file", there="")
    return keep_part(found, content) if start == there else there


def put_together(deed: Deed, submission: Submission, *, upload: str) -> Stored:
    """Make one sealed file of the parts; before the transaction, since it takes as long as the file is large."""
    check_own_submission(submission, actor=deed.actor)
    refuse_late(submission.solicitation, now=deed.now)
    found = deed.must(find_upload(submission, upload), "upload_unknown")
    require(found.there == found.size, "upload_incomplete", there=str(found.there))
    return join_parts(found, submission.solicitation)


@prepared_by(put_together)
def finish(deed: Deed, prepared: Stored, submission: Submission, *, upload: str) -> tuple[str, str]:
    """Keep the whole file; returns its code and the SHA-256 that the server computed, to be compared."""
    try:
        found = deed.must(find_upload(submission, upload), "upload_unknown")
        code = submissions.add_file(
            deed,
            submission,
            stored=prepared,
            envelope=found.envelope,
            name=found.name,
            question=found.question,
        )
    except Refused:
        drop_blob(prepared.blob)
        raise
    end_upload(found.code)
    return code, prepared.sha256
