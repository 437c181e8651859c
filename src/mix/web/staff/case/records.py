"""What stands of a challenge: the versions of an artifact, on paper too, and the log."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mix.data.models import Challenge, Document, DocumentVersion, Event, Step
from mix.readers.case.challenges import get_challenge, get_step, spec_of
from mix.readers.case.documents import get_document, get_version, list_versions
from mix.readers.city.municipalities import find_template
from mix.readers.core.errors import Unknown
from mix.readers.flow.timelines import page_events
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Permission
from mix.rules.core.lines import whole_number
from mix.web.documents.changes import Changed, changes
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.downloads import attachment
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.pdf import as_pdf
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import in_language, language, moment, use_clock

WORD_FILE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _find(request: HttpRequest, code: str, key: str) -> tuple[Challenge, Step, Document]:
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    found = get_step(challenge, key)
    return challenge, found, get_document(found)


def _asked(request: HttpRequest, name: str, document: Document) -> DocumentVersion | None:
    number = whole_number(request.GET.get(name, ""))
    return None if number is None else get_version(document, number)


@dataclass(frozen=True)
class VersionsContext:
    """What the page of versions draws: the one that is shown, its answers, and what differs from the one before."""

    challenge: Challenge
    step: Step
    spec: StepSpec
    versions: list[DocumentVersion]
    shown: DocumentVersion | None
    before: DocumentVersion | None
    changes: list[Changed]
    answers: list[Answer]


def versions(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Every version of an artifact, and what differs between any two of them, word by word."""
    challenge, found, document = _find(request, code, key)
    every = list_versions(document)
    specs = spec_of(found).fields
    shown = _asked(request, "version", document) or (every[0] if every else None)
    previous = next((v for v in every if shown and v.number == shown.number - 1), None)
    before = _asked(request, "from", document) or previous
    context = VersionsContext(
        challenge=challenge,
        step=found,
        spec=spec_of(found),
        versions=every,
        shown=shown,
        before=before,
        changes=changes(specs, before.content, shown.content) if before and shown else [],
        answers=read_only(specs, shown.content) if shown else [],
    )
    return draw_page(request, "staff/case/versions.html", context)


def mark_of(challenge: Challenge, step: Step, version: DocumentVersion) -> str:
    """Return what a file written from a version carries, so that it finds its way back."""
    return f"MIX {challenge.code}/{step.key}/{version.number}"


@dataclass(frozen=True)
class PaperContext:
    """What a version draws on paper."""

    challenge: Challenge
    spec: StepSpec
    version: DocumentVersion
    answers: list[Answer]


def document(request: HttpRequest, code: str, key: str, ending: str) -> HttpResponse:
    """One version of an artifact as a Word file in the city's own template, or as a PDF; the latest unless asked."""
    challenge, found, kept = _find(request, code, key)
    version = _asked(request, "version", kept) or next(iter(list_versions(kept)), None)
    if version is None or ending not in ("docx", "pdf"):
        raise Unknown
    spec = spec_of(found)
    name = f"{challenge.code}-{found.key}-{version.number}.{ending}"
    if ending == "pdf":
        context = PaperContext(challenge, spec, version, read_only(spec.fields, version.content))
        return as_pdf(request, "staff/case/document_pdf.html", context, name=name)
    from mix.web.documents.docx import write_docx  # large, and rarely asked for

    template = find_template(challenge.municipality)
    file = write_docx(
        bytes(template.content) if template else None,
        spec.fields,
        version.content,
        mark=mark_of(challenge, found, version),
        title=spec.title.in_(language()),
        challenge=in_language(challenge, "title"),
        city=in_language(challenge.municipality, "name"),
        version=_("Version %(number)d") % {"number": version.number},
        written_by=version.author.name,
        saved_at=moment(version.saved_at),
    )
    return as_file(file, WORD_FILE, name)


def as_file(content: bytes, kind: str, name: str) -> HttpResponse:
    """Hand out a file to keep."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = attachment(name)
    return response


@dataclass(frozen=True)
class LogContext:
    """What the log of a challenge draws."""

    challenge: Challenge
    events: list[Event]
    pager: Pager


def log(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that happened in a challenge."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.LOG_READ)
    use_clock(challenge.municipality.zone)
    page = page_events(challenge, number_of(request))
    return draw_page(request, "staff/case/log.html", LogContext(challenge, page.rows, pager(request, page)))
