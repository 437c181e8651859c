"""Documents that are written with vendors: begun and dated on the page of their step, each on a page of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.delivery import conversations
from mix.data.models import Conversation, Step
from mix.readers.case.challenges import get_challenge_and_roles
from mix.readers.core.errors import Forbidden
from mix.readers.delivery.conversations import get_conversation, list_conversations, list_writing
from mix.rules.core.access import Permission, Role, grants, reads_for_the_city
from mix.rules.delivery.states import ConversationState, Side
from mix.web.documents.conversing import acts_of, conversation_context
from mix.web.drawing.requests import now_of, only_read, signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted, show, take
from mix.web.forms.kinds import is_under_way


class Begin(Act[Step]):
    """Begin with every vendor that has none."""

    label = _("Begin with every vendor")
    done = _("Begun. Each vendor was told, and sees its own alone.")
    style = ""
    needs = Permission.CONVERSATION_RUN

    until = fields.moment(_("Written until"), hint=_("The same for every vendor."))

    @classmethod
    def first(cls, about: Step) -> Mapping[str, Any]:
        """Show the date of those that are begun already."""
        begun = list_conversations(about)
        return {"until": begun[0].until} if begun else {}

    def run(self, request: HttpRequest) -> None:
        """Begin."""
        do(request, conversations.begin, self.about, **self.cleaned_data)


class MoveDate(Act[Step]):
    """Give every vendor more time."""

    label = _("Give more time")
    done = _("Every vendor has the same time, and was told.")
    needs = Permission.CONVERSATION_RUN

    until = fields.moment(_("Written until"), hint=_("The same for every vendor."))
    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Give it."""
        do(request, conversations.move_date, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class ConversationsContext:
    """What the step draws: a row for each vendor; whoever may not read what is written sees that it is."""

    conversations: Sequence[Conversation]
    may_read: bool


def panel(_request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, ConversationsContext]:
    """Begin with every vendor, and give them more time."""
    made = list_conversations(step)
    have = {c.vendor_id for c in made}
    acts: dict[str, Listed[Step]] = {}
    if is_under_way(step) and any(v.pk not in have for v in list_writing(step)):
        acts["begin"] = Listed(Begin, step)
    if is_under_way(step) and any(c.state == ConversationState.OPEN for c in made):
        acts["move_date"] = Listed(MoveDate, step)
    may_read = reads_for_the_city(roles, Permission.CONVERSATION_READ)
    return granted(roles, acts), ConversationsContext(made, may_read)


def conversation(request: HttpRequest, code: str, conversation: str) -> HttpResponse:
    """Read what the vendor handed over, reply box by box, hand back, agree, or end it."""
    actor = signed_in(request)
    challenge, roles = get_challenge_and_roles(code, actor=actor, needs=Permission.CHALLENGE_READ)
    if not reads_for_the_city(roles, Permission.CONVERSATION_READ):
        raise Forbidden(Permission.CONVERSATION_READ)
    use_clock(challenge.municipality.zone)
    found = only_read(request, get_conversation(challenge, conversation))
    runs = is_under_way(found.step) and grants(roles, Permission.CONVERSATION_RUN)
    taken = take(request, acts_of(found, Side.CITY, now=now_of(request)) if runs else {})
    if isinstance(taken, HttpResponse):
        return taken
    shown = found if taken.status == HTTPStatus.OK else get_conversation(challenge, found.code)
    context = conversation_context(request, shown, Side.CITY)
    return show(request, "staff/delivery/conversation.html", taken, context)
