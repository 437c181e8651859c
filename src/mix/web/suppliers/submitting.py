"""The way of a submission beside its answers: files, the check, and every question before anybody begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mix.actions.market import submissions
from mix.actions.market.locking import Late
from mix.actions.market.sealing import open_stream
from mix.data.models import (
    Acknowledgement,
    Addendum,
    Challenge,
    CoApplicant,
    Solicitation,
    Submission,
)
from mix.readers.case.challenges import spec_of
from mix.readers.market.co_applicants import is_lead, list_asked, most_beside
from mix.readers.market.sealing import FileFact, find_draft, list_files
from mix.readers.market.solicitations import get_public, hides_names, spec_of_call
from mix.readers.market.submissions import (
    amount_of,
    blocking,
    is_sealed,
    list_acknowledged,
    open_addenda,
    price_total,
    warnings_for,
    with_files,
)
from mix.rules.city.methods import Criterion
from mix.rules.core.fields import Bilingual, FieldSpec, Wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.wanted_files import wanted
from mix.web.documents.asked import Changed, changed_by
from mix.web.documents.attached import with_attached
from mix.web.documents.specs import Answer, FieldView, draw, read_only
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import actor_of
from mix.web.forms.acts import Acts, Listed, Taken, do, refused, show, take
from mix.web.suppliers.submitting_acts import Confirm, DropFile, Finalise, Withdraw, page_of_files
from mix.web.suppliers.uploads import SealingHandler, sealing, too_large
from mix.web.suppliers.ways import is_open, own_submission, way_of


@csrf_exempt
def files(request: HttpRequest, code: str) -> HttpResponse:
    """Add and take out files.

    The CSRF token is checked once the body is read, through the encrypting handler; another site is refused before.
    """
    submission = own_submission(request, code)
    if request.method == "GET" and not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    if request.method == "POST" and request.content_type == "multipart/form-data":
        # The key must be known before the file comes, so the address names the envelope, and nothing else does.
        envelope = request.GET.get("envelope", Envelope.TECHNICAL.value)
        if envelope not in spec_of_call(submission.solicitation).envelopes:
            return _drawn_files(request, submission, refused(_file_acts(submission), Unmet("envelope_unknown")))
        with sealing(request, partial(open_stream, submission.solicitation, envelope=envelope)) as handler:
            return _take_file(request, submission, handler, envelope=envelope)
    return _show_files(request, submission)


@csrf_protect
def _take_file(request: HttpRequest, submission: Submission, handler: SealingHandler, *, envelope: str) -> HttpResponse:
    request.POST.get("act")  # reads the body: the file streams in
    if handler.problem == "file_too_large":
        return too_large(request)
    if handler.problem or handler.stored is None:
        code = handler.problem or "file_empty"
        unmet = Unmet(code, {"name": handler.name}, field="file")
        return _drawn_files(request, submission, refused(_file_acts(submission), unmet))
    try:
        add, question = submissions.add_file, request.GET.get("question", "")
        kept = {"envelope": envelope, "name": handler.name, "question": question}
        do(request, add, submission, stored=handler.stored, **kept)
        handler.is_kept = True
    except Late:
        raise
    except Refused as error:
        return _drawn_files(request, submission, refused(_file_acts(submission), *error.unmet))
    messages.success(request, _("The file is sealed."))
    return redirect(page_of_files(submission, question))


@csrf_protect
def _show_files(request: HttpRequest, submission: Submission) -> HttpResponse:
    taken = take(request, _file_acts(submission))
    return taken if isinstance(taken, HttpResponse) else _drawn_files(request, submission, taken)


@dataclass(frozen=True)
class FilesContext:
    """What the page of files draws: all of them, or those that answer the question `asked`.

    `wanted` are the questions that are answered by files, each with how many do.
    """

    files: list[FileFact]
    envelopes: tuple[Envelope, ...]
    asked: FieldSpec | None
    wanted: list[tuple[FieldSpec, int]]
    titles: dict[str, Wording]


def _file_acts(submission: Submission) -> Acts:
    return {"drop": Listed(DropFile, submission)}


def _drawn_files(request: HttpRequest, submission: Submission, taken: Taken) -> HttpResponse:
    part, files = spec_of_call(submission.solicitation), list_files(submission)
    question = request.GET.get("question", "")
    asked = next((spec for spec in wanted(part.answers) if spec.key == question), None)
    context = FilesContext(
        files=[f for f in files if asked is None or f.question == asked.key],
        envelopes=part.envelopes,
        asked=asked,
        wanted=[(spec, sum(f.question == spec.key for f in files)) for spec in wanted(part.answers)],
        titles={spec.key: spec.title for spec in wanted(part.answers)},
    )
    return show(request, "suppliers/files.html", taken, way_of(submission, "files"), context)


@dataclass(frozen=True)
class CheckContext:
    """What the page draws on which everything is checked once more.

    `beside` are those who were asked to answer together, `most` how many may; only whoever `leads` finalises.
    """

    is_sealed: bool
    answers: list[Answer]
    prices: list[tuple[Wording, int | None]]
    by_lines: list[Answer]
    total: int | None
    files: list[FileFact]
    warnings: tuple[Unmet, ...]
    blocking: tuple[Unmet, ...]
    addenda: list[Addendum]
    acknowledged: list[Acknowledgement]
    changed: dict[int, Changed]
    answered: dict[str, str]
    beside: list[CoApplicant]
    most: int
    leads: bool


def check(request: HttpRequest, code: str) -> HttpResponse:
    """Check everything once more, then finalise. Missing answers warn, unread addenda do not let through."""
    submission = own_submission(request, code)
    if request.method == "GET" and not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    leads = is_lead(submission, actor_of(request))
    acts: dict[str, Listed[Any]] = {"confirm": Listed(Confirm, submission)}
    if leads:
        acts |= {"finalise": Listed(Finalise, submission), "withdraw": Listed(Withdraw, submission)}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "suppliers/check.html", taken, way_of(submission, "check"), _checked(submission, leads=leads))


def _checked(submission: Submission, *, leads: bool) -> CheckContext:
    part = spec_of_call(submission.solicitation)
    draft = find_draft(submission)
    content = draft.answers if draft else {}
    addenda = open_addenda(submission)
    files = list_files(submission)
    content = with_files(part.answers, content, files)
    warnings = warnings_for(part.answers, content, unread=[a.number for a in addenda])
    answers = read_only(part.fields_of(Envelope.TECHNICAL.value), content)
    answers = with_attached(answers, files, drawn=lambda _n, file: (file.name, ""))
    return CheckContext(
        is_sealed=draft is None and is_sealed(submission),
        answers=answers,
        prices=[(s.title, amount_of(s, content.get(s.key))) for s in part.fields_of(Envelope.PRICE.value)],
        by_lines=read_only([s for s in part.fields_of(Envelope.PRICE.value) if s.lines], content),
        total=price_total(part.answers, content),
        files=files,
        warnings=warnings,
        blocking=blocking(warnings),
        addenda=addenda,
        acknowledged=list_acknowledged(submission),
        changed={c.number: c for a in addenda if (c := changed_by(a))},
        answered={a.spec.key: str(a.value) for a in answers if a.value},
        beside=list_asked(submission),
        most=most_beside(submission.solicitation),
        leads=leads,
    )


@dataclass(frozen=True)
class PreviewContext:
    """What the questions of a call draw."""

    call: Solicitation
    challenge: Challenge
    title: Bilingual
    fields: list[FieldView]
    scored: dict[str, tuple[Criterion, ...]]
    hides_names: bool


def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """Show every question of a call to anybody, before signing in."""
    call = get_public(reference, actor=actor_of(request))
    context = PreviewContext(
        call=call,
        challenge=call.step.challenge,
        title=spec_of(call.step).title,
        fields=draw(spec_of_call(call).answers, {}, blanks=1),
        scored=call.fitted.scored if call.fitted else {},
        hides_names=hides_names(call),
    )
    return draw_page(request, "suppliers/preview.html", context)
