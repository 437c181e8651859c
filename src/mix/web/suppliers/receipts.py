"""What a vendor takes home: its own copy before finalising, and the receipt of each version."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from mix.data.models import Challenge, Solicitation, Submission, SubmissionVersion
from mix.readers.market.co_applicants import beside_of, list_joined
from mix.readers.market.sealing import FileFact, find_draft, has_draft, list_files, own_files
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import (
    COPY_KIND,
    Standing,
    envelopes_of,
    find_current,
    get_own_version,
    list_unopened,
    price_total,
    standing_of,
    with_files,
)
from mix.rules.core.kinds import Envelope
from mix.rules.market.receipts import ReceiptStatement, with_own_part
from mix.web.documents.attached import with_attached
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.downloads import attachment
from mix.web.drawing.pages import draw_page
from mix.web.drawing.pdf import as_pdf
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms.acts import Listed, show, take
from mix.web.suppliers.submitting_acts import BringCopy
from mix.web.suppliers.ways import is_open, own_submission, way_of


@dataclass(frozen=True)
class CopyContext:
    """What the page of the vendor's own copy draws."""

    has_draft: bool


def copy(request: HttpRequest, code: str) -> HttpResponse:
    """The vendor's own copy: take it before finalising, bring it in to replace what was sealed."""
    submission = own_submission(request, code)
    if request.method == "GET" and not is_open(request, submission):
        return redirect("vendor-submission", code=code)
    taken = take(request, {"bring": Listed(BringCopy, submission)})
    if isinstance(taken, HttpResponse):
        return taken
    context = CopyContext(has_draft(submission))
    return show(request, "suppliers/copy.html", taken, way_of(submission, "check"), context)


def export(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a vendor its own copy as JSON: answers, salts and files of each envelope, as they will be sealed."""
    submission = own_submission(request, code)
    if not has_draft(submission) and find_current(submission):
        return redirect("vendor-copy", code=code)  # which says that nobody can read it here
    body = {
        "kind": COPY_KIND,
        "call": submission.solicitation.reference,
        "vendor": submission.vendor.code,
        "envelopes": envelopes_of(
            submission.solicitation, find_draft(submission), list_files(submission), beside=beside_of(submission)
        ),
    }
    response = HttpResponse(json.dumps(body, indent=2, ensure_ascii=False), content_type="application/json")
    response["Content-Disposition"] = attachment(f"{submission.code}-copy.json")
    return response


@dataclass(frozen=True)
class PaperContext:
    """What a vendor's own copy draws that people read: every answer, and the fingerprints of the files."""

    submission: Submission
    call: Solicitation
    challenge: Challenge
    parts: list[tuple[Envelope, list[Answer]]]
    files: list[FileFact]
    total: int | None


def export_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a vendor its own copy to read: the draft as it is now."""
    submission = own_submission(request, code)
    draft = find_draft(submission)
    if draft is None and find_current(submission):
        return redirect("vendor-copy", code=code)
    part, files = spec_of_call(submission.solicitation), list_files(submission)
    content = with_files(part.answers, draft.answers if draft else {}, files)

    def answered(envelope: Envelope) -> list[Answer]:
        answers = read_only(part.fields_of(envelope.value), content)
        return with_attached(answers, files, drawn=lambda _n, file: (file.name, ""))

    context = PaperContext(
        submission=submission,
        call=submission.solicitation,
        challenge=submission.solicitation.step.challenge,
        parts=[(e, answered(e)) for e in part.envelopes],
        files=files,
        total=price_total(part.answers, content),
    )
    return as_pdf(request, "suppliers/copy_pdf.html", context, name=f"{submission.code}-copy.pdf")


@dataclass(frozen=True)
class ReceiptContext:
    """What a receipt draws, on the page and on paper; `unopened` are envelopes that stayed sealed at their time."""

    version: SubmissionVersion
    statement: ReceiptStatement
    files: list[FileFact]
    is_open: bool
    call: Solicitation
    challenge: Challenge
    unopened: list[Envelope]
    standing: Standing
    asks_price: bool
    beside: list[str]


def _receipt(request: HttpRequest, reference: str) -> ReceiptContext:
    version = get_own_version(reference, actor=signed_in(request))
    call = version.submission.solicitation
    use_clock(call.zone)
    standing = standing_of(version)
    return ReceiptContext(
        version=version,
        statement=version.statement,
        files=[file for files in own_files(version.submission, version=version.number).values() for file in files],
        is_open=now_of(request) < call.closes_at,
        call=call,
        challenge=call.step.challenge,
        unopened=list_unopened(version.submission) if standing.counts else [],
        standing=standing,
        asks_price=Envelope.PRICE in spec_of_call(call).envelopes,
        beside=[row.vendor.name for row in list_joined(version.submission)],
    )


def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the receipt of a finalised version."""
    return draw_page(request, "suppliers/receipt.html", _receipt(request, reference))


def receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the receipt for the file."""
    return as_pdf(request, "suppliers/receipt_pdf.html", _receipt(request, reference), name=f"receipt-{reference}.pdf")


def receipt_json(request: HttpRequest, reference: str) -> JsonResponse:
    """Hand out the signed receipt for machines, with the vendor's part: names and fingerprints of its files.

    Where this site has lost the key of that part the receipt goes out without it, and holds as it is.
    """
    version = get_own_version(reference, actor=signed_in(request))
    use_clock(version.submission.solicitation.zone)
    files = own_files(version.submission, version=version.number)
    own = {envelope: [file.own for file in inside] for envelope, inside in files.items()}
    is_known = all(file.salt for inside in files.values() for file in inside)
    said = with_own_part(version.receipt, own) if is_known else version.receipt
    response = JsonResponse(said, json_dumps_params={"indent": 2, "sort_keys": True})
    response["Content-Disposition"] = attachment(f"receipt-{version.reference}.json")
    return response
