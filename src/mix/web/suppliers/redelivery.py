"""Handing in again what could not be opened: the files of the receipt, then the vendor's own copy."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from mix.actions.market import redelivery
from mix.actions.market.sealing import open_readable_stream
from mix.data.models import Challenge, Submission, SubmissionVersion
from mix.readers.core.errors import Unknown
from mix.readers.market.sealing import FileFact, list_sealed_files
from mix.readers.market.submissions import find_current, get_own_submission, list_unopened
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Acts, Listed, RowAct, Taken, do, refused, show, take
from mix.web.suppliers.submitting_acts import read_copy
from mix.web.suppliers.uploads import SealingHandler, sealing, too_large


class BringAgain(RowAct[Submission]):
    """Hand in again, with the vendor's own copy, what an envelope held."""

    label = _("Hand in again")
    done = _("It is what your receipt commits to. The panel can read it now.")
    style = ""

    file = fields.small_file(_("Your copy"), hint=_("The JSON file that you took before finalising."))

    def run(self, request: HttpRequest) -> None:
        """Hand it in."""
        item, brought = self.row, read_copy(self.cleaned_data["file"])
        if item not in set(Envelope):
            raise Unknown
        do(request, redelivery.redeliver, self.about, envelope=Envelope(item), brought=brought)


@dataclass(frozen=True)
class AgainContext:
    """What the page draws: the envelopes that could not be opened, each with its files."""

    submission: Submission
    current: SubmissionVersion | None
    challenge: Challenge
    waiting: list[tuple[Envelope, list[FileFact]]]


def _own(request: HttpRequest, code: str) -> Submission:
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    return submission


def again(request: HttpRequest, code: str) -> HttpResponse:
    """What could not be opened, envelope by envelope: its files, then the copy that proves the answers."""
    submission = _own(request, code)
    taken = take(request, _acts(submission))
    return taken if isinstance(taken, HttpResponse) else _drawn(request, submission, taken)


@csrf_exempt
def again_file(request: HttpRequest, code: str, file: str) -> HttpResponse:
    """Take one file. The encrypting upload handler is installed before anything reads the body."""
    submission = _own(request, code)
    if request.method != "POST" or request.content_type != "multipart/form-data":
        return redirect("vendor-again", code=code)
    with sealing(request, open_readable_stream) as handler:
        return _take(request, submission, handler, file)


@csrf_protect
def _take(request: HttpRequest, submission: Submission, handler: SealingHandler, file: str) -> HttpResponse:
    request.FILES.get("file")  # now the body is read, through the handler
    if handler.problem == "file_too_large":
        return too_large(request)
    if handler.problem or handler.stored is None:
        unmet = Unmet(handler.problem or "file_empty", {"name": handler.name}, field=file)
        return _drawn(request, submission, refused(_acts(submission), unmet))
    envelope = next((e for e, rows in _files(submission) if file in {f.code for f in rows}), None)
    if envelope is None:
        raise Unknown
    try:
        do(request, redelivery.redeliver_file, submission, envelope=envelope, code=file, stored=handler.stored)
        handler.is_kept = True
    except Refused as error:
        return _drawn(request, submission, refused(_acts(submission), *error.unmet))
    messages.success(request, gettext("It is the file of your receipt."))
    return redirect("vendor-again", code=submission.code)


def _files(submission: Submission) -> list[tuple[Envelope, list[FileFact]]]:
    """Return the envelopes that could not be opened, each with its files."""
    version = find_current(submission)
    number = version.number if version else 0
    return [(e, list_sealed_files(submission, version=number, envelope=e.value)) for e in list_unopened(submission)]


def _acts(submission: Submission) -> Acts:
    return {"bring": Listed(BringAgain, submission)}


def _drawn(request: HttpRequest, submission: Submission, taken: Taken) -> HttpResponse:
    context = AgainContext(
        submission=submission,
        current=find_current(submission),
        challenge=submission.solicitation.step.challenge,
        waiting=_files(submission),
    )
    return show(request, "suppliers/redelivery.html", taken, context)
