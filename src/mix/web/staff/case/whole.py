"""The challenge as a whole: its route, its cities, its vendors, its end and its beginning again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.case import challenges
from mix.actions.flow import moves
from mix.actions.flow.endings import cancel, reissue
from mix.data.models import Challenge, ChallengeCity, JoinRequest, Lesson, Participation
from mix.readers.case.challenges import get_challenge, list_city_rows, method_for, roles_in
from mix.readers.case.joining import list_requests
from mix.readers.choice.awards import endings_in
from mix.readers.knowledge.lessons import hours_by_role, list_lessons
from mix.readers.market.participations import list_participations
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.states import Ending
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import Route
from mix.web.drawing.requests import signed_in
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted, show, take
from mix.web.staff.case.joining import lead_acts


class Cancel(Act[Challenge]):
    """Cancel the challenge."""

    label = _("Cancel the challenge")
    done = _("Cancelled. Everybody concerned was told.")
    needs = Permission.CHALLENGE_CANCEL

    reason = fields.text(_("Reason"), hint=_("Public, and sent to every vendor that takes part."))

    def run(self, request: HttpRequest) -> None:
        """Cancel it."""
        do(request, cancel, self.about, **self.cleaned_data)


class SetRoute(Act[Challenge]):
    """Set the route, with a reason, while no notice has frozen it."""

    label = _("Set the route")
    done = _("The route and its reason are on record.")
    needs = Permission.DOCUMENT_EDIT

    route = fields.word_choice(_("Route"), "route")
    reason = fields.text(_("Why this route?"), rows=2)

    def fit(self) -> None:
        """Offer the routes of the method."""
        routes = [route.value for route in method_for(self.about).routes]
        self.fields["route"] = fields.word_choice(_("Route"), "route", routes)

    def run(self, request: HttpRequest) -> None:
        """Set it."""
        route, reason = Route(self.cleaned_data["route"]), self.cleaned_data["reason"]
        do(request, challenges.change_route, self.about, route=route, reason=reason)


class BeginAgain(Act[Challenge]):
    """Begin again with the documents of before."""

    label = _("Begin again")
    done = _("The documents of before are drafts of the new challenge.")
    style = ""
    needs = Permission.DOCUMENT_EDIT

    reason = fields.text(_("What is different this time?"))

    def run(self, request: HttpRequest) -> str:
        """Begin, and go to the new challenge."""
        code = f"{self.about.code[:55]}-{self.about.reissues.count() + 2}"
        made = do(request, reissue, self.about, code=code, **self.cleaned_data)
        return reverse("city-challenge", args=[made.code])


@dataclass(frozen=True)
class InCompetition:
    """A challenge and its vendors that are not disqualified."""

    challenge: Challenge
    live: tuple[Participation, ...]


class Disqualify(Act[InCompetition]):
    """Disqualify a vendor."""

    label = _("Disqualify")
    done = _("Disqualified. Ranks were computed again.")
    needs = Permission.RESULT_FINALISE

    vendor = fields.choice(_("Vendor"), [])
    reason = fields.text(_("Reason"), hint=_("The vendor is told. Ranks are computed again."))

    def fit(self) -> None:
        """Offer the vendors that take part."""
        fields.offer(self, "vendor", [(p.vendor.code, p.vendor.name) for p in self.about.live])

    def run(self, request: HttpRequest) -> None:
        """Disqualify it."""
        vendor = next(p.vendor for p in self.about.live if p.vendor.code == self.cleaned_data["vendor"])
        do(request, moves.disqualify, self.about.challenge, vendor, reason=self.cleaned_data["reason"])


@dataclass(frozen=True)
class WholeContext:
    """What the page of the challenge as a whole draws."""

    challenge: Challenge
    cities: list[ChallengeCity]
    requests: list[JoinRequest]
    participations: list[Participation]
    endings: Mapping[int, Ending]
    hours: list[tuple[str, Decimal]]
    lessons: list[Lesson]


def manage(request: HttpRequest, code: str) -> HttpResponse:
    """The challenge as a whole: route, cities, cancel, begin again, vendors and their standing."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    taken = take(request, _whole_acts(challenge, roles_in(challenge, actor)))
    if isinstance(taken, HttpResponse):
        return taken
    context = WholeContext(
        challenge=get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ),
        cities=list_city_rows(challenge),
        requests=list_requests(challenge),
        participations=list_participations(challenge),
        endings=endings_in(challenge),
        hours=hours_by_role(challenge),
        lessons=list_lessons(challenge),
    )
    return show(request, "staff/case/manage.html", taken, context)


def _whole_acts(challenge: Challenge, roles: frozenset[Role]) -> Acts:
    acts: dict[str, Listed[Challenge] | Listed[InCompetition]] = {}
    if challenge.status == ChallengeStatus.RUNNING:
        acts["cancel"] = Listed(Cancel, challenge)
        if challenge.route_frozen_at is None:
            acts["route"] = Listed(SetRoute, challenge)
        if live := tuple(p for p in list_participations(challenge) if not p.disqualified_at):
            acts["disqualify"] = Listed(Disqualify, InCompetition(challenge, live))
    if challenge.status in (ChallengeStatus.CANCELLED, ChallengeStatus.STOPPED):
        acts["reissue"] = Listed(BeginAgain, challenge)
    return {**granted(roles, acts), **lead_acts(challenge, roles)}
