"""Verbs on calls to the market: draft, publish, documents, addenda, questions, opening."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from mix.actions.case.locking import keep_open, lock_challenge, lock_step
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Person,
    Question,
    Solicitation,
    SolicitationDocument,
    Step,
    Vendor,
)
from mix.data.models.core.wordings import column_of
from mix.readers.case.challenges import spec_of
from mix.readers.city.people import list_members, list_on_duty
from mix.readers.market.copying import find_form_begun_from
from mix.readers.market.notices import asking_requirements
from mix.readers.market.solicitations import find_solicitation, form_of
from mix.readers.market.submissions import check_may_answer
from mix.readers.market.vendors import get_own_vendor
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import Said, as_wording
from mix.rules.core.lines import address_in
from mix.rules.core.unmet import Refused, Unmet, require
from mix.rules.market.states import CustodyMode, QuestionKind


def draft(
    deed: Deed,
    step: Step,
    *,
    body: Said = "",
    closes_at: datetime,
    questions_until: datetime,
    contact: str,
    purchase_most_cents: int | None = None,
    custody: str = CustodyMode.MANAGED,
) -> Solicitation:
    """Draft the notice of a call; again until it is published. Instants are UTC; the zone is the lead city's.

    `body` is what the officer says beside what documents say in the notice. A call asks about each requirement.

    `custody` says who keeps the key until opening: "managed" (the sealer of this site) or "split" (three officers).
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.SOLICITATION_EDIT, editing=True)
    present = find_solicitation(step)
    require(present is None or present.published_at is None, "already_published")
    city = step.challenge.municipality
    part = spec_of(step).solicitation
    form = part.document_form if part else ""
    suffix = f"-{step.round}" if step.round > 1 else ""
    call, _ = Solicitation.objects.update_or_create(
        step=step,
        round=step.round,
        defaults={
            "municipality_id": step.municipality_id,
            "is_trial": step.challenge.is_trial,
            "reference": f"{step.challenge.code[:18]}-{form}{step.position}{suffix}".upper()[:30],
            **column_of("body", body),
            "posting_address": city.posting_address,
            "contact": contact,
            "closes_at": closes_at,
            "zone": city.zone,
            "questions_until": questions_until,
            "purchase_most_cents": purchase_most_cents,
            "custody_mode": custody,
            "form": present.form if present else _form_to_begin_with(step),
        },
    )
    asked = form_of(call)
    if (asking := asking_requirements(step, asked)) != asked:
        call.form = asking.write()
        call.save(update_fields=["form"])
    deed.record("solicitations.draft", call, role=role.value)
    return call


def _form_to_begin_with(step: Step) -> dict[str, Any]:
    """Return the form with which a call begins: that of the round before, or of the challenge that came before."""
    before = step.solicitations.filter(round__lt=step.round).order_by("-round").first()
    if before:
        return dict(before.form)
    begun = find_form_begun_from(step)
    return begun.write() if begun else {}


def lock_call(call: Solicitation, *, step: Step | None = None) -> Solicitation:
    """Lock a call until the transaction ends, and return it as it is now, with its step (as locked, where it was)."""
    return (step or call.step).solicitations.select_for_update(of=("self",)).get(pk=call.pk)


def add_document(deed: Deed, call: Solicitation, *, title: str, name: str, content: bytes) -> SolicitationDocument:
    """Add a public document, or a new version of one with the same title."""
    _, role = lock_challenge(call.step.challenge, actor=deed.actor, needs=Permission.SOLICITATION_EDIT)
    keep_open([call.step])
    require(bool(content), "file_empty", field="file")
    require(bool(title.strip()), "answer_missing", field="title")
    digest = hashlib.sha256(content).hexdigest()
    path = Path(settings.DATA_DIR) / "public" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    earlier = call.documents.filter(title=title, replaced_at=None).first()
    if earlier:
        earlier.replaced_at = deed.now
        earlier.save(update_fields=["replaced_at"])
    document = SolicitationDocument.objects.create(
        solicitation=call,
        title=title,
        name=name,
        sha256=digest,
        size=len(content),
        added_at=deed.now,
        version=earlier.version + 1 if earlier else 1,
    )
    deed.record("solicitations.add_document", call, role=role.value, payload={"title": title, "sha256": digest})
    return document


def ask(deed: Deed, call: Solicitation, vendor: Vendor, *, text: str, kind: str = QuestionKind.GENERAL) -> Question:
    """Ask a question about a call, until questions close."""
    get_own_vendor(vendor.code, actor=deed.actor)
    keep_open([call.step])
    check_may_answer(call, vendor)
    require(bool(text.strip()), "answer_missing", field="text")
    require(call.published_at is not None and deed.now < call.questions_until, "questions_closed")
    question = Question.objects.create(solicitation=call, vendor=vendor, kind=kind, text=text, asked_at=deed.now)
    deed.tell(
        list_on_duty(call.municipality_id, Role.PROCUREMENT_OFFICER),
        "question_asked",
        challenge=call.step.challenge,
        path=f"city/challenges/{call.step.challenge.code}/{call.step.key}/",
    )
    deed.record("solicitations.ask", question, role=Role.VENDOR)
    return question


def draft_answer(deed: Deed, question: Question, *, text: Said) -> Question:
    """Write an answer that procurement then publishes."""
    _, role = lock_challenge(question.solicitation.step.challenge, actor=deed.actor, needs=Permission.QUESTION_ANSWER)
    keep_open([question.solicitation.step])
    require(question.published_at is None, "answer_published")
    answer = as_wording(text)
    if answer is None:
        raise Refused(Unmet("answer_missing", field="answer"))
    question.reword(answer=answer).drafted_by = deed.actor.person
    question.save(update_fields=["answer", "translations", "drafted_by"])
    deed.record("solicitations.draft_answer", question.solicitation, role=role.value)
    return question


def publish_answer(deed: Deed, question: Question) -> Question:
    """Give the answer: a general one to everybody without the asker's name, a confidential one to its asker."""
    call = question.solicitation
    _, role = lock_challenge(call.step.challenge, actor=deed.actor, needs=Permission.QUESTION_PUBLISH)
    keep_open([call.step])
    require(bool(question.answer.strip()), "answer_missing", field="answer")
    require(question.published_at is None, "answer_published")
    question.published_at = deed.now
    question.save(update_fields=["published_at"])
    vendors = {question.vendor_id}
    if question.kind == QuestionKind.GENERAL:
        vendors |= set(call.submissions.values_list("vendor_id", flat=True))
    people: list[Person] = [member for vendor_id in sorted(vendors) for member in list_members(vendor_id)]
    deed.tell(
        people,
        "question_answered",
        challenge=call.step.challenge,
        path=f"vendor/calls/{call.reference}/",
        reply_to=address_in(call.contact),
    )
    is_general = question.kind == QuestionKind.GENERAL
    verb = "solicitations.publish_answer" if is_general else "solicitations.give_confidential_answer"
    deed.record(verb, call, role=role.value)
    return question
