"""An event with the market, on its step page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.market import engagements
from mix.data.models import (
    CapabilityCard,
    Challenge,
    ContactLogEntry,
    Engagement,
    EngagementQuestion,
    ProblemCard,
    Registration,
    Step,
)
from mix.readers.market.engagements import (
    find_engagement,
    get_question,
    list_capability_cards,
    list_contacts,
    list_problem_cards,
    list_questions,
    list_registrations,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import StepState
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted
from mix.web.forms.wordings import wording, words_of

CARDS = 3  # how many problem cards a plan has


@dataclass(frozen=True)
class Planned:
    """A step, and what is planned on it so far."""

    step: Step
    event: Engagement | None = None
    cards: tuple[ProblemCard, ...] = ()


class Plan(Act[Planned]):
    """Plan an event."""

    label = _("Save the plan")
    done = _("Saved.")
    needs = Permission.ENGAGEMENT_RUN

    title = wording(fields.line(_("Title of the event")))
    place = wording(fields.line(_("Place, and how everybody can take part"), most=300))
    starts_at = fields.moment(_("Start"))

    def fit(self) -> None:
        """Ask for the problem cards."""
        for n in range(CARDS):
            label = gettext("Problem card %(n)d") % {"n": n + 1}
            self.fields[f"card{n}"] = wording(fields.line(label, required=False, most=150))
            text = gettext("Text of problem card %(n)d") % {"n": n + 1}
            self.fields[f"text{n}"] = wording(fields.text(text, required=False, rows=2))

    @classmethod
    def first(cls, about: Planned) -> Mapping[str, Any]:
        """Show what is planned so far."""
        if about.event is None:
            return {}
        event = about.event
        shown: dict[str, Any] = {name: event.wording(name) for name in ("title", "place")}
        shown["starts_at"] = event.starts_at
        for n, card in enumerate(about.cards[:CARDS]):
            shown |= {f"card{n}": words_of(card, "title"), f"text{n}": words_of(card, "text")}
        return shown

    def run(self, request: HttpRequest) -> None:
        """Save it; a card without a title is no card."""
        given = self.cleaned_data
        cards = [(given[f"card{n}"], given[f"text{n}"] or "") for n in range(CARDS) if given[f"card{n}"]]
        facts = {name: given[name] for name in ("title", "place", "starts_at")}
        do(request, engagements.plan, self.about.step, cards=cards, **facts)


class Publish(Act[Engagement]):
    """Publish the invitation to an event."""

    label = _("Publish the invitation")
    done = _("The invitation is public.")
    style = ""
    needs = Permission.ENGAGEMENT_RUN

    def run(self, request: HttpRequest) -> None:
        """Publish it."""
        do(request, engagements.publish, self.about)


@dataclass(frozen=True)
class Attended:
    """An event, and who registered for it."""

    event: Engagement
    registrations: tuple[Registration, ...]


class Hold(Act[Attended]):
    """Note that an event took place, and who came."""

    label = _("Note that it took place")
    done = _("Noted.")
    needs = Permission.ENGAGEMENT_RUN

    attended = fields.many(_("Who came"), [])

    def fit(self) -> None:
        """Offer who registered."""
        pairs = [(r.email, f"{r.name}, {r.organization}") for r in self.about.registrations]
        fields.offer(self, "attended", pairs)

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        do(request, engagements.hold, self.about.event, attended=self.cleaned_data["attended"])


class AnswerQuestion(RowAct[Step]):
    """Answer a question to everybody."""

    label = _("Publish the answer")
    done = _("Published.")
    needs = Permission.ENGAGEMENT_RUN

    text = wording(fields.text(_("Answer"), hint=_("Everybody sees it."), rows=2))

    def run(self, request: HttpRequest) -> None:
        """Answer it."""
        found = get_question(self.about, self.row)
        do(request, engagements.answer, found, text=self.cleaned_data["text"])


class LogContact(Act[Challenge]):
    """Log a contact with somebody of the market."""

    label = _("Log the contact")
    done = _("Logged. What was told is public.")
    needs = Permission.ENGAGEMENT_RUN

    happened_on = fields.day(_("Day"))
    with_whom = fields.line(_("With whom"))
    told = wording(fields.text(_("What we told them"), hint=_("Published to everybody."), rows=2))
    heard = fields.text(_("What we heard"), required=False, rows=2)

    def run(self, request: HttpRequest) -> None:
        """Log it."""
        do(request, engagements.log_contact, self.about, **self.cleaned_data)


@dataclass(frozen=True)
class EngagementContext:
    """What the step of an event draws."""

    event: Engagement | None
    registrations: Sequence[Registration]
    questions: Sequence[EngagementQuestion]
    problem_cards: Sequence[ProblemCard]
    capabilities: Sequence[CapabilityCard]
    contacts: list[ContactLogEntry]


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, EngagementContext]:  # noqa: ARG001 - a panel's shape
    """Plan, publish, hold, answer; the contact log."""
    event = find_engagement(step)
    cards = tuple(list_problem_cards(event)) if event else ()
    registrations = tuple(list_registrations(event)) if event else ()
    acts: dict[str, Listed[Any]] = {}
    if step.state == StepState.ACTIVE and step.asked_at is None:
        if event is None or event.published_at is None:
            acts["plan"] = Listed(Plan, Planned(step, event, cards))
        if event and event.published_at is None:
            acts["publish"] = Listed(Publish, event)
        elif event:
            acts["hold"] = Listed(Hold, Attended(event, registrations))
            acts["answer"] = Listed(AnswerQuestion, step)
    if step.challenge.status == ChallengeStatus.RUNNING:
        acts["contact"] = Listed(LogContact, step.challenge)
    return granted(roles, acts), EngagementContext(
        event=event,
        registrations=registrations,
        questions=list_questions(event) if event else [],
        problem_cards=cards,
        capabilities=list_capability_cards(event) if event else [],
        contacts=list_contacts(step.challenge),
    )
