"""Verbs on calls to the market: draft, publish, documents, addenda, questions, opening."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mix.actions.case.challenges import freeze_route
from mix.actions.case.entering import enter, enter_step
from mix.actions.case.publishing import publish as publish_notice
from mix.actions.core.events import record
from mix.actions.core.outbox import tell
from mix.actions.market.sealing import ask_sealer, new_key_id
from mix.data.models import (
    Person,
    Question,
    Solicitation,
    SolicitationDocument,
    Step,
    Vendor,
)
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.case.documents import sprint_places
from mix.readers.city.people import Actor, list_members
from mix.readers.flow.findings import policy_unmet
from mix.readers.market.custody import find_key, find_recovery_key, unmet_custody
from mix.readers.market.participations import list_standing
from mix.readers.market.solicitations import find_solicitation, part_of, unmet_to_publish
from mix.readers.market.submissions import check_may_answer
from mix.readers.market.vendors import get_own_vendor
from mix.rules.choice.scoring import PriceFormula, TieRule
from mix.rules.core.access import Permission
from mix.rules.core.unmet import refuse_if, require
from mix.rules.market.closing import EMBARGO
from mix.rules.market.freezing import frozen_rules


def draft(
    step: Step,
    *,
    actor: Actor,
    now: datetime,
    body: str,
    closes_at: datetime,
    questions_until: datetime,
    contact: str,
    purchase_most_cents: int | None = None,
    custody: str = "managed",
) -> Solicitation:
    """Draft the notice of a call; again until it is published. Instants are UTC; the zone is the lead city's.

    `custody` says who keeps the key until opening: "managed" (the sealer of this site) or "split" (three officers).
    """
    step, role = enter_step(step, actor=actor, needs=Permission.SOLICITATION_EDIT, editing=True)
    present = find_solicitation(step)
    require(holds=present is None or present.published_at is None, code="already_published")
    city = step.challenge.municipality
    part = spec_of(step).solicitation
    form = part.document_form if part else ""
    suffix = f"-{step.round}" if step.round > 1 else ""
    call, _ = Solicitation.objects.update_or_create(
        step=step,
        round=step.round,
        defaults={
            "municipality_id": step.municipality_id,
            "reference": f"{step.challenge.code[:18]}-{form}{step.position}{suffix}".upper()[:30],
            "body": body,
            "posting_address": city.posting_address,
            "contact": contact,
            "closes_at": closes_at,
            "zone": city.zone,
            "questions_until": questions_until,
            "purchase_most_cents": purchase_most_cents,
            "custody_mode": custody,
        },
    )
    _record("draft", call, actor=actor, now=now, role=role.value)
    return call


def _record(
    verb: str,
    call: Solicitation,
    *,
    actor: Actor,
    now: datetime,
    role: str = "",
    reason: str = "",
    payload: dict[str, object] | None = None,
) -> None:
    record(
        verb if "." in verb else f"solicitations.{verb}",
        subject_type="solicitation",
        subject=call.reference,
        actor=actor,
        now=now,
        challenge=call.step.challenge,
        role=role,
        payload=payload or {},
        reason=reason,
    )


def _locked(call: Solicitation) -> Solicitation:
    fresh = Solicitation.objects.select_for_update(of=("self",)).get(pk=call.pk)
    fresh.step = call.step
    return fresh


def publish(
    call: Solicitation,
    *,
    actor: Actor,
    now: datetime,
    tie: TieRule = TieRule.HEAVIEST_CRITERION,
    full_at_cents: int | None = None,
    none_at_cents: int | None = None,
    fixed_cents: int | None = None,
) -> Solicitation:
    """Publish a call: criteria, weights, minimums, price formula and tie rule are frozen with it, a key is made.

    Two bounds make the price formula linear between them; a fixed price is asked for where the method fixes prices.
    """
    step, role = enter_step(call.step, actor=actor, needs=Permission.SOLICITATION_PUBLISH)
    call = _locked(call)
    call.step = step
    require(holds=call.published_at is None, code="already_published")
    refuse_if((*unmet_to_publish(call, now=now), *unmet_custody(call), *policy_unmet(step, now=now)))
    line = (full_at_cents, none_at_cents)
    holds = line == (None, None) or (None not in line and 0 <= (full_at_cents or 0) < (none_at_cents or 0))
    require(holds=holds, code="price_bounds_wrong", where="f-none_at_cents")
    parts = [s.evaluation for s in method_for(step.challenge).steps if s.evaluation and s.evaluation.of == step.key]
    fixes = any(part.price_formula is PriceFormula.FIXED for part in parts)
    require(holds=fixed_cents is not None or not fixes, code="fixed_price_missing", where="f-fixed_cents")
    bounds = {"full_at": full_at_cents, "none_at": none_at_cents, "amount": fixed_cents}
    call.published_at = now
    _fix_key(call, now=now)
    call.outage_rule = step.challenge.municipality.outage_rule
    call.frozen = {
        other.key: frozen_rules(other.evaluation, tie=tie, bounds=bounds, places=sprint_places(step.challenge))
        for other in method_for(step.challenge).steps
        if other.evaluation and other.evaluation.of == step.key
    }
    call.save(update_fields=["published_at", "key_id", "public_key", "recipients", "outage_rule", "frozen"])
    spec = spec_of(step)
    freeze_route(step.challenge, now=now)
    publish_notice(step.challenge, kind="intended_procurement", title=spec.title.en, text=call.body, now=now)
    part = part_of(call)
    if part.open_to:
        for vendor in list_standing(step.challenge, part.open_to):
            tell(
                list_members(vendor.id),
                "invited_to_answer",
                now=now,
                challenge=step.challenge,
                path=f"vendor/calls/{call.reference}/",
            )
    _record(
        "publish",
        call,
        actor=actor,
        now=now,
        role=role.value,
        payload={
            "closes_at": call.closes_at.isoformat(),
            "zone": call.zone,
            "recipients": call.recipients,
            "custody": call.custody_mode,
            "outage": call.outage_rule,
            "frozen": call.frozen,
        },
    )
    return call


def _fix_key(call: Solicitation, *, now: datetime) -> None:
    """Fix to which keys everything of this call is sealed, and the instant before which the sealer opens nothing.

    The recovery key is bound to the call's first: after that instant is fixed the sealer binds no other.
    """
    not_before = call.closes_at + EMBARGO
    recovery = find_recovery_key(call.step.challenge.municipality)
    key = find_key(call) if call.custody_mode == "split" else None
    if key and recovery:
        ask_sealer("bind", key.key_id, recovery=recovery.key_id, now=now)
        ask_sealer("delay", key.key_id, now=now, not_before=not_before)
        call.key_id, call.public_key = key.key_id, key.public_key
        call.recipients = [key.public_key, recovery.public_key]
    else:
        call.key_id = new_key_id("call")
        call.public_key = ask_sealer("make", call.key_id, now=now, not_before=not_before)
        call.recipients = [call.public_key]


def add_document(
    call: Solicitation, *, actor: Actor, now: datetime, title: str, name: str, content: bytes
) -> SolicitationDocument:
    """Add a public document, or a new version of one with the same title."""
    _, role = enter(call.step.challenge, actor=actor, needs=Permission.SOLICITATION_EDIT)
    require(holds=bool(content), code="file_empty", where="f-file")
    require(holds=bool(title.strip()), code="answer_missing", where="f-title")
    digest = hashlib.sha256(content).hexdigest()
    path = Path(settings.DATA_DIR) / "public" / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    earlier = call.documents.filter(title=title, replaced_at=None).first()
    if earlier:
        earlier.replaced_at = now
        earlier.save(update_fields=["replaced_at"])
    document = SolicitationDocument.objects.create(
        solicitation=call,
        title=title,
        name=name,
        sha256=digest,
        size=len(content),
        added_at=now,
        version=earlier.version + 1 if earlier else 1,
    )
    _record("add_document", call, actor=actor, now=now, role=role.value, payload={"title": title, "sha256": digest})
    return document


def ask(
    call: Solicitation, vendor: Vendor, *, actor: Actor, now: datetime, text: str, kind: str = "general"
) -> Question:
    """Ask a question about a call, until questions close."""
    get_own_vendor(vendor.code, actor=actor)
    check_may_answer(call, vendor)
    require(holds=bool(text.strip()), code="answer_missing", where="f-text")
    require(holds=call.published_at is not None and now < call.questions_until, code="questions_closed")
    question = Question.objects.create(solicitation=call, vendor=vendor, kind=kind, text=text, asked_at=now)
    record(
        "solicitations.ask",
        subject_type="question",
        subject=question.code,
        actor=actor,
        now=now,
        challenge=call.step.challenge,
        role="vendor",
    )
    return question


def draft_answer(question: Question, *, actor: Actor, now: datetime, text: str) -> Question:
    """Write an answer that procurement then publishes."""
    _, role = enter(question.solicitation.step.challenge, actor=actor, needs=Permission.QUESTION_ANSWER)
    require(holds=question.published_at is None, code="answer_published")
    require(holds=bool(text.strip()), code="answer_missing", where="f-answer")
    question.answer, question.drafted_by = text, actor.person
    question.save(update_fields=["answer", "drafted_by"])
    _record("draft_answer", question.solicitation, actor=actor, now=now, role=role.value)
    return question


def publish_answer(question: Question, *, actor: Actor, now: datetime) -> Question:
    """Give the answer: a general one to everybody without the asker's name, a confidential one to its asker."""
    call = question.solicitation
    _, role = enter(call.step.challenge, actor=actor, needs=Permission.QUESTION_PUBLISH)
    require(holds=bool(question.answer.strip()), code="answer_missing", where="f-answer")
    require(holds=question.published_at is None, code="answer_published")
    question.published_at = now
    question.save(update_fields=["published_at"])
    vendors = {question.vendor_id}
    if question.kind == "general":
        vendors |= set(call.submissions.values_list("vendor_id", flat=True))
    people: list[Person] = [member for vendor_id in sorted(vendors) for member in list_members(vendor_id)]
    tell(people, "question_answered", now=now, challenge=call.step.challenge, path=f"vendor/calls/{call.reference}/")
    verb = "publish_answer" if question.kind == "general" else "give_confidential_answer"
    _record(verb, call, actor=actor, now=now, role=role.value)
    return question
