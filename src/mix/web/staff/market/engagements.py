"""An event with the market, on its step page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.market import engagements
from mix.data.models import EngagementQuestion, Step
from mix.readers.core.errors import Unknown
from mix.readers.market.engagements import find_engagement, list_contacts
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import StepState
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Plan, publish, hold, answer; the contact log."""
    event = find_engagement(step)
    acts: dict[str, Act] = {}
    if step.state == StepState.ACTIVE and step.asked_at is None and grants(roles, Permission.ENGAGEMENT_RUN):
        if event is None or event.published_at is None:
            acts["plan"] = _plan(request, step, event)
        if event and event.published_at is None:
            acts["publish"] = Act(
                forms.form_of(),
                lambda _given: stay(do(request, engagements.publish, event)),
                _("Publish the invitation"),
                _("The invitation is public."),
                style="",
            )
        if event and event.published_at:
            people = [(r.email, f"{r.name}, {r.organization}") for r in event.registrations.order_by("name")]
            acts["hold"] = Act(
                forms.form_of(attended=forms.many(_("Who came"), people)),
                lambda given: stay(do(request, engagements.hold, event, attended=given["attended"])),
                _("Note that it took place"),
                _("Noted."),
            )
            acts["answer"] = Act(
                forms.form_of(item=forms.hidden(), text=forms.text(_("Answer"), hint=_("Everybody sees it."), rows=2)),
                lambda given: stay(do(request, engagements.answer, _question(step, given["item"]), text=given["text"])),
                _("Publish the answer"),
                _("Published."),
            )
    if grants(roles, Permission.ENGAGEMENT_RUN) and step.challenge.status == ChallengeStatus.RUNNING:
        acts["contact"] = Act(
            forms.form_of(
                happened_on=forms.day(_("Day")),
                with_whom=forms.line(_("With whom")),
                told=forms.text(_("What we told them"), hint=_("Published to everybody."), rows=2),
                heard=forms.text(_("What we heard"), required=False, rows=2),
            ),
            lambda given: stay(do(request, engagements.log_contact, step.challenge, **given)),
            _("Log the contact"),
            _("Logged. What was told is public."),
        )
    return acts, {
        "event": event,
        "registrations": event.registrations.order_by("name") if event else [],
        "questions": event.questions.order_by("asked_at") if event else [],
        "problem_cards": event.cards.order_by("id") if event else [],
        "capabilities": event.capabilities.select_related("vendor").order_by("vendor__name") if event else [],
        "contacts": list_contacts(step.challenge),
    }


def _plan(request: HttpRequest, step: Step, event: Any) -> Act:  # noqa: ANN401 - an engagement or none
    cards = [*event.cards.order_by("id")] if event else []

    def run(given: dict[str, Any]) -> None:
        pairs = [(given[f"card{n}"], given[f"text{n}"]) for n in range(3) if given[f"card{n}"]]
        do(
            request,
            engagements.plan,
            step,
            title=given["title"],
            place=given["place"],
            starts_at=given["starts_at"],
            cards=pairs,
        )

    fields: dict[str, Any] = {
        "title": forms.line(_("Title of the event")),
        "place": forms.line(_("Place, and how everybody can take part"), most=300),
        "starts_at": forms.moment(_("Start")),
    }
    initial: dict[str, Any] = (
        {"title": event.title, "place": event.place, "starts_at": event.starts_at} if event else {}
    )
    for n in range(3):
        fields[f"card{n}"] = forms.line(_("Problem card %(n)d") % {"n": n + 1}, required=False, most=150)
        fields[f"text{n}"] = forms.text(_("Its text"), required=False, rows=2)
        if n < len(cards):
            initial |= {f"card{n}": cards[n].title, f"text{n}": cards[n].text}
    return Act(forms.form_of(**fields), run, _("Save the plan"), _("Saved."), initial=initial)


def _question(step: Step, item: str) -> EngagementQuestion:
    found = (
        EngagementQuestion.objects.filter(engagement__step=step, pk=int(item) if item.isdigit() else 0)
        .select_related("engagement__step__challenge__municipality", "engagement__step__challenge__method")
        .first()
    )
    if found is None:
        raise Unknown
    return found
