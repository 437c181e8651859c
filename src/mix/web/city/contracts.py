"""One agreement as the city sees it, and a submission's files once they are open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from mix.actions import agreements
from mix.data.models import Agreement, Clause, ClauseEdit, Paper, Person, Submission
from mix.readers.agreements import get_agreement, unmet_to_sign
from mix.readers.challenges import get_challenge, roles_in
from mix.readers.errors import Forbidden, Unknown
from mix.readers.people import list_with_role
from mix.readers.sealing import stream_opened_file
from mix.rules.access import TABLE, Permission, grants
from mix.web.parts import forms
from mix.web.parts.pages import Act, answer, do, signed_in, stay


def agreement(request: HttpRequest, code: str, agreement: str) -> HttpResponse:
    """Read it, propose and answer edits, receive papers, name who signs, sign."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    found = get_agreement(challenge, agreement)
    roles = roles_in(challenge, actor)
    acts: dict[str, Act] = {}
    if found.state == "drafting" and grants(roles, Permission.AGREEMENT_EDIT):
        acts = _editing(request, found)
    if found.state == "drafting" and found.signatories.filter(person=actor.person, signed_at=None).exists():
        acts["sign"] = Act(
            forms.form_of(sure=forms.yes(_("I may bind the city, and I sign this agreement."), required=True)),
            lambda _given: stay(do(request, agreements.sign, found)),
            _("Sign"),
            _("Signed."),
            style="",
        )
    return answer(
        request,
        "city/agreement.html",
        acts,
        lambda: {
            "agreement": get_agreement(challenge, found.code),
            "challenge": challenge,
            "side": "city",
            "clauses": found.clauses.prefetch_related("edits__person").order_by("position"),
            "signatories": found.signatories.select_related("person").order_by("side", "id"),
            "papers": found.papers.order_by("id"),
            "deliverables": found.deliverables.order_by("due_on", "id"),
            "missing": unmet_to_sign(found, today=request.now.date()) if found.state == "drafting" else (),  # type: ignore[attr-defined]
        },
    )


def _editing(request: HttpRequest, found: Agreement) -> dict[str, Act]:
    city = found.step.challenge.municipality
    signers = {p.code: p for role in TABLE[Permission.AGREEMENT_SIGN] for p in list_with_role([city.id], role)}
    return {
        "propose": Act(
            forms.form_of(
                item=forms.hidden(), text=forms.text(_("Other words")), reason=forms.text(_("Reason"), rows=2)
            ),
            lambda given: stay(
                do(
                    request,
                    agreements.propose_edit,
                    _clause(found, given["item"]),
                    text=given["text"],
                    reason=given["reason"],
                )
            ),
            _("Propose"),
            _("Your proposal was sent."),
        ),
        "accept": Act(
            forms.form_of(item=forms.hidden()),
            lambda given: stay(do(request, agreements.answer_edit, _edit(found, given["item"]), accept=True)),
            _("Accept"),
            _("Accepted."),
        ),
        "refuse": Act(
            forms.form_of(item=forms.hidden(), answer=forms.text(_("Reason"), rows=2)),
            lambda given: stay(
                do(request, agreements.answer_edit, _edit(found, given["item"]), accept=False, answer=given["answer"])
            ),
            _("Refuse"),
            _("Refused, with your reason."),
        ),
        "receive": Act(
            forms.form_of(item=forms.hidden(), expires_on=forms.day(_("Holds until"), required=False)),
            lambda given: stay(
                do(request, agreements.receive_paper, _paper(found, given["item"]), expires_on=given["expires_on"])
            ),
            _("Received"),
            _("Noted."),
        ),
        "name": Act(
            forms.form_of(
                person=forms.choice(_("Who signs for the city"), sorted((c, p.name) for c, p in signers.items())),
                title=forms.line(_("Title")),
            ),
            lambda given: stay(
                do(
                    request,
                    agreements.name_signatory,
                    found,
                    person=Person.objects.get(code=given["person"]),
                    title=given["title"],
                )
            ),
            _("Name"),
            _("Named."),
        ),
    }


def _clause(found: Agreement, key: str) -> Clause:
    clause = found.clauses.filter(key=key).first()
    if clause is None:
        raise Unknown
    return clause


def _edit(found: Agreement, item: str) -> ClauseEdit:
    edit = ClauseEdit.objects.filter(clause__agreement=found, pk=int(item) if item.isdigit() else 0).first()
    if edit is None:
        raise Unknown
    return edit


def _paper(found: Agreement, item: str) -> Paper:
    paper = found.papers.filter(pk=int(item) if item.isdigit() else 0).first()
    if paper is None:
        raise Unknown
    return paper


def opened_file(request: HttpRequest, code: str, submission: str, file: str) -> StreamingHttpResponse:
    """Hand out one file of an opened envelope, always as a download."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.SUBMISSION_READ)
    found = (
        Submission.objects.filter(code=submission, solicitation__step__challenge=challenge, state="finalised")
        .select_related("solicitation")
        .first()
    )
    if found is None or found.solicitation.technical_opened_at is None:
        raise Unknown
    fact, chunks = stream_opened_file(found, file, key_id=found.solicitation.key_id)
    if fact.envelope == "price" and (
        found.solicitation.price_opened_at is None or not grants(roles_in(challenge, actor), Permission.PRICE_READ)
    ):
        raise Forbidden(Permission.PRICE_READ)
    return download(fact.name, chunks)


def download(name: str, chunks: Any) -> StreamingHttpResponse:  # noqa: ANN401 - an iterator of bytes
    """Answer with a file that browsers save and never show."""
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    safe = name.replace('"', "").replace("\\", "").replace("\r", "").replace("\n", "")
    response["Content-Disposition"] = f'attachment; filename="{safe.encode("ascii", "replace").decode()}"'
    response["Content-Security-Policy"] = "sandbox"
    return response
