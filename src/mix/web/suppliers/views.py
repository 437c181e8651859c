"""A vendor's pages: home, register, team, calls, sprint room, agreements, letters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.market import solicitations, submissions, vendors
from mix.actions.market.engagements import give_card
from mix.data.models import Letter, Solicitation, Vendor
from mix.readers.case.challenges import get_public_challenge, list_vendor_challenges
from mix.readers.choice.awards import list_own_debriefs
from mix.readers.choice.evaluations import list_own_meetings, stages_of
from mix.readers.city.people import list_members
from mix.readers.core.errors import Unknown
from mix.readers.delivery.agreements import list_own_agreements
from mix.readers.delivery.sprints import list_open_rooms
from mix.readers.market.engagements import list_public_engagements
from mix.readers.market.participations import has_reached, list_taking_part
from mix.readers.market.solicitations import get_public, list_answered_questions, list_open, list_own_questions, part_of
from mix.readers.market.submissions import find_own, list_own_states
from mix.readers.market.vendors import get_own_vendor, list_invitations, list_own_vendors
from mix.rules.market.states import QuestionKind
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import actor_of, now_of, signed_in
from mix.web.parts.showing import use_clock
from mix.web.parts.stagebar import stage_bar


def home(request: HttpRequest) -> HttpResponse:
    """What can I win, what do I owe, by when?"""
    actor = signed_in(request)
    vendors = list_own_vendors(actor)
    states = list_own_states(actor, now=now_of(request))
    started = {s.submission.solicitation_id for s in states}
    taking_part = list_taking_part(actor.vendors)
    fitting = [
        call
        for call in list_open(now=now_of(request))
        if call.id not in started
        and any(has_reached(taking_part.get((call.step.challenge_id, v.id)), part_of(call).open_to) for v in vendors)
    ]
    mine = list_vendor_challenges(v.id for v in vendors)
    context = {
        "vendors": vendors,
        "states": states,
        "fitting": fitting,
        "challenges": [(c, stage_bar(c, list(c.steps.all()))) for c in mine],
        "rooms": list_open_rooms(mine, taking_part),
        "agreements": list_own_agreements(actor),
        "letters": Letter.objects.filter(vendor__in=vendors)
        .select_related("evaluation__step__challenge", "vendor")
        .order_by("-sent_at"),
        "debriefs": list_own_debriefs(actor),
        "meetings": [(m, stages_of(m.evaluation)[m.stage].title) for m in list_own_meetings(actor)],
    }
    return render(request, "suppliers/home.html", context)


def register(request: HttpRequest) -> HttpResponse:
    """Register an organization in one minute."""
    signed_in(request)

    def go(given: dict[str, Any]) -> str:
        do(
            request,
            vendors.register_vendor,
            given["name"],
            size=given["size"],
            place=given["place"],
            capability=given["capability"],
        )
        return reverse("vendor-home")

    acts = {
        "register": Act(
            forms.form_of(
                name=forms.line(_("Name of the organization")),
                size=forms.word_choice(_("People"), "size"),
                place=forms.line(_("Town"), required=False),
                capability=forms.text(_("What you can do"), hint=_("Public, in a few sentences."), required=False),
            ),
            go,
            _("Register"),
            _("Your organization is registered."),
            style="",
        )
    }
    return answer(request, "suppliers/register.html", acts, dict)


def team(request: HttpRequest, code: str) -> HttpResponse:
    """Who acts for the vendor, and invitations."""
    vendor = get_own_vendor(code, actor=signed_in(request))
    acts = {
        "invite": Act(
            forms.form_of(
                email=forms.email(_("E-mail")),
                language=forms.choice(_("Language of the mail"), forms.LANGUAGES),
            ),
            lambda given: stay(do(request, vendors.invite_member, vendor, **given)),
            _("Invite"),
            _("The invitation was sent. It works once, for 14 days."),
        )
    }
    return answer(
        request,
        "suppliers/team.html",
        acts,
        lambda: {"vendor": vendor, "members": list_members(vendor.id), "invitations": list_invitations(vendor)},
    )


def call(request: HttpRequest, reference: str) -> HttpResponse:
    """One call as a vendor sees it: start, ask, read answers. The questions are shown before anything is started."""
    actor = signed_in(request)
    found = get_public(reference)
    use_clock(found.zone)
    taking_part = list_taking_part(actor.vendors)
    vendors = [
        v
        for v in list_own_vendors(actor)
        if has_reached(taking_part.get((found.step.challenge_id, v.id)), part_of(found).open_to)
    ]
    choices = [(v.code, v.name) for v in vendors]

    acts = _call_acts(request, found, choices) if vendors else {}
    return answer(
        request,
        "suppliers/call.html",
        acts,
        lambda: {
            "call": found,
            "challenge": found.step.challenge,
            "part": part_of(found),
            "own": [(v, find_own(found, v)) for v in vendors],
            "answered": list_answered_questions(found),
            "mine": [q for v in vendors for q in list_own_questions(found, v.id)],
            "may_answer": bool(vendors),
            "is_open": found.closes_at > now_of(request),
            "asks": found.questions_until > now_of(request),
        },
    )


def _call_acts(request: HttpRequest, found: Solicitation, choices: list[tuple[str, str]]) -> dict[str, Act]:
    def start(given: dict[str, Any]) -> str:
        begun = do(request, submissions.start, found, get_own_vendor(given["vendor"], actor=actor_of(request)))
        return reverse("vendor-submission", args=[begun.code])

    acts: dict[str, Act] = {}
    if choices:
        initial = {"vendor": choices[0][0]}
        acts["start"] = Act(
            forms.form_of(vendor=forms.choice(_("For"), choices)),
            start,
            _("Start a submission"),
            initial=initial,
            style="",
        )
        acts["ask"] = Act(
            forms.form_of(
                vendor=forms.choice(_("For"), choices),
                text=forms.text(_("Your question")),
                kind=forms.word_choice(_("Answer"), "question", radio=True),
            ),
            lambda given: stay(
                do(
                    request,
                    solicitations.ask,
                    found,
                    get_own_vendor(given["vendor"], actor=actor_of(request)),
                    text=given["text"],
                    kind=given["kind"],
                )
            ),
            _("Send the question"),
            _("Your question was sent."),
            initial={**initial, "kind": QuestionKind.GENERAL},
        )
    return acts


def card(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Leave a capability card at an event."""
    actor = signed_in(request)
    vendors = list_own_vendors(actor)
    event = next((e for e in list_public_engagements(get_public_challenge(code)) if e.step.key == key), None)
    if event is None or not vendors:
        raise Unknown
    acts = {
        "card": Act(
            forms.form_of(
                vendor=forms.choice(_("For"), [(v.code, v.name) for v in vendors]),
                text=forms.text(_("What you can do"), hint=_("Public. It is no condition for anything.")),
            ),
            lambda given: _left(request, event, get_own_vendor(given["vendor"], actor=actor), given["text"]),
            _("Leave the card"),
            _("Your card is public."),
            style="",
        )
    }
    return answer(request, "suppliers/card.html", acts, lambda: {"event": event, "challenge": event.step.challenge})


def _left(request: HttpRequest, event: Any, vendor: Vendor, text: str) -> str:  # noqa: ANN401 - an engagement
    do(request, give_card, event, vendor, text=text)
    return reverse("public-engagement", args=[event.step.challenge.code, event.step.key])
