"""What a vendor reads of its own submission once its call is closed: what counts, what is open, what stays sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse

from mix.data.models import Challenge, Solicitation, Submission, SubmissionVersion
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import FileFact, list_opened_files, list_sealed_files, read_draft, stream_opened_file
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import find_current, list_unopened, opened_answers, price_total, when_opened
from mix.rules.core.kinds import Envelope
from mix.web.documents.attached import with_attached
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.downloads import download
from mix.web.drawing.pages import draw_page
from mix.web.suppliers.ways import own_submission


@dataclass(frozen=True)
class OwnEnvelope:
    """One envelope of what counts: when it was opened, its answers and total from then on, and its files."""

    envelope: Envelope
    opened_at: datetime | None
    is_damaged: bool
    answers: Sequence[Answer]
    files: Sequence[FileFact]
    total: int | None


@dataclass(frozen=True)
class OwnContext:
    """What a vendor's page of a closed call draws; `draft` is what was written and not handed in."""

    submission: Submission
    call: Solicitation
    challenge: Challenge
    current: SubmissionVersion | None
    last: SubmissionVersion | None
    envelopes: list[OwnEnvelope]
    draft: list[Answer]


def draw_own(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Draw a vendor's own submission to a closed call."""
    call, current = submission.solicitation, find_current(submission)
    specs = spec_of_call(call).answers
    draft = read_draft(submission)
    context = OwnContext(
        submission=submission,
        call=call,
        challenge=call.step.challenge,
        current=current,
        last=submission.versions.order_by("-number").first(),
        envelopes=_envelopes(submission, current) if current else [],
        draft=read_only(specs, draft) if any(draft.values()) else [],
    )
    return draw_page(request, "suppliers/own.html", context)


def _envelopes(submission: Submission, current: SubmissionVersion) -> list[OwnEnvelope]:
    part = spec_of_call(submission.solicitation)
    opened, damaged = when_opened(submission), list_unopened(submission)
    answers = {e: opened_answers(submission, e) for e in part.envelopes}
    files = {e: list_sealed_files(submission, version=current.number, envelope=e.value) for e in part.envelopes}

    def drawn(_number: int, file: FileFact) -> tuple[str, str]:
        return file.name, reverse("vendor-own-file", args=[submission.code, file.code]) if file.is_open else ""

    return [
        OwnEnvelope(
            e,
            opened.get(e),
            e in damaged,
            with_attached(read_only(part.fields_of(e.value), answers[e]) if e in opened else [], files[e], drawn=drawn),
            files[e],
            price_total(part.fields_of(e.value), answers[e]),
        )
        for e in part.envelopes
    ]


def own_file(request: HttpRequest, code: str, file: str) -> StreamingHttpResponse:
    """Hand a vendor its own file back, once the envelope is open in which it was sealed."""
    submission = own_submission(request, code)
    opened = list_opened_files([submission], envelopes=list(when_opened(submission))).get(submission.code, [])
    if find_current(submission) is None or file not in {f.code for f in opened}:
        raise Unknown
    fact, chunks = stream_opened_file(submission, file)
    return download(fact.name, chunks)
