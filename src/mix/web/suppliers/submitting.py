"""The way of a submission: answers, files, price, check, receipt. The team drafts together; nothing is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mix.actions.market import submissions
from mix.actions.market.sealing import drop_blob, open_stream
from mix.data.models import (
    Acknowledgement,
    Addendum,
    Challenge,
    Solicitation,
    Submission,
    SubmissionVersion,
)
from mix.readers.case.challenges import spec_of
from mix.readers.market.sealing import FileFact, find_draft, has_draft, list_files, read_draft
from mix.readers.market.solicitations import get_public, hides_names, spec_of_call
from mix.readers.market.submissions import (
    COPY_KIND,
    blocking,
    envelopes_of,
    find_current,
    get_own_submission,
    get_own_version,
    is_sealed,
    list_acknowledged,
    list_unopened,
    open_addenda,
    price_total,
    warnings_for,
)
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.market.receipts import ReceiptStatement
from mix.web.documents.specs import Answer, FieldView, draw, read_only, read_post
from mix.web.drawing.pages import draw_page, now_of, signed_in
from mix.web.drawing.pdf import as_pdf
from mix.web.drawing.showing import use_clock
from mix.web.forms.acts import Acts, Listed, Taken, do, refused, show, take
from mix.web.suppliers.submitting_acts import BringCopy, Confirm, DropFile, Finalise, Withdraw
from mix.web.suppliers.uploads import SealingHandler, too_large


@dataclass(frozen=True)
class WayContext:
    """What every page on the way of a submission draws: `ways` are key, title and address."""

    submission: Submission
    call: Solicitation
    challenge: Challenge
    title: Bilingual
    ways: list[tuple[str, str, str]]
    here: str
    current: SubmissionVersion | None
    hides_names: bool


def _way(submission: Submission, here: str) -> WayContext:
    part = spec_of_call(submission.solicitation)
    ways = [("answers", _("Answers"), reverse("vendor-submission", args=[submission.code]))]
    ways.append(("files", _("Files"), reverse("vendor-files", args=[submission.code])))
    if Envelope.PRICE in part.envelopes:
        ways.append(("price", _("Price"), reverse("vendor-price", args=[submission.code])))
    ways.append(("check", _("Check and finalise"), reverse("vendor-check", args=[submission.code])))
    return WayContext(
        submission=submission,
        call=submission.solicitation,
        challenge=submission.solicitation.step.challenge,
        title=spec_of(submission.solicitation.step).title,
        ways=ways,
        here=here,
        current=find_current(submission),
        hides_names=hides_names(submission.solicitation),
    )


@dataclass(frozen=True)
class WriteContext:
    """What a page draws on which answers or amounts are written; `theirs` is what a team mate saved meanwhile."""

    fields: list[FieldView]
    draft: int
    unmet: tuple[Unmet, ...]
    total: int | None
    theirs: list[Answer] | None


def answers(request: HttpRequest, code: str) -> HttpResponse:
    """Write the answers."""
    return _write(request, code, envelope=Envelope.TECHNICAL, here="answers", next_name="vendor-files")


def price(request: HttpRequest, code: str) -> HttpResponse:
    """Write the amounts; the total is computed and never typed."""
    return _write(request, code, envelope=Envelope.PRICE, here="price", next_name="vendor-check")


def _write(request: HttpRequest, code: str, *, envelope: Envelope, here: str, next_name: str) -> HttpResponse:
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    specs = spec_of_call(submission.solicitation).fields_of(envelope.value)
    content = read_draft(submission)
    unmet: tuple[Unmet, ...] = ()
    typed: dict[str, Any] | None = None
    status = 200
    if request.method == "POST":
        typed = read_post(specs, request.POST)
        based_on = request.POST.get("draft", "")
        try:
            do(
                request,
                submissions.save_answers,
                submission,
                answers=typed,
                based_on=int(based_on) if based_on.isdigit() else None,
            )
        except submissions.Late:
            raise
        except Refused as error:
            unmet, status = error.unmet, 422
            submission.refresh_from_db()
        else:
            messages.success(request, _("Saved."))
            stays = request.POST.get("go") == "stay"
            return redirect(request.path if stays else reverse(next_name, args=[submission.code]))
    context = WriteContext(
        fields=draw(specs, typed if typed is not None else content, unmet),
        draft=submission.draft_version,
        unmet=unmet,
        total=price_total(specs, content) if envelope is Envelope.PRICE else None,
        theirs=read_only(specs, content) if any(u.code == "draft_changed_meanwhile" for u in unmet) else None,
    )
    return show(request, "suppliers/answers.html", Taken({}, status=status), _way(submission, here), context)


@csrf_exempt
def files(request: HttpRequest, code: str) -> HttpResponse:
    """Add and take out files.

    The encrypting upload handler is installed before anything reads the body; only then is the CSRF token checked.
    """
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    if request.method == "POST" and request.content_type == "multipart/form-data":
        handler = SealingHandler(request, partial(open_stream, submission.solicitation))
        request.upload_handlers = [handler]
        response = _take_file(request, submission, handler)
        if handler.stored is not None and handler.problem == "refused":
            drop_blob(handler.stored.blob)
        return response
    return _show_files(request, submission)


@csrf_protect
def _take_file(request: HttpRequest, submission: Submission, handler: SealingHandler) -> HttpResponse:
    envelope = request.POST.get("envelope", Envelope.TECHNICAL.value)
    if handler.problem == "file_too_large":
        return too_large(request)
    if handler.problem or handler.stored is None:
        code = handler.problem or "file_empty"
        unmet = Unmet(code, {"name": handler.name}, field="file")
        return _drawn_files(request, submission, refused(_file_acts(submission), unmet))
    try:
        do(request, submissions.add_file, submission, stored=handler.stored, envelope=envelope, name=handler.name)
    except submissions.Late:
        handler.problem = "refused"
        drop_blob(handler.stored.blob)
        raise
    except Refused as error:
        handler.problem = "refused"
        return _drawn_files(request, submission, refused(_file_acts(submission), *error.unmet))
    messages.success(request, _("The file is sealed."))
    return redirect("vendor-files", code=submission.code)


@csrf_protect
def _show_files(request: HttpRequest, submission: Submission) -> HttpResponse:
    taken = take(request, _file_acts(submission))
    return taken if isinstance(taken, HttpResponse) else _drawn_files(request, submission, taken)


@dataclass(frozen=True)
class FilesContext:
    """What the page of files draws."""

    files: list[FileFact]
    envelopes: tuple[Envelope, ...]


def _file_acts(submission: Submission) -> Acts:
    return {"drop": Listed(DropFile, submission)}


def _drawn_files(request: HttpRequest, submission: Submission, taken: Taken) -> HttpResponse:
    context = FilesContext(list_files(submission), spec_of_call(submission.solicitation).envelopes)
    return show(request, "suppliers/files.html", taken, _way(submission, "files"), context)


@dataclass(frozen=True)
class CheckContext:
    """What the page draws on which everything is checked once more."""

    is_sealed: bool
    answers: list[Answer]
    prices: list[tuple[Bilingual, int | None]]
    total: int | None
    files: list[FileFact]
    warnings: tuple[Unmet, ...]
    blocking: tuple[Unmet, ...]
    addenda: list[Addendum]
    acknowledged: list[Acknowledgement]


def check(request: HttpRequest, code: str) -> HttpResponse:
    """Check everything once more, then finalise. Missing answers warn, unread addenda do not let through."""
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    acts = {
        "finalise": Listed(Finalise, submission),
        "confirm": Listed(Confirm, submission),
        "withdraw": Listed(Withdraw, submission),
    }
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "suppliers/check.html", taken, _way(submission, "check"), _checked(submission))


def _checked(submission: Submission) -> CheckContext:
    part = spec_of_call(submission.solicitation)
    draft = find_draft(submission)
    content = draft.answers if draft else {}
    addenda = open_addenda(submission)
    warnings = warnings_for(part.answers, content, addenda=addenda)
    return CheckContext(
        is_sealed=draft is None and is_sealed(submission),
        answers=read_only(part.fields_of(Envelope.TECHNICAL.value), content),
        prices=[(s.title, content.get(s.key)) for s in part.fields_of(Envelope.PRICE.value)],
        total=price_total(part.answers, content),
        files=list_files(submission),
        warnings=warnings,
        blocking=blocking(warnings),
        addenda=addenda,
        acknowledged=list_acknowledged(submission),
    )


@dataclass(frozen=True)
class CopyContext:
    """What the page of the vendor's own copy draws."""

    has_draft: bool


