"""The challenge as a whole: its route, its cities, its vendors, its end and its beginning again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.case import challenges
from mix.actions.flow import moves
from mix.actions.flow.endings import cancel, reissue
from mix.data.models import Challenge
from mix.readers.case.challenges import get_challenge, method_for, roles_in
from mix.readers.case.joining import list_requests
from mix.readers.knowledge.lessons import hours_by_role, list_lessons
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import Route
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in
from mix.web.parts.showing import use_clock
from mix.web.staff.case.joining import lead_acts


def manage(request: HttpRequest, code: str) -> HttpResponse:
    """The challenge as a whole: route, cities, cancel, begin again, vendors and their standing."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    roles = roles_in(challenge, actor)
    acts = _whole_acts(request, challenge, roles)
    return answer(
        request,
        "staff/case/manage.html",
        acts,
        lambda: {
            "challenge": Challenge.objects.select_related("municipality", "method").get(pk=challenge.pk),
            "cities": challenge.cities.select_related("municipality").order_by("-is_lead", "id"),
            "requests": list_requests(challenge),
            "participations": challenge.participations.select_related("vendor").order_by("vendor__name"),
            "hours": hours_by_role(challenge),
            "lessons": list_lessons(challenge),
        },
    )


def _whole_acts(request: HttpRequest, challenge: Challenge, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if challenge.status == ChallengeStatus.RUNNING and grants(roles, Permission.CHALLENGE_CANCEL):
        acts["cancel"] = Act(
            forms.form_of(reason=forms.text(_("Reason"), hint=_("Public, and sent to every vendor that takes part."))),
            lambda given: stay(do(request, cancel, challenge, **given)),
            _("Cancel the challenge"),
            _("Cancelled. Everybody concerned was told."),
        )
    if (
        challenge.status == ChallengeStatus.RUNNING
        and challenge.route_frozen_at is None
        and grants(roles, Permission.DOCUMENT_EDIT)
    ):
        acts["route"] = _route_act(request, challenge)
    if challenge.status in (ChallengeStatus.CANCELLED, ChallengeStatus.STOPPED) and grants(
        roles, Permission.DOCUMENT_EDIT
    ):

        def again(given: dict[str, Any]) -> str:
            made = do(
                request,
                reissue,
                challenge,
                code=f"{challenge.code[:55]}-{challenge.reissues.count() + 2}",
                **given,
            )
            return reverse("city-challenge", args=[made.code])

        acts["reissue"] = Act(
            forms.form_of(reason=forms.text(_("What is different this time?"))),
            again,
            _("Begin again"),
            _("The documents of before are drafts of the new challenge."),
            style="",
        )
    return acts | _disqualifying(request, challenge, roles) | lead_acts(request, challenge, roles)


def _route_act(request: HttpRequest, challenge: Challenge) -> Act:
    routes = [route.value for route in method_for(challenge).routes]
    return Act(
        forms.form_of(
            route=forms.word_choice(_("Route"), "route", routes),
            reason=forms.text(_("Why this route?"), rows=2),
        ),
        lambda given: stay(
            do(request, challenges.change_route, challenge, route=Route(given["route"]), reason=given["reason"])
        ),
        _("Set the route"),
        _("The route and its reason are on record."),
    )


def _disqualifying(request: HttpRequest, challenge: Challenge, roles: frozenset[Role]) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    live = [
        p for p in challenge.participations.select_related("vendor").order_by("vendor__name") if not p.disqualified_at
    ]
    if challenge.status == ChallengeStatus.RUNNING and live and grants(roles, Permission.RESULT_FINALISE):
        acts["disqualify"] = Act(
            forms.form_of(
                vendor=forms.choice(_("Vendor"), [(p.vendor.code, p.vendor.name) for p in live]),
                reason=forms.text(_("Reason"), hint=_("The vendor is told. Ranks are computed again.")),
            ),
            lambda given: stay(
                do(
                    request,
                    moves.disqualify,
                    challenge,
                    next(p.vendor for p in live if p.vendor.code == given["vendor"]),
                    reason=given["reason"],
                )
            ),
            _("Disqualify"),
            _("Disqualified. Ranks were computed again."),
        )
    return acts
