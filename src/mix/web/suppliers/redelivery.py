"""Handing in again what could not be opened: the files of the receipt, then the vendor's own copy."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mix.actions.market import redelivery
from mix.actions.market.sealing import drop_blob, open_readable_stream
from mix.data.models import Submission
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import list_sealed_files
from mix.readers.market.submissions import find_current, get_own_submission, list_unopened
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in
from mix.web.parts.showing import use_clock
from mix.web.suppliers.uploads import SealingHandler


def _own(request: HttpRequest, code: str) -> Submission:
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    return submission


def again(request: HttpRequest, code: str) -> HttpResponse:
    """What could not be opened, envelope by envelope: its files, then the copy that proves the answers."""
    return _page(request, _own(request, code))


@csrf_exempt
def again_file(request: HttpRequest, code: str, file: str) -> HttpResponse:
    """Take one file. The encrypting upload handler is installed before anything reads the body."""
    submission = _own(request, code)
    if request.method != "POST" or request.content_type != "multipart/form-data":
        return redirect("vendor-again", code=code)
    handler = SealingHandler(request, open_readable_stream)
    request.upload_handlers = [handler]
    return _take(request, submission, handler, file)


@csrf_protect
def _take(request: HttpRequest, submission: Submission, handler: SealingHandler, file: str) -> HttpResponse:
    request.FILES.get("file")  # now the body is read, through the handler
    if handler.problem == "file_too_large":
        return render(request, "413.html", {"back": request.path}, status=413)
    if handler.problem or handler.stored is None:
        unmet = (Unmet(handler.problem or "file_empty", {"name": handler.name}, field=file),)
        return _page(request, submission, unmet=unmet)
    envelope = next((e for e, rows in _files(submission) if file in {f.code for f in rows}), None)
    if envelope is None:
        drop_blob(handler.stored.blob)
        raise Unknown
    try:
        do(request, redelivery.redeliver_file, submission, envelope=envelope, code=file, stored=handler.stored)
    except Refused as error:
        drop_blob(handler.stored.blob)
        return _page(request, submission, unmet=error.unmet)
    messages.success(request, _("It is the file of your receipt."))
    return redirect("vendor-again", code=submission.code)


def _files(submission: Submission) -> list[tuple[Envelope, list[Any]]]:
    """Return the envelopes that could not be opened, each with its files."""
    version = find_current(submission)
    number = version.number if version else 0
    return [(e, list_sealed_files(submission, version=number, envelope=e.value)) for e in list_unopened(submission)]


def _page(request: HttpRequest, submission: Submission, *, unmet: tuple[Unmet, ...] = ()) -> HttpResponse:
    def bring(given: dict[str, Any]) -> None:
        if given["item"] not in set(Envelope):
            raise Unknown
        try:
            brought = json.loads(given["file"].read().decode())
        except (UnicodeDecodeError, ValueError, RecursionError):
            brought = None
        stay(do(request, redelivery.redeliver, submission, envelope=Envelope(given["item"]), brought=brought))

    acts = {
        "bring": Act(
            forms.form_of(
                item=forms.hidden(),
                file=forms.small_file(_("Your copy"), hint=_("The JSON file that you took before finalising.")),
            ),
            bring,
            _("Hand in again"),
            _("It is what your receipt commits to. The panel can read it now."),
            style="",
        )
    }
    return answer(
        request,
        "suppliers/redelivery.html",
        acts,
        lambda: {
            "submission": submission,
            "current": find_current(submission),
            "challenge": submission.solicitation.step.challenge,
            "waiting": _files(submission),
        },
        unmet=unmet,
    )
