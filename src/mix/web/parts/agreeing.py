"""What both sides of an agreement can do on its page: propose and answer other words, and name who signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.delivery import agreements
from mix.data.models import Agreement, Clause, ClauseEdit, Person
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import unmet_to_sign
from mix.rules.core.kinds import AgreementKind
from mix.rules.delivery.states import AgreementState, Side
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay
from mix.web.parts.pages import today_of


def row_key(item: str) -> int:
    """Read the key of a row out of a form; anything else is no row."""
    return int(item) if item.isdigit() and len(item) < 15 else 0


def editing_acts(request: HttpRequest, found: Agreement, *, signers: Sequence[tuple[str, str]]) -> dict[str, Act]:
    """Offer what either side may do while the agreement is in draft; `signers` are (code, name)."""
    reason = forms.text(_("Reason"), rows=2)
    return {
        "propose": Act(
            forms.form_of(item=forms.hidden(), text=forms.text(_("Other words")), reason=reason),
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
            forms.form_of(item=forms.hidden(), answer=reason),
            lambda given: stay(
                do(request, agreements.answer_edit, _edit(found, given["item"]), accept=False, answer=given["answer"])
            ),
            _("Refuse"),
            _("Refused, with your reason."),
        ),
        "name": Act(
            forms.form_of(person=forms.choice(_("Who signs"), signers), title=forms.line(_("Title"))),
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


def sign_act(request: HttpRequest, found: Agreement, *, sentence: str) -> Act:
    """Offer to sign, with the sentence that the signatory confirms."""
    return Act(
        forms.form_of(sure=forms.yes(sentence, required=True)),
        lambda _given: stay(do(request, agreements.sign, found)),
        _("Sign"),
        _("Signed."),
        style="",
    )


def agreement_context(request: HttpRequest, found: Agreement, *, side: Side) -> dict[str, Any]:
    """Return what the page of an agreement draws, for either side."""
    today = today_of(request)
    return {
        "agreement": found,
        "side": side,
        "challenge": found.step.challenge,
        "clauses": found.clauses.prefetch_related("edits__person").order_by("position"),
        "signatories": found.signatories.select_related("person").order_by("side", "id"),
        "papers": found.papers.order_by("id"),
        "deliverables": found.deliverables.order_by("due_on", "id"),
        "milestones": found.step.challenge.milestones.order_by("due_on", "id")
        if found.kind == AgreementKind.CONTRACT
        else [],
        "backlog": found.step.challenge.backlogitems.order_by("added_at", "id")
        if found.kind == AgreementKind.CONTRACT
        else [],
        "missing": unmet_to_sign(found, today=today) if found.state == AgreementState.DRAFTING else (),
    }


def _clause(found: Agreement, key: str) -> Clause:
    clause = found.clauses.filter(key=key).first()
    if clause is None:
        raise Unknown
    return clause


def _edit(found: Agreement, item: str) -> ClauseEdit:
    edit = (
        ClauseEdit.objects.filter(clause__agreement=found, pk=row_key(item))
        .select_related("clause__agreement__vendor")
        .first()
    )
    if edit is None:
        raise Unknown
    return edit
