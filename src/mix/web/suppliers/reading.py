"""What a vendor reads of its own submission once its call is closed: what counts, what is open, what stays sealed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from mix.data.models import Challenge, Solicitation, Submission, SubmissionVersion
from mix.phrases.words import word
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import FileFact, list_opened_files, list_sealed_files, read_draft, stream_opened_file
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import find_current, list_unopened, opened_answers, price_total, when_opened
from mix.rules.core.kinds import Envelope
from mix.rules.core.lines import file_name
from mix.web.documents.attached import with_attached
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.downloads import download
from mix.web.drawing.packing import Content, zip_of
from mix.web.drawing.pages import draw_page
from mix.web.drawing.pdf import as_pdf, pdf_of
from mix.web.drawing.showing import language
from mix.web.frame.streams import archive
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
    """What a vendor's page of a closed call draws; `draft` is what was written and not handed in.

    `is_opened` says whether any of its envelopes is open.
    """

    submission: Submission
    call: Solicitation
    challenge: Challenge
    current: SubmissionVersion | None
    last: SubmissionVersion | None
    envelopes: list[OwnEnvelope]
    draft: list[Answer]
    is_opened: bool


def draw_own(request: HttpRequest, submission: Submission) -> HttpResponse:
    """Draw a vendor's own submission to a closed call."""
    return draw_page(request, "suppliers/own.html", _own(submission))


def _own(submission: Submission) -> OwnContext:
    call, current = submission.solicitation, find_current(submission)
    specs = spec_of_call(call).answers
    draft = read_draft(submission)
    envelopes = _envelopes(submission, current) if current else []
    return OwnContext(
        submission=submission,
        call=call,
        challenge=call.step.challenge,
        current=current,
        last=submission.versions.order_by("-number").first(),
        envelopes=envelopes,
        draft=read_only(specs, draft) if any(draft.values()) else [],
        is_opened=any(e.opened_at for e in envelopes),
    )


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


def _opened(request: HttpRequest, code: str) -> OwnContext:
    """Return a vendor's own submission of which an envelope is open. Raises Unknown before that."""
    context = _own(own_submission(request, code))
    if not context.is_opened:
        raise Unknown
    return context


def own_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a vendor what it handed in as one document: answers, prices, and its files by name and fingerprint."""
    context = _opened(request, code)
    return as_pdf(request, "suppliers/own_pdf.html", context, name=f"{context.call.reference}-{code}.pdf")


def own_archive(request: HttpRequest, code: str) -> HttpResponseBase:
    """Hand a vendor all that it handed in as one archive: the document, and each file of an envelope that is open."""
    context = _opened(request, code)
    name = f"{context.call.reference}-{code}"
    files = [file for e in context.envelopes if e.opened_at for file in e.files if file.is_open]

    def make() -> Iterator[bytes]:
        entries: list[tuple[str, Content]] = [(f"{name}.pdf", pdf_of(request, "suppliers/own_pdf.html", context))]
        for number, file in enumerate(files, start=1):  # two files may have one name
            called = f"{word('envelope', file.envelope, language())}/{number:02d} {file_name(file.name)}"
            entries.append((called, stream_opened_file(context.submission, file.code)[1]))
        return zip_of(entries)

    return archive(request, make, kind="application/zip", name=f"{name}.zip")
