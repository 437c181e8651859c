"""Public calls: each as it was posted officially, and the documents that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse

from mix.data.models import Addendum, Challenge, Question, Solicitation, SolicitationDocument
from mix.phrases.words import word
from mix.readers.case.challenges import spec_of
from mix.readers.core.errors import Unknown
from mix.readers.market.co_applicants import most_beside
from mix.readers.market.solicitations import (
    closing_of,
    form_of,
    get_public,
    get_public_document,
    hides_names,
    list_addenda,
    list_answered_questions,
    list_documents,
    spec_of_call,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Criterion, SolicitationSpec
from mix.rules.core.fields import Bilingual, FieldSpec
from mix.rules.market.closing import Closing
from mix.web.documents.asked import Changed, changed_by
from mix.web.documents.sections import read_sections
from mix.web.documents.specs import Answer
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import actor_of, holds_until, now_of
from mix.web.drawing.showing import language, use_clock
from mix.web.drawing.weighing import Weighing, weighings


@dataclass(frozen=True)
class NoticeContext:
    """What the notice of a call draws."""

    call: Solicitation
    closing: Closing
    part: SolicitationSpec
    statement: str
    criteria: Sequence[Weighing]
    challenge: Challenge
    documents: Sequence[SolicitationDocument]
    addenda: Sequence[Addendum]
    questions: Sequence[Question]
    title: Bilingual
    items: Sequence[FieldSpec]
    fields: Sequence[FieldSpec]
    scored: Mapping[str, Sequence[Criterion]]
    hides_names: bool
    is_open: bool
    sections: Sequence[Answer]
    changed: Mapping[int, Changed]
    beside: int


def notice(request: HttpRequest, reference: str) -> HttpResponse:
    """One call as it was posted officially, in a form that prints."""
    call = get_public(reference, actor=actor_of(request))
    challenge, part = call.step.challenge, spec_of_call(call)
    asked = form_of(call).asked
    use_clock(call.zone)
    holds_until(request, call.closes_at)
    addenda = list_addenda(call)[::-1]
    context = NoticeContext(
        call=call,
        closing=closing_of(call),
        part=part,
        statement=_statement(call, part),
        criteria=weighings(call),
        challenge=challenge,
        documents=list_documents(call),
        addenda=addenda,
        questions=list_answered_questions(call),
        title=spec_of(call.step).title,
        items=[q.field for q in asked if q.is_item],
        fields=[q.field for q in asked if not q.is_item],
        scored=call.fitted.scored if call.fitted else {},
        hides_names=hides_names(call),
        is_open=call.closes_at > now_of(request) and challenge.status == ChallengeStatus.RUNNING,
        sections=read_sections(call),
        changed={c.number: c for a in addenda if (c := changed_by(a))},
        beside=most_beside(call),
    )
    return draw_page(request, "public/notice.html", context)


def _statement(call: Solicitation, part: SolicitationSpec) -> str:
    """Say what answering leads to: by the route of the challenge, or that the call binds nobody."""
    if part.binds:
        return word("route_statement", call.step.challenge.route, language())
    return word("form_statement", part.document_form, language())


def document(request: HttpRequest, code: str) -> FileResponse:
    """Hand out a public document, always as a download."""
    found = get_public_document(code, actor=actor_of(request))
    path = Path(settings.DATA_DIR) / "public" / found.sha256
    if not path.exists():
        raise Unknown
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )
