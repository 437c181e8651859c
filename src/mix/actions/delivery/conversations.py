"""Verbs on documents that a city writes with one vendor: begin, write, reply, hand over, agree, end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mix.actions.case.locking import keep_open, lock_challenge, lock_step
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Conversation,
    ConversationReply,
    ConversationVersion,
    ConversationWord,
    Step,
)
from mix.phrases.mails import local_text
from mix.readers.case.challenges import spec_of
from mix.readers.city.people import list_members, list_on_duty
from mix.readers.core.errors import Unknown
from mix.readers.delivery.conversations import (
    boxes_of,
    content_of,
    fingerprint_of,
    list_conversations,
    list_unmet_to_hand_over,
    list_writing,
    seen_by_writer,
    sides_agreed,
)
from mix.readers.market.participations import find_participation, has_reached
from mix.readers.market.vendors import check_own_vendor
from mix.rules.case.versions import Merged, merge_answers
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import read_answers
from mix.rules.core.unmet import Outdated, Refused, Unmet, refuse_if, require
from mix.rules.delivery.conversations import IN_CHARGE, other, unmet_to_agree
from mix.rules.delivery.states import ConversationState, Side


class WrittenMeanwhile(Refused):
    """A team mate saved since this was begun, and both changed the same boxes; nothing was lost on either side."""

    def __init__(self, latest: ConversationVersion, merged: Merged) -> None:
        super().__init__(Unmet("edited_meanwhile", {"name": latest.author.name, "number": str(latest.number)}))
        self.latest = latest
        self.merged = merged


def begin(deed: Deed, step: Step, *, until: datetime) -> Step:
    """Begin with every vendor of the step's standing that has no document in this round, all until the same instant.

    Who comes later has the date of those that are begun and open.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.CONVERSATION_RUN, editing=True)
    begun = list_conversations(step)
    until = max((c.until for c in begun if c.state == ConversationState.OPEN), default=until)
    require(until > deed.now, "conversation_until_past", field="until")
    have = {c.vendor_id for c in begun}
    vendors = [v for v in list_writing(step) if v.pk not in have]
    require(bool(vendors), "nobody_to_write_with")
    for vendor in vendors:
        made = Conversation.objects.create(
            municipality_id=step.municipality_id,
            step=step,
            vendor=vendor,
            round=step.round,
            until=until,
            turn_since=deed.now,
            begun_at=deed.now,
        )
        _tell(deed, made, Side.VENDOR, "conversation_begun")
    deed.record("conversations.begin", step, role=role.value, payload={"until": until.isoformat()})
    return step


def move_date(deed: Deed, step: Step, *, until: datetime, reason: str) -> Step:
    """Give more time, with a reason: to every vendor whose document is open, and to all the same."""
    step, role = lock_step(step, actor=deed.actor, needs=Permission.CONVERSATION_RUN, editing=True)
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("vendor")
    found = [c for c in rows.filter(step=step, round=step.round) if c.state == ConversationState.OPEN]
    require(bool(found), "conversation_over")
    require(bool(reason.strip()), "reason_missing", field="reason")
    require(until > deed.now and all(until > c.until for c in found), "conversation_until_earlier", field="until")
    for conversation in found:
        conversation.step, conversation.until = step, until
        conversation.save(update_fields=["until"])
        _tell(deed, conversation, Side.VENDOR, "conversation_moved")
    deed.record("conversations.move_date", step, role=role.value, reason=reason, payload={"until": until.isoformat()})
    return step


def _open(deed: Deed, conversation: Conversation, *, even_late: bool = False) -> tuple[Conversation, Side, str]:
    """Lock a document that is open and return it, with the side on which the actor stands and the role it acts by.

    Raises Unknown, Forbidden, Refused.
    """
    step = conversation.step
    if conversation.vendor_id in deed.actor.vendors:
        check_own_vendor(conversation.vendor_id, actor=deed.actor)
        side, role = Side.VENDOR, Role.VENDOR
    else:
        _, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.CONVERSATION_RUN)
        side = Side.CITY
    keep_open([step])
    fresh = Conversation.objects.select_for_update(of=("self",)).select_related("vendor").get(pk=conversation.pk)
    fresh.step = step
    require(fresh.state == ConversationState.OPEN, "conversation_over")
    require(even_late or deed.now <= fresh.until, "conversation_late")
    part = spec_of(step).conversation
    taking_part = find_participation(step.challenge, fresh.vendor_id)
    if part is None or (side is Side.VENDOR and not has_reached(taking_part, part.open_to)):
        raise Unknown
    return fresh, side, role.value


def save(
    deed: Deed,
    conversation: Conversation,
    *,
    answers: Mapping[str, Any],
    based_on: int | None = None,
    over: Mapping[str, int] | None = None,
) -> Conversation:
    """Save the boxes as the vendor's next version, which the city sees once it is handed over.

    `based_on` is the version that the writer saw, of some boxes another in `over`: what a team mate saved since is put
    together with it, box by box. Raises WrittenMeanwhile where both changed the same, Refused with every box that
    cannot be read.
    """
    conversation, side, role = _open(deed, conversation)
    if side is not Side.VENDOR:
        raise Unknown
    good, bad = read_answers(boxes_of(conversation), answers)
    refuse_if(Unmet(e.code, e.params, field=key) for key, e in bad.items())
    present = content_of(conversation, conversation.version)
    if based_on is not None and min(based_on, *(over or {}).values(), conversation.version) < conversation.version:
        seen = seen_by_writer(conversation, good, based_on=based_on, over=over or {})
        merged = merge_answers(boxes_of(conversation), seen, good, present)
        if merged.clashes:
            latest = conversation.versions.select_related("author").get(number=conversation.version)
            raise WrittenMeanwhile(latest, merged)
        good = merged.answers
    if conversation.version and present == good:
        return conversation
    conversation.version += 1
    conversation.save(update_fields=["version"])
    ConversationVersion.objects.create(
        conversation=conversation,
        number=conversation.version,
        content=good,
        author=deed.actor.someone,
        saved_at=deed.now,
    )
    deed.record("conversations.save", conversation, role=role, payload={"version": conversation.version})
    return conversation


