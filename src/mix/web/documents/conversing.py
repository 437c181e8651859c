"""A document that a city and a vendor write together, as either side reads it, and what both can do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import conversations
from mix.data.models import (
    Challenge,
    Conversation,
    ConversationReply,
    ConversationVersion,
    ConversationWord,
)
from mix.readers.case.challenges import spec_of
from mix.readers.delivery.conversations import (
    boxes_of,
    content_of,
    fingerprint_of,
    list_replies,
    list_unmet_to_hand_over,
    list_versions,
    list_words,
    sides_agreed,
)
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.fields import FieldSpec
from mix.rules.core.lines import whole_number
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.conversations import other, unmet_to_agree
from mix.rules.delivery.states import ConversationState, Side
from mix.web.documents.changes import Changed, changes
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.requests import now_of
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, RowAct, do
from mix.web.forms.kinds import is_under_way

WHOLE = "whole"  # what a reply is about that is about no box


class Reply(RowAct[Conversation]):
    """Reply to a box, or to the whole."""

    label = _("Reply")
    done = _("Your reply stands there. Hand over when it is the other side’s turn.")

    text = fields.text(_("Your reply"))

    def run(self, request: HttpRequest) -> None:
        """Say it."""
        box = "" if self.row == WHOLE else self.row
        do(request, conversations.reply, self.about, text=self.cleaned_data["text"], field=box)


class HandOver(Act[Conversation]):
    """Say that it is the other side's turn."""

    label = _("Hand over: it is the other side’s turn")
    done = _("Handed over. The other side was told.")
    style = ""

    def run(self, request: HttpRequest) -> None:
        """Hand it over."""
        do(request, conversations.hand_over, self.about)


class Agree(Act[Conversation]):
    """Agree to what stands on the page, by its fingerprint."""

    label = _("Agree")
    done = _("Your side agreed.")
    style = ""

    sure = fields.yes("", required=True)
    seen = fields.hidden(required=False)

    @classmethod
    def first(cls, about: Conversation) -> Mapping[str, Any]:
        """Say what stands on the page."""
        return {"seen": fingerprint_of(about)}

    def fit(self) -> None:
        """Say to what is agreed."""
        text = gettext("We agree to version %(number)d with every reply on this page.")
        self.fields["sure"].label = text % {"number": self.about.handed}

    def run(self, request: HttpRequest) -> None:
        """Agree."""
        do(request, conversations.agree, self.about, seen=self.cleaned_data["seen"])


class EndIt(Act[Conversation]):
    """End it as the city, with a reason."""

    label = _("End it without an agreement")
    done = _("Ended. The vendor was told why.")

    reason = fields.text(_("Reason"), hint=_("The vendor reads it."), rows=2)

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, conversations.end, self.about, reason=self.cleaned_data["reason"])


def acts_of(found: Conversation, side: Side, *, now: datetime) -> dict[str, Listed[Any]]:
    """List what a side can do with a document: nothing once it is over, and only end or agree once its date is."""
    if found.state != ConversationState.OPEN:
        return {}
    acts: dict[str, Listed[Any]] = {}
    if now <= found.until:
        if not list_unmet_to_hand_over(found, side):
            acts["hand_over"] = Listed(HandOver, found)
        if found.handed:
            acts["reply"] = Listed(Reply, found)
    if found.handed and not unmet_of(found, side):
        acts["agree"] = Listed(Agree, found)
    if side is Side.CITY:
        acts["end"] = Listed(EndIt, found)
    return acts


def unmet_of(found: Conversation, side: Side) -> tuple[Unmet, ...]:
    """List what keeps a side from agreeing to what was handed over last."""
    said = sides_agreed(found, fingerprint_of(found)) if found.handed else frozenset[Side]()
    content = content_of(found, found.handed) if found.handed else {}
    return unmet_to_agree(boxes_of(found), content, handed=found.handed, said=said, side=side)


@dataclass(frozen=True)
class Box:
    """One box, ready to read, with what both sides said to it."""

    key: str
    answer: Answer
    replies: Sequence[ConversationReply]


@dataclass(frozen=True)
class ConversationContext:
    """What the page of such a document draws, for either side.

    `number` is the version that is shown: the latest that was handed over, and before there is one, the vendor's own.
    `since` is the version from which `changes` lead to it; 0 where none is compared. `waits_for_us` and `other_agreed`
    say how it stands for the side that reads.
    """

    conversation: Conversation
    challenge: Challenge
    spec: StepSpec
    side: Side
    number: int
    boxes: Sequence[Box]
    whole: Sequence[ConversationReply]
    versions: Sequence[ConversationVersion]
    words: Sequence[ConversationWord]
    fingerprint: str
    since: int
    changes: Sequence[Changed]
    missing: Sequence[Unmet]
    is_late: bool
    is_at_hand: bool
    waits_for_us: bool
    we_agreed: bool
    other_agreed: bool
    is_unsent: bool


def conversation_context(request: HttpRequest, found: Conversation, side: Side) -> ConversationContext:
    """Gather what its page draws."""
    specs, replies, versions = boxes_of(found), list_replies(found), list_versions(found, side)
    number = found.handed or (found.version if side is Side.VENDOR else 0)
    content = content_of(found, number) if number else {}
    present = fingerprint_of(found) if found.handed else ""
    said = sides_agreed(found, present)
    is_open = found.state == ConversationState.OPEN
    since = _since(request, found, [v.number for v in versions if v.number < number])
    return ConversationContext(
        conversation=found,
        challenge=found.step.challenge,
        spec=spec_of(found.step),
        side=side,
        number=number,
        boxes=_boxes(specs, content, replies),
        whole=[r for r in replies if not r.field],
        versions=versions,
        words=list_words(found),
        fingerprint=present,
        since=since,
        changes=changes(specs, content_of(found, since), content) if since else [],
        missing=[u for u in unmet_of(found, side) if u.field] if is_open else [],
        is_at_hand=is_under_way(found.step),
        is_late=is_open and now_of(request) > found.until,
        waits_for_us=is_open and found.turn == side,
        we_agreed=side in said,
        other_agreed=other(side) in said,
        is_unsent=side is Side.VENDOR and is_open and found.version > found.handed,
    )


def _boxes(specs: Sequence[FieldSpec], content: Mapping[str, Any], replies: Sequence[ConversationReply]) -> list[Box]:
    answers = read_only(specs, content, every=True)
    return [Box(a.spec.key, a, [r for r in replies if r.field == a.spec.key]) for a in answers]


def boxes_and_whole(
    found: Conversation, content: Mapping[str, Any], replies: Sequence[ConversationReply]
) -> tuple[list[Box], list[ConversationReply]]:
    """Return the boxes with what was said to each, and what was said to the whole."""
    return _boxes(boxes_of(found), content, replies), [r for r in replies if not r.field]


def _since(request: HttpRequest, found: Conversation, earlier: Sequence[int]) -> int:
    """Return with which version the one that is shown is compared: the one asked for, else what the city replied to."""
    asked = whole_number(request.GET.get("since", ""))
    if asked in earlier:
        return asked or 0
    replied = [r.on_version for r in list_replies(found) if r.side == Side.CITY and r.on_version in earlier]
    return max(replied, default=0)
