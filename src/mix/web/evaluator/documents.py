"""Documents of a submission, read beside the score: what the browser gets is text, tables and pictures drawn here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from mix.data.models import Submission
from mix.readers.choice.scoring import scoring_of
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import FileFact, stream_opened_file
from mix.web.documents.apart import Broken, TooMuch
from mix.web.documents.looking import MOST_BYTES, MOST_PAGES, PICTURES, Look, kind_of, look, picture
from mix.web.drawing.downloads import SHUT, download
from mix.web.evaluator.reading import files_of
from mix.web.evaluator.seats import own_seat


@dataclass(frozen=True)
class Listed:
    """A file in the list beside the score: can it be read here, or is it only fetched?"""

    fact: FileFact
    is_shown: bool


@dataclass(frozen=True)
class Opened:
    """The document that stands beside the score; without `look`, `why` is a code that says why it does not."""

    number: int
    fact: FileFact
    look: Look | None
    why: str = ""
    most: int = MOST_PAGES


@dataclass(frozen=True)
class FilesContext:
    """What a page of scores draws of a submission's files, and of the one that is open beside it."""

    files: Sequence[Listed] = ()
    document: Opened | None = None


def files_beside(request: HttpRequest, submission: Submission) -> FilesContext:
    """List a submission's files, and open the one that the address names. The caller has checked who reads."""
    files = files_of(submission)
    listed = [Listed(fact, bool(kind_of(fact.name))) for fact in files]
    asked = request.GET.get("file", "")
    number = next((n for n, fact in enumerate(files, start=1) if fact.code == asked), 0)
    return FilesContext(listed, _open(submission, number, files[number - 1]) if number else None)


def _open(submission: Submission, number: int, fact: FileFact) -> Opened:
    kind = kind_of(fact.name)
    if not kind:
        return Opened(number, fact, None, "kind")
    data = _whole(submission, fact)
    if data is None:
        return Opened(number, fact, None, "large")
    try:
        return Opened(number, fact, look(data, kind))
    except TooMuch:
        return Opened(number, fact, None, "heavy")
    except Broken:
        return Opened(number, fact, None, "broken")


def _whole(submission: Submission, fact: FileFact) -> bytes | None:
    """Return the bytes of a file; None where they are more than is looked at here."""
    if fact.size > MOST_BYTES:
        return None
    _fact, chunks = stream_opened_file(submission, fact.code)
    return b"".join(chunks)


def _readable(request: HttpRequest, code: str, key: str, label: str, file: str) -> Submission:
    """Return a submission that this member may read and that has this file. Raises Unknown, Forbidden."""
    found, member = own_seat(request, code, key)
    submission = scoring_of(found, member).get_readable(member, label)
    if file not in {f.code for f in files_of(submission)}:
        raise Unknown
    return submission


def opened_file(request: HttpRequest, code: str, key: str, label: str, file: str) -> StreamingHttpResponse:
    """Hand out one technical file of a submission that this member may read, always as a download."""
    submission = _readable(request, code, key, label, file)
    fact, chunks = stream_opened_file(submission, file)
    ending = fact.name.rpartition(".")[2][:5] if "." in fact.name else "bin"
    return download(f"{label}-{file}.{ending if ending.isalnum() else 'bin'}", chunks)


def page_picture(request: HttpRequest, code: str, key: str, label: str, *, file: str, page: int) -> HttpResponse:
    """Draw one page of a technical file of a submission that this member may read. Raises Unknown where none is."""
    submission = _readable(request, code, key, label, file)
    fact = next(f for f in files_of(submission) if f.code == file)
    kind = kind_of(fact.name)
    data = _whole(submission, fact) if kind == "pdf" or kind in PICTURES else None
    if data is None:
        raise Unknown
    try:
        drawn = picture(data, kind, page=page)
    except Broken:
        raise Unknown from None
    return HttpResponse(drawn, content_type="image/png", headers={"Content-Security-Policy": SHUT})
