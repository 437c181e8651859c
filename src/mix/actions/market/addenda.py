"""Verbs that change a call after publication: addenda, and closing, which is only ever extended."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from mix.actions.case.locking import lock_step
from mix.actions.case.publishing import publish as publish_notice
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.actions.market.keys import delay_key
from mix.actions.market.solicitations import lock_call
from mix.data.models import Addendum, ExtensionProposal, Solicitation
from mix.data.models.core.wordings import column_of
from mix.phrases.mails import local_text, outage_text
from mix.readers.case.challenges import spec_of
from mix.readers.city.calendars import calendar_of
from mix.readers.core.actors import Actor
from mix.readers.market.co_applicants import list_answering
from mix.readers.market.solicitations import closing_of, form_of, instants_of, list_at_risk, outage_of
from mix.rules.case.states import NoticeKind
from mix.rules.core.access import Permission
from mix.rules.core.chain import digest
from mix.rules.core.fields import FieldSpec, Said, Wording, as_wording
from mix.rules.core.kinds import Envelope
from mix.rules.core.lines import address_in
from mix.rules.core.unmet import require
from mix.rules.market.call_changes import Reword
from mix.rules.market.call_forms import marked_changed
from mix.rules.market.outages import Outage, closing_after
from mix.rules.market.sealed import SealerDown
from mix.rules.market.states import SubmissionState

logger = logging.getLogger(__name__)
ADDENDUM_NOTICE = timedelta(hours=48)  # what a substantial change leaves to those who answer (docs/city.md)


def _open_call(deed: Deed, call: Solicitation) -> tuple[Solicitation, str]:
    """Lock a published call that has not closed; return it with the actor's role."""
    _, role = lock_step(call.step, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH)
    fresh = lock_call(call)
    require(fresh.published_at is not None, "solicitation_not_published")
    require(deed.now < fresh.closes_at, "solicitation_closed")
    return fresh, role.value


def issue(deed: Deed, call: Solicitation, *, text: Said, is_substantial: bool) -> Addendum:
    """Change a published call for everybody; a substantial change must be reconfirmed by those who have submitted.

    It leaves at least two days until closing: one that comes late is proposed with a later closing instead.
    """
    call, role = _open_call(deed, call)
    require(as_wording(text) is not None, "answer_missing", field="text")
    leaves = call.closes_at - deed.now >= ADDENDUM_NOTICE
    require(leaves or not is_substantial, "addendum_needs_time", field="closes_at")
    return _issue(deed, call, role=role, text=text, is_substantial=is_substantial)


@dataclass(frozen=True, slots=True)
class _Changed:
    """A question as it was asked and as it is from now on, and the number of the form in which it is."""

    before: FieldSpec
    after: FieldSpec
    number: int


def change_question(
    deed: Deed,
    call: Solicitation,
    *,
    question: str,
    title: Wording,
    text: Said,
    max_words: int | None = None,
) -> Addendum:
    """Change the words of one question of a published call: it alone is asked again, and every other answer stays.

    `text` says why; a limit of words stays where none is given. It leaves at least two days until closing, which is
    moved first where there are fewer. What was finalised counts as it is until it is finalised anew, and says at the
    opening that it answers the earlier question.
    """
    call, role = _open_call(deed, call)
    require(as_wording(text) is not None, "answer_missing", field="text")
    require(call.closes_at - deed.now >= ADDENDUM_NOTICE, "addendum_needs_time", field="text")
    form = form_of(call)
    asked = form.question(question)
    require(not asked.dropped, "question_unknown", field="question")
    reworded = Reword(
        question=question,
        title=title,
        required=asked.field.required,
        max_words=max_words or asked.field.max_words,
        scored_by=asked.scored_by,
    ).apply(form)
    require(reworded != form, "question_unchanged", field="title")
    reworded = marked_changed(reworded, question)
    call.form = reworded.write()
    call.save(update_fields=["form"])
    changed = _Changed(asked.field, reworded.question(question).field, reworded.number)
    return _issue(deed, call, role=role, text=text, is_substantial=True, changed=changed)


def propose_extension(
    deed: Deed, call: Solicitation, *, text: Said, is_substantial: bool, closes_at: datetime
) -> ExtensionProposal:
    """Propose an addendum that moves closing later; a second person confirms it before it counts."""
    call, role = _open_call(deed, call)
    require(as_wording(text) is not None, "answer_missing", field="text")
    require(closes_at > call.closes_at, "closing_only_extended", field="closes_at")
    require(
        closes_at - deed.now >= ADDENDUM_NOTICE or not is_substantial,
        "addendum_needs_time",
        field="closes_at",
    )
    require(not call.extensions.filter(ended_at=None).exists(), "extension_waits")
    proposal = ExtensionProposal.objects.create(
        solicitation=call,
        **column_of("text", text),
        is_substantial=is_substantial,
        closes_at=closes_at,
        proposed_by=deed.actor.someone,
        proposed_at=deed.now,
    )
    deed.record("addenda.propose_extension", call, role=role, payload={"closes_at": closes_at.isoformat()})
    return proposal