def copy(request: HttpRequest, code: str) -> HttpResponse:
    """The vendor's own copy: take it before finalising, bring it in to replace what was sealed."""
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    taken = take(request, {"bring": Listed(BringCopy, submission)})
    if isinstance(taken, HttpResponse):
        return taken
    context = CopyContext(has_draft(submission))
    return show(request, "suppliers/copy.html", taken, _way(submission, "check"), context)


def export(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a vendor its own copy as JSON: answers, salts and files of each envelope, as they will be sealed."""
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    if not has_draft(submission) and find_current(submission):
        return redirect("vendor-copy", code=code)  # which says that nobody can read it here
    body = {
        "kind": COPY_KIND,
        "call": submission.solicitation.reference,
        "vendor": submission.vendor.code,
        "envelopes": envelopes_of(submission.solicitation, find_draft(submission), list_files(submission)),
    }
    response = HttpResponse(json.dumps(body, indent=2, ensure_ascii=False), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{submission.code}-copy.json"'
    return response


@dataclass(frozen=True)
class ReceiptContext:
    """What a receipt draws, on the page and on paper; `unopened` are envelopes that stayed sealed at their time."""

    version: SubmissionVersion
    statement: ReceiptStatement
    is_open: bool
    call: Solicitation
    challenge: Challenge
    unopened: list[Envelope]


def _receipt(request: HttpRequest, reference: str) -> ReceiptContext:
    version = get_own_version(reference, actor=signed_in(request))
    call = version.submission.solicitation
    use_clock(call.zone)
    counts = find_current(version.submission) == version
    return ReceiptContext(
        version=version,
        statement=version.statement,
        is_open=now_of(request) < call.closes_at,
        call=call,
        challenge=call.step.challenge,
        unopened=list_unopened(version.submission) if counts else [],
    )


def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the receipt of a finalised version."""
    return draw_page(request, "suppliers/receipt.html", _receipt(request, reference))


def receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the receipt for the file."""
    return as_pdf(request, "suppliers/receipt_pdf.html", _receipt(request, reference), name=f"receipt-{reference}.pdf")


def receipt_json(request: HttpRequest, reference: str) -> JsonResponse:
    """Hand out the signed receipt for machines."""
    version = get_own_version(reference, actor=signed_in(request))
    use_clock(version.submission.solicitation.zone)
    response = JsonResponse(version.receipt, json_dumps_params={"indent": 2, "sort_keys": True})
    response["Content-Disposition"] = f'attachment; filename="receipt-{version.reference}.json"'
    return response


@dataclass(frozen=True)
class PreviewContext:
    """What the questions of a call draw."""

    call: Solicitation
    challenge: Challenge
    title: Bilingual
    fields: list[FieldView]
    hides_names: bool


def preview(request: HttpRequest, reference: str) -> HttpResponse:
    """Show every question of a call to anybody, before signing in."""
    call = get_public(reference)
    context = PreviewContext(
        call=call,
        challenge=call.step.challenge,
        title=spec_of(call.step).title,
        fields=draw(spec_of_call(call).answers, {}, blanks=1),
        hides_names=hides_names(call),
    )
    return draw_page(request, "suppliers/preview.html", context)
