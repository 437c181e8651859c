"""Later cities that join a challenge: the lead declares the window and answers, another city asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from mix.actions.case import joining
from mix.data.models import Challenge
from mix.readers.case.challenges import get_public_challenge
from mix.readers.case.joining import list_requests, share_left
from mix.readers.city.municipalities import list_own_municipalities
from mix.readers.core.errors import Unknown
from mix.rules.case.states import ChallengeStatus, JoinAnswer
from mix.rules.core.access import Permission, Role, grants
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in, today_of
from mix.web.parts.showing import use_clock


def lead_acts(request: HttpRequest, challenge: Challenge, roles: frozenset[Role]) -> dict[str, Act]:
    """Return what the lead can do: declare the window before the first notice, answer those who asked."""
    acts: dict[str, Act] = {}
    if challenge.status != ChallengeStatus.RUNNING:
        return acts
    if challenge.route_frozen_at is None and grants(roles, Permission.DOCUMENT_EDIT):
        acts["window"] = Act(
            forms.form_of(
                until=forms.day(_("Other cities may join until"), required=False),
                most_percent=forms.number(
                    _("Share of the value for them in all, in percent"), most=joining.MOST_PERCENT
                ),
            ),
            lambda given: stay(do(request, joining.declare_window, challenge, **given)),
            _("Declare it"),
            _("Declared. The first notice says so, and then it stays."),
            initial={"until": challenge.joins_until, "most_percent": challenge.joins_percent or 0},
        )
    if grants(roles, Permission.SOLICITATION_PUBLISH):

        def give(given: dict[str, Any]) -> None:
            row = challenge.join_requests.filter(code=given["item"]).first()
            if row is None:
                raise Unknown
            do(request, joining.answer, row, agree=given["answer"] == JoinAnswer.AGREE, reason=given["reason"])

        acts["join_answer"] = Act(
            forms.form_of(
                item=forms.hidden(),
                answer=forms.choice(
                    _("Answer"), [(JoinAnswer.AGREE, _("It takes part")), (JoinAnswer.REFUSE, _("Refuse"))], radio=True
                ),
                reason=forms.text(_("Reason"), rows=2),
            ),
            give,
            _("Answer the city"),
            _("Answered. The city was told."),
        )
    return acts


def join(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, as another city, to take part in a challenge that runs."""
    actor = signed_in(request)
    if not actor.is_staff:
        raise Unknown
    challenge = get_public_challenge(code)
    use_clock(challenge.municipality.zone)
    there = {c.municipality.code for c in challenge.cities.all()}
    mine = [
        city
        for city in list_own_municipalities(actor)
        if city.code not in there and grants(actor.roles_at(city.code), Permission.DOCUMENT_EDIT)
    ]
    acts: dict[str, Act] = {}
    if mine and may_be_joined(request, challenge):
        acts["ask"] = Act(
            forms.form_of(
                city=forms.choice(_("City"), [(c.code, c.name) for c in mine]),
                share_percent=forms.number(_("Your share of the value, in percent"), most=share_left(challenge)),
                note=forms.text(_("What your city brings, and who agreed to it there"), rows=3),
            ),
            lambda given: stay(
                do(
                    request,
                    joining.ask,
                    challenge,
                    **{**given, "city": next(c for c in mine if c.code == given["city"])},
                )
            ),
            _("Ask to join"),
            _("The lead city was told, and answers with a reason."),
            style="",
        )
    return answer(
        request,
        "staff/case/join.html",
        acts,
        lambda: {
            "challenge": challenge,
            "left": share_left(challenge),
            "asked": [r for r in list_requests(challenge) if actor.roles_at(r.city.code)],
        },
    )


def may_be_joined(request: HttpRequest, challenge: Challenge) -> bool:
    """Say whether the window that was declared is open today."""
    until = challenge.joins_until
    return bool(
        until
        and challenge.status == ChallengeStatus.RUNNING
        and today_of(request) <= until
        and challenge.route_frozen_at
    )