def _waiting(proposal: ExtensionProposal) -> ExtensionProposal:
    fresh = ExtensionProposal.objects.select_for_update().get(pk=proposal.pk)
    require(fresh.ended_at is None, "extension_decided")
    return fresh


def confirm_extension(deed: Deed, proposal: ExtensionProposal) -> Addendum:
    """Confirm a later closing as the second person; the addendum is out with it."""
    call, role = _open_call(deed, proposal.solicitation)
    fresh = _waiting(proposal)
    require(fresh.proposed_by_id != deed.actor.someone.pk, "second_person")
    require_as_logged(fresh)
    require(fresh.closes_at > call.closes_at, "closing_only_extended")
    fresh.ended_at, fresh.confirmed_by = deed.now, deed.actor.someone
    fresh.save(update_fields=["ended_at", "confirmed_by"])
    return _issue(
        deed,
        call,
        role=role,
        text=fresh.wording("text"),
        is_substantial=fresh.is_substantial,
        closes_at=fresh.closes_at,
    )


def drop_extension(deed: Deed, proposal: ExtensionProposal) -> ExtensionProposal:
    """Drop a proposed extension: closing stays as it is."""
    call, role = _open_call(deed, proposal.solicitation)
    fresh = _waiting(proposal)
    fresh.ended_at = deed.now
    fresh.save(update_fields=["ended_at"])
    deed.record("addenda.drop_extension", call, role=role)
    return fresh


def extend_for_outages(*, now: datetime) -> list[Addendum]:
    """Extend every call to which the site did not answer before or at closing, where the city chose so.

    Run by the worker, once the site answers again; it does nothing twice, since the new closing lies past the outage.
    """
    made = []
    for call in list_at_risk(now=now):
        outage = outage_of(call, now=now)
        if outage is not None:
            made.append(_extend_for_outage(call, outage, now=now))
    return made


def _extend_for_outage(call: Solicitation, outage: Outage, *, now: datetime) -> Addendum:
    fresh = lock_call(call)
    closes_at = closing_after(closing_of(fresh), outage, calendar_of(fresh.municipality))
    text = outage_text(outage, closes_at, fresh.zone)
    return _issue(Deed(Actor(), now), fresh, role="", text=text, is_substantial=False, closes_at=closes_at)


def _issue(
    deed: Deed,
    call: Solicitation,
    *,
    role: str,
    text: Said,
    is_substantial: bool,
    closes_at: datetime | None = None,
    changed: _Changed | None = None,
) -> Addendum:
    addendum = Addendum.objects.create(
        solicitation=call,
        number=call.addenda.count() + 1,
        **column_of("text", text),
        is_substantial=is_substantial,
        closed_at_before=call.closes_at,
        closes_at_after=closes_at,
        issued_by=deed.actor.person,
        issued_at=deed.now,
        **(_asked_anew(changed) if changed else {}),
    )
    if closes_at:
        call.closes_at = closes_at
        call.save(update_fields=["closes_at"])
        # Once it is durable: the sealer never moves back, and a closing that was rolled back must not bind it.
        transaction.on_commit(partial(_delay_sealer, call.key_id, instants_of(call), now=deed.now))
    publish_notice(
        call.step.challenge,
        kind=NoticeKind.ADDENDUM,
        title=f"{spec_of(call.step).title.en}: {addendum.number}",
        text=text,
        now=deed.now,
    )
    _tell_vendors(deed, call, addendum, changed)
    payload: dict[str, object] = {
        "number": addendum.number,
        "closes_at": closes_at.isoformat() if closes_at else "",
        "question": addendum.question,
        "form": digest(call.form) if changed else "",
    }
    deed.record("addenda.issue", call, role=role, payload=payload)
    return addendum


def _asked_anew(changed: _Changed) -> dict[str, object]:
    return {
        "question": changed.before.key,
        "asked_before": changed.before.model_dump(mode="json"),
        "asked_after": changed.after.model_dump(mode="json"),
        "form_number": changed.number,
    }


def _tell_vendors(deed: Deed, call: Solicitation, addendum: Addendum, changed: _Changed | None) -> None:
    """Write to everybody who began an answer: where one question is asked again, with its words before and after."""
    words: dict[str, Any] = {"before": changed.before.title, "after": changed.after.title} if changed else {}
    for submission in call.submissions.select_related("vendor"):
        is_in = submission.state == SubmissionState.FINALISED
        deed.tell(
            list_answering(submission),
            "addendum" if not changed else "question_asked_again" if is_in else "question_changed",
            challenge=call.step.challenge,
            path=f"vendor/submissions/{submission.code}/check/",
            reply_to=address_in(call.contact),
            number=str(addendum.number),
            vendor=submission.vendor.name,
            text=addendum.wording("text"),
            closes=local_text(call.closes_at, call.zone),
            **words,
        )


def _delay_sealer(key_id: str, instants: dict[Envelope, datetime], *, now: datetime) -> None:
    """Tell the sealer; while it does not answer, the closing in the database alone keeps the envelopes shut."""
    try:
        delay_key(key_id, instants=instants, now=now)
    except SealerDown:
        logger.exception("the sealer was not told of the later closing of %s", key_id)
