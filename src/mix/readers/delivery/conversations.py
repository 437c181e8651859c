"""Questions about documents that a city writes with one vendor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db.models import F, QuerySet

from mix.data.asked import asked
from mix.data.models import (
    Challenge,
    Conversation,
    ConversationReply,
    ConversationVersion,
    ConversationWord,
    Step,
    Vendor,
)
from mix.readers.case.challenges import spec_of
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.core.once import once
from mix.readers.market.participations import list_standing
from mix.rules.case.versions import Merged, merge_fields
from mix.rules.core.fields import FieldSpec
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.conversations import Reply, Word, agreed, fingerprint, unmet_to_hand_over
from mix.rules.delivery.states import ConversationState, Side

_STEP = ("vendor", "step__challenge__municipality", "step__challenge__method")
_UNREAD = ("step__challenge__method__document",)


def list_writing(step: Step) -> list[Vendor]:
    """List the vendors with whom a step writes: of the standing that its method names, and not disqualified."""
    part = spec_of(step).conversation
    return list_standing(step.challenge, part.open_to) if part else []


@once
def list_conversations(step: Step) -> list[Conversation]:
    """List what a step writes in its present round, by vendor."""
    return _conversations(step, step.round)


@asked
def _conversations(step: Step, round_: int) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(step=step, round=round_).select_related("vendor")
    return rows.order_by("vendor__name", "id")


def get_conversation(challenge: Challenge, code: str) -> Conversation:
    """Return one such document of a challenge. Raises Unknown."""
    return _one(Conversation.objects.filter(code=code, step__challenge=challenge))


def get_own_conversation(code: str, *, actor: Actor) -> Conversation:
    """Return one of a vendor that the actor acts for. Raises Unknown."""
    return _one(Conversation.objects.filter(code=code, vendor_id__in=actor.vendors))


def _one(rows: QuerySet[Conversation]) -> Conversation:
    found = rows.select_related(*_STEP).defer(*_UNREAD).first()
    if found is None:
        raise Unknown
    return found


def list_own_conversations(actor: Actor) -> list[Conversation]:
    """List those of the actor's vendors, latest first."""
    return _own(tuple(sorted(actor.vendors)))


@asked
def _own(vendors: tuple[int, ...]) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(vendor_id__in=vendors).select_related(*_STEP).defer(*_UNREAD)
    return rows.order_by("-begun_at", "id")


def boxes_of(conversation: Conversation) -> Sequence[FieldSpec]:
    """Return the boxes that the vendor fills, as the method has them."""
    return spec_of(conversation.step).answers


@once
def list_versions(conversation: Conversation, side: Side) -> list[ConversationVersion]:
    """List the versions that a side may see, latest first: to the city those alone that were handed over."""
    most = conversation.version if side is Side.VENDOR else conversation.handed
    rows = conversation.versions.filter(number__lte=most).select_related("author").order_by("-number")
    return list(rows)


def content_of(conversation: Conversation, number: int) -> Mapping[str, Any]:
    """Return the boxes of one version; of none, what the round before ended with. Raises Unknown."""
    if number == 0:
        return _before(conversation)
    found = conversation.versions.filter(number=number).values_list("content", flat=True).first()
    if found is None:
        raise Unknown
    return dict(found)


def seen_by_writer(
    conversation: Conversation, keys: Iterable[str], *, based_on: int, over: Mapping[str, int]
) -> dict[str, Any]:
    """Return what a writer saw: each box as it was in the version over which it was written. Raises Unknown."""
    contents = {number: content_of(conversation, number) for number in {based_on, *over.values()}}
    return {key: contents[over.get(key, based_on)].get(key) for key in keys}


def merge_sent(
    conversation: Conversation, sent: Mapping[str, Any], *, based_on: int, over: Mapping[str, int]
) -> Merged:
    """Put some boxes that were typed over one version into the latest: each stays whole, as somebody wrote it."""
    seen = seen_by_writer(conversation, sent, based_on=based_on, over=over)
    return merge_fields(seen, sent, content_of(conversation, conversation.version))


def _before(conversation: Conversation) -> Mapping[str, Any]:
    rows = ConversationVersion.objects.filter(
        conversation__step=conversation.step_id,
        conversation__vendor=conversation.vendor_id,
        conversation__round__lt=conversation.round,
    )
    return rows.order_by("-conversation__round", "-number").values_list("content", flat=True).first() or {}


@once
def list_replies(conversation: Conversation) -> list[ConversationReply]:
    """List what both sides said, first said first."""
    return list(conversation.replies.select_related("person").order_by("id"))


@once
def list_words(conversation: Conversation) -> list[ConversationWord]:
    """List by whom and when it was agreed to what, first said first."""
    return list(conversation.words.select_related("person").order_by("id"))


def fingerprint_of(conversation: Conversation) -> str:
    """Return the fingerprint of what both sides see now: the version that was handed over last, and every reply."""
    replies = conversation.replies.select_related("person").order_by("id")
    return fingerprint(
        conversation=conversation.code,
        number=conversation.handed,
        content=content_of(conversation, conversation.handed),
        replies=[Reply(Side(r.side), r.person.code, r.field, r.on_version, r.text) for r in replies],
    )