def reply(deed: Deed, conversation: Conversation, *, text: str, field: str = "") -> ConversationReply:
    """Say something to one box, or to the whole: both sides read it at once, and what was agreed before is void."""
    conversation, side, role = _open(deed, conversation)
    require(bool(text.strip()), "answer_missing", field="text")
    require(conversation.handed > 0, "conversation_unwritten")
    if field and field not in {spec.key for spec in boxes_of(conversation)}:
        raise Unknown
    made = ConversationReply.objects.create(
        conversation=conversation,
        on_version=conversation.handed,
        side=side,
        person=deed.actor.someone,
        field=field,
        text=text,
        said_at=deed.now,
    )
    deed.record(
        "conversations.reply", conversation, role=role, payload={"version": conversation.handed, "field": field}
    )
    return made


def hand_over(deed: Deed, conversation: Conversation) -> Conversation:
    """Say that it is the other side's turn: the vendor with what it wrote, the city with what it replied."""
    conversation, side, role = _open(deed, conversation)
    refuse_if(list_unmet_to_hand_over(conversation, side))
    if side is Side.VENDOR:
        conversation.handed = conversation.version
    _pass_on(deed, conversation, to=other(side))
    _tell(deed, conversation, other(side), f"conversation_turn_{other(side)}")
    payload = {"version": conversation.handed, "digest": fingerprint_of(conversation)}
    deed.record("conversations.hand_over", conversation, role=role, payload=payload)
    return conversation


def _pass_on(deed: Deed, conversation: Conversation, *, to: Side) -> None:
    conversation.turn, conversation.turn_since = to.value, deed.now
    conversation.save(update_fields=["turn", "turn_since", "handed"])


def agree(deed: Deed, conversation: Conversation, *, seen: str | None = None) -> Conversation:
    """Agree to what was handed over last and to every reply; once both sides did, nobody changes it any more.

    `seen` is the fingerprint of what stood on the page. Raises Outdated where something else stands there by now.
    """
    conversation, side, role = _open(deed, conversation, even_late=True)
    present = fingerprint_of(conversation)
    if seen is not None and seen != present:
        raise Outdated(Unmet("conversation_changed"))
    said = sides_agreed(conversation, present)
    content = content_of(conversation, conversation.handed)
    refuse_if(unmet_to_agree(boxes_of(conversation), content, handed=conversation.handed, said=said, side=side))
    ConversationWord.objects.create(
        conversation=conversation,
        on_version=conversation.handed,
        side=side,
        person=deed.actor.someone,
        digest=present,
        said_at=deed.now,
    )
    if other(side) in said:
        conversation.state, conversation.agreed_digest = ConversationState.AGREED.value, present
        conversation.ended_at = deed.now
        conversation.save(update_fields=["state", "agreed_digest", "ended_at"])
        for one in Side:
            _tell(deed, conversation, one, "conversation_agreed")
    else:
        _pass_on(deed, conversation, to=other(side))
        _tell(deed, conversation, other(side), f"conversation_word_{other(side)}")
    payload = {"version": conversation.handed, "digest": present}
    deed.record("conversations.agree", conversation, role=role, payload=payload)
    return conversation


def end(deed: Deed, conversation: Conversation, *, reason: str) -> Conversation:
    """End it as the city, with a reason, without an agreement. The vendor stays what it is in the challenge."""
    conversation, side, role = _open(deed, conversation, even_late=True)
    if side is not Side.CITY:
        raise Unknown
    require(bool(reason.strip()), "reason_missing", field="reason")
    conversation.state, conversation.ended_reason = ConversationState.ENDED.value, reason.strip()
    conversation.ended_at = deed.now
    conversation.save(update_fields=["state", "ended_reason", "ended_at"])
    _tell(deed, conversation, Side.VENDOR, "conversation_ended", reason=reason)
    deed.record("conversations.end", conversation, role=role, reason=reason)
    return conversation


def _tell(deed: Deed, conversation: Conversation, side: Side, code: str, *, reason: str = "") -> None:
    """Write to the vendor's team, or to those at the city who answer for the work."""
    challenge = conversation.step.challenge
    people, path = list_members(conversation.vendor_id), f"vendor/conversations/{conversation.code}/"
    if side is Side.CITY:
        people = list_on_duty(conversation.municipality_id, *IN_CHARGE)
        path = f"city/challenges/{challenge.code}/conversations/{conversation.code}/"
    deed.tell(
        people,
        code,
        challenge=challenge,
        path=path,
        step=spec_of(conversation.step).title,
        vendor=conversation.vendor.name,
        until=local_text(conversation.until, challenge.municipality.zone),
        reason=reason,
    )
