"""A call to the market, on its step page: notice, documents, questions, addenda, opening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from mix.data.models import (
    Addendum,
    ExtensionProposal,
    HandOver,
    NamedVendor,
    Question,
    Solicitation,
    SolicitationDocument,
    Step,
    Submission,
)
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import gather_facts
from mix.readers.market.handing_over import find_hand_over
from mix.readers.market.item_checks import Checked, list_checks
from mix.readers.market.named_vendors import invites, list_named
from mix.readers.market.sealing import FileFact, list_opened_files
from mix.readers.market.solicitations import (
    find_call_before,
    find_solicitation,
    list_addenda,
    list_documents,
    list_questions,
    next_envelope,
    phase_of,
    spec_of_call,
    waiting_extension,
)
from mix.readers.market.submissions import list_opened, opened_answers
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Criterion, Fact, SolicitationSpec
from mix.rules.core.access import Permission, Role, grants, reads_for_the_city
from mix.rules.core.kinds import Envelope
from mix.rules.market.closing import Phase
from mix.rules.market.states import QuestionKind
from mix.web.documents.asked import noting_earlier
from mix.web.documents.attached import with_attached
from mix.web.documents.sections import read_sections
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.requests import now_of, signed_in
from mix.web.forms.acts import Acts, Listed, granted
from mix.web.forms.kinds import is_under_way
from mix.web.staff.market.items import CheckItem, ItemsContext, items_context
from mix.web.staff.market.solicitations_acts import (
    AddDocument,
    ChangeQuestion,
    ConfirmExtension,
    Draft,
    Draftable,
    DropExtension,
    GiveAnswer,
    GiveAnswers,
    IssueAddendum,
    NameVendor,
    TakeOut,
    WriteAnswer,
)


@dataclass(frozen=True)
class CallContext:
    """What the step of a call draws; `opened` are submissions with answers, amounts and files.

    `named` are those who may answer one by invitation, for whoever reads submissions; None for anybody else.
    """

    call: Solicitation | None
    handed: HandOver | None
    openable: bool
    spec_call: SolicitationSpec | None
    phase: str
    documents: Sequence[SolicitationDocument]
    proposal: ExtensionProposal | None
    addenda: Sequence[Addendum]
    questions: Sequence[Question]
    reads_all_questions: bool
    criteria: list[tuple[str, tuple[Criterion, ...]]]
    opened: list[tuple[Submission, list[Answer], list[Answer], list[FileFact]]]
    sections: list[Answer]
    named: Sequence[NamedVendor] | None
    items: ItemsContext | None


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, CallContext]:
    """Draft and publish; then documents, addenda, answers; then open, and check mandatory items."""
    call = find_solicitation(step)
    spec = spec_of(step).solicitation
    is_out = call is not None and call.published_at is not None
    phase = phase_of(call, now=now_of(request)) if call and is_out else None
    openable = phase is Phase.OPENABLE and step.challenge.status == ChallengeStatus.RUNNING
    proposal = waiting_extension(call) if call and is_out else None
    checks = list_checks(call) if call and is_out else []
    reads_all = grants(roles, Permission.QUESTION_READ)
    questions = list_questions(call, confidential=reads_all) if call and is_out else []
    acts = _acts(request, step, call, proposal) | _answering(step, questions, is_out=is_out) | _checking(step, checks)
    return granted(roles, acts), CallContext(
        call=call,
        handed=find_hand_over(call) if call and not is_out else None,
        openable=openable and grants(roles, Permission.ENVELOPE_OPEN) and bool(call and next_envelope(call)),
        spec_call=spec,
        phase=phase.value if phase else "",
        documents=list_documents(call) if call else [],
        proposal=proposal,
        addenda=list_addenda(call) if call and is_out else [],
        questions=questions,
        reads_all_questions=reads_all,
        criteria=[(key, rules.criteria) for key, rules in call.rules.items()] if call else [],
        opened=_opened(call, roles) if call else [],
        sections=read_sections(call) if call and not is_out else [],
        named=list_named(step) if reads_for_the_city(roles, Permission.SUBMISSION_READ) else None,
        items=items_context(request, call, roles, checks) if call and checks else None,
    )


def _checking(step: Step, checks: list[Checked]) -> dict[str, Listed[Any]]:
    """Check mandatory items, as long as the step is open and not at its gate."""
    return {"check_item": Listed(CheckItem, checks)} if checks and is_under_way(step) else {}


def _acts(
    request: HttpRequest, step: Step, call: Solicitation | None, proposal: ExtensionProposal | None
) -> dict[str, Listed[Any]]:
    acts: dict[str, Listed[Any]] = {}
    working = is_under_way(step)
    if working and (call is None or call.published_at is None):
        spec = spec_of(step).solicitation
        acts["draft"] = Listed(
            Draft,
            Draftable(
                step,
                call,
                has_purchase=bool(spec and spec.purchase_option),
                known=_known(step) if call is None else {},
                is_made=bool(spec and spec.notice),
            ),
        )
        if invites(step):
            acts |= {"name": Listed(NameVendor, step), "take_out": Listed(TakeOut, step)}
    if call and working and now_of(request) < call.closes_at:
        acts |= _changing(request, call, proposal)
    return acts


def _answering(step: Step, questions: list[Question], *, is_out: bool) -> dict[str, Listed[Any]]:
    """Write and publish answers once the call is out; several at once of those to questions of everybody."""
    if not is_out:
        return {}
    acts: dict[str, Listed[Any]] = {"write_answer": Listed(WriteAnswer, step), "give_answer": Listed(GiveAnswer, step)}
    written = [q for q in questions if q.answer and not q.published_at and q.kind == QuestionKind.GENERAL]
    return {**acts, "give_answers": Listed(GiveAnswers, tuple(written))} if len(written) > 1 else acts


def _known(step: Step) -> dict[str, Any]:
    """Return what of a new notice is known: what earlier calls of the challenge say, and what may be spent."""
    facts = gather_facts(step.challenge)
    most = [facts[fact] for fact in (Fact.PURCHASE_VALUE, Fact.OPTION_VALUE) if fact in facts]
    before = find_call_before(step)
    known = {"purchase_most_cents": sum(most) if most else None}
    if before:
        known |= {"contact": before.contact, "custody": before.custody_mode}
        known["body"] = before.body if before.step_id == step.pk else ""
    return known


def _changing(request: HttpRequest, call: Solicitation, proposal: ExtensionProposal | None) -> dict[str, Listed[Any]]:
    """Add documents; once the call is out, addenda, and a later closing with a second person."""
    acts: dict[str, Listed[Any]] = {"document": Listed(AddDocument, call)}
    if call.published_at is None:
        return acts
    acts["addendum"] = Listed(IssueAddendum, call)
    acts["change_question"] = Listed(ChangeQuestion, call)
    if proposal:
        acts["drop_extension"] = Listed(DropExtension, proposal)
        if proposal.proposed_by != signed_in(request).person:
            acts["confirm_extension"] = Listed(ConfirmExtension, proposal)
    return acts


def _naming_files(submission: Submission, answers: list[Answer], files: list[FileFact]) -> list[Answer]:
    """Put the files that answer a question beside it."""
    code = submission.solicitation.step.challenge.code

    def drawn(_number: int, file: FileFact) -> tuple[str, str]:
        return file.name, reverse("city-file", args=[code, submission.code, file.code])

    return with_attached(answers, files, drawn=drawn)


def _opened(
    call: Solicitation, roles: frozenset[Role]
) -> list[tuple[Submission, list[Answer], list[Answer], list[FileFact]]]:
    if not reads_for_the_city(roles, Permission.SUBMISSION_READ):
        return []
    spec = spec_of_call(call)
    prices = reads_for_the_city(roles, Permission.PRICE_READ)
    rows = []
    opened = list_opened(call)
    shown = {Envelope.TECHNICAL, Envelope.PRICE} if prices and call.price_opened_at else {Envelope.TECHNICAL}
    files = list_opened_files(opened, envelopes=shown)
    for submission in opened:
        answers = read_only(spec.fields_of("technical"), opened_answers(submission, Envelope.TECHNICAL))
        money = (
            read_only(spec.fields_of("price"), opened_answers(submission, Envelope.PRICE))
            if prices and call.price_opened_at
            else []
        )
        answers = noting_earlier(submission, answers)
        answers = _naming_files(submission, answers, files.get(submission.code, []))
        rows.append((submission, answers, money, files.get(submission.code, [])))
    return rows