def list_unmet_to_hand_over(conversation: Conversation, side: Side) -> tuple[Unmet, ...]:
    """List what keeps a side from handing over what it wrote or replied."""
    replies = conversation.replies.filter(side=side, said_at__gte=conversation.turn_since)
    return unmet_to_hand_over(
        side=side,
        turn=Side(conversation.turn),
        handed=conversation.handed,
        version=conversation.version,
        has_replied=replies.exists(),
    )


def sides_agreed(conversation: Conversation, present: str) -> frozenset[Side]:
    """Return the sides that agreed to what stands there now, by its fingerprint."""
    words = conversation.words.values_list("side", "digest")
    return agreed([Word(Side(side), said) for side, said in words], present)


def list_agreed(challenge: Challenge, vendor: Vendor) -> list[Conversation]:
    """List what a vendor and the city agreed on in a challenge, in the order of its steps; of each step the latest."""
    latest = {c.step_id: c for c in _agreed(challenge) if c.vendor_id == vendor.pk}
    return list(latest.values())


def gather_agreed_content(challenge: Challenge) -> list[tuple[int, Mapping[str, Any]]]:
    """Return the boxes that were agreed on in a challenge, with the number of their vendor, in the order of steps."""
    return [(vendor, content) for vendor, content in _agreed_content(challenge)]


@asked
def _agreed_content(challenge: Challenge) -> QuerySet[ConversationVersion, tuple[int, dict[str, Any]]]:
    rows = _handed_over(challenge).filter(conversation__state=ConversationState.AGREED)
    ordered = rows.order_by("conversation__step__position", "conversation__round", "conversation_id")
    return ordered.values_list("conversation__vendor_id", "content")


def _handed_over(challenge: Challenge) -> QuerySet[ConversationVersion]:
    rows = ConversationVersion.objects.filter(conversation__step__challenge=challenge)
    return rows.filter(number=F("conversation__handed"))


@asked
def _agreed(challenge: Challenge) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(step__challenge=challenge, state=ConversationState.AGREED)
    return rows.select_related("step", "vendor").order_by("step__position", "round", "vendor__name", "id")


def list_conversations_of(challenge: Challenge) -> list[Conversation]:
    """List every document that a challenge wrote with vendors, in the order of steps, rounds and vendors."""
    rows = Conversation.objects.filter(step__challenge=challenge).select_related(*_STEP).defer(*_UNREAD)
    return list(rows.order_by("step__position", "round", "vendor__name", "id"))


HandedOver = tuple[Conversation, Mapping[str, Any], list[ConversationReply]]


def list_handed_over(challenge: Challenge) -> list[HandedOver]:
    """List those of which something was handed over, with the boxes and every reply. Queries do not grow."""
    found = [c for c in list_conversations_of(challenge) if c.handed]
    content = {row.conversation_id: row.content for row in _handed_over(challenge)} if found else {}
    replies: dict[int, list[ConversationReply]] = {c.pk: [] for c in found}
    said = ConversationReply.objects.filter(conversation__in=list(replies)).select_related("person")
    for row in said.order_by("id") if found else ():
        replies[row.conversation_id].append(row)
    return [(c, content[c.pk], replies[c.pk]) for c in found]


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what the step lacks: a document with every vendor of its standing, each agreed on or ended."""
    vendors = list_writing(step)
    by_vendor = {c.vendor_id: c for c in list_conversations(step)}
    if not vendors:
        return (Unmet("nobody_to_write_with", place="conversations"),)
    found = []
    for vendor in vendors:
        conversation = by_vendor.get(vendor.pk)
        if conversation is None:
            found.append(Unmet("conversation_not_begun", {"vendor": vendor.name}, place="conversations"))
        elif conversation.state == ConversationState.OPEN:
            found.append(Unmet("conversation_open", {"vendor": vendor.name}, place="conversations"))
    return tuple(found)


def record_of(challenge: Challenge) -> dict[str, Any]:
    """Return the files of a case on what was written with vendors: what was handed over, said and agreed to."""
    return {
        f"conversations/{c.step.key}-{c.round}-{c.vendor.code}.json": _record(c)
        for c in list_conversations_of(challenge)
    }


def _record(conversation: Conversation) -> dict[str, Any]:
    """Return one document whole; the fingerprint is made anew from `code`, a version and the replies up to a word."""
    return {
        "code": conversation.code,
        "step": conversation.step.key,
        "vendor": conversation.vendor.code,
        "state": conversation.state,
        "until": conversation.until.astimezone(UTC).isoformat(),
        "ended_reason": conversation.ended_reason,
        "agreed_digest": conversation.agreed_digest,
        "boxes": [{"key": spec.key, "title": spec.title.texts} for spec in boxes_of(conversation)],
        "versions": [
            {
                "number": v.number,
                "content": v.content,
                "by": v.author.code,
                "at": v.saved_at.astimezone(UTC).isoformat(),
            }
            for v in reversed(list_versions(conversation, Side.CITY))
        ],
        "replies": [
            {
                "side": r.side,
                "by": r.person.code,
                "field": r.field,
                "on_version": r.on_version,
                "text": r.text,
                "at": r.said_at.astimezone(UTC).isoformat(),
            }
            for r in list_replies(conversation)
        ],
        "words": [
            {
                "side": w.side,
                "by": w.person.code,
                "on_version": w.on_version,
                "digest": w.digest,
                "at": w.said_at.astimezone(UTC).isoformat(),
            }
            for w in list_words(conversation)
        ],
    }
