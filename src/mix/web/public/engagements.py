"""Events before a call: what is on the table, registration, questions and answers, what vendors can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.market.engagements import ask, register
from mix.data.models import CapabilityCard, Challenge, Engagement, EngagementQuestion, ProblemCard
from mix.readers.case.challenges import get_public_challenge
from mix.readers.market.engagements import (
    get_public_engagement,
    list_answered_questions,
    list_capability_cards,
    list_problem_cards,
    takes_registrations,
)
from mix.web.drawing.requests import actor_of, now_of
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, show, take
from mix.web.forms.limits import Limit


class Register(Act[Engagement]):
    """Register for an event."""

    label = _("Register")
    done = _("You are registered. We look forward to meeting you.")
    style = ""
    limit = Limit(by_person=30, by_address=60)  # a whole office may come from one address

    name = fields.line(_("Your name"))
    organization = fields.line(_("Organization"))
    email = fields.email(_("E-mail"))

    def fit(self) -> None:
        """Ask what somebody needs there; `needs` of the class is whose act it is."""
        self.fields["needs"] = fields.text(_("What you need to take part fully"), required=False, rows=2)

    def run(self, request: HttpRequest) -> None:
        """Register."""
        do(request, register, self.about, **self.cleaned_data)


class Ask(Act[Engagement]):
    """Ask before or after an event."""

    label = _("Send the question")
    done = _("Your question was sent. The answer will stand here.")
    limit = Limit(by_person=20, by_address=30)

    text = fields.text(_("Your question"), hint=_("The answer goes to everybody, without your name."))

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, ask, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class EngagementContext:
    """What an event draws."""

    challenge: Challenge
    event: Engagement
    cards: Sequence[ProblemCard]
    questions: Sequence[EngagementQuestion]
    capabilities: Sequence[CapabilityCard]
    may_register: bool


def engagement(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One event: problem cards, registration, questions and answers, capability cards."""
    found = get_public_challenge(code, actor=actor_of(request))
    use_clock(found.municipality.zone)
    event = get_public_engagement(found, key)
    taken = take(request, {"register": Listed(Register, event), "ask": Listed(Ask, event)})
    if isinstance(taken, HttpResponse):
        return taken
    context = EngagementContext(
        challenge=found,
        event=event,
        cards=list_problem_cards(event),
        questions=list_answered_questions(event),
        capabilities=list_capability_cards(event),
        may_register=takes_registrations(event, now=now_of(request)),
    )
    return show(request, "public/engagement.html", taken, context)
