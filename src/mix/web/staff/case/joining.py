"""Later cities that join a challenge: the lead declares the window and answers, another city asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from mix.actions.case import joining
from mix.data.models import Challenge, JoinRequest, Municipality
from mix.readers.case.challenges import get_public_challenge
from mix.readers.case.joining import get_request, list_requests, share_left
from mix.readers.city.municipalities import list_own_municipalities
from mix.rules.case.states import ChallengeStatus, JoinAnswer
from mix.rules.core.access import Permission, Role, grants
from mix.web.drawing.requests import staff_of, today_of
from mix.web.drawing.showing import use_clock
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted, show, take


class DeclareWindow(Act[Challenge]):
    """Declare until when other cities may join, before the first notice."""

    label = _("Declare it")
    done = _("Declared. The first notice says so, and then it stays.")
    needs = Permission.DOCUMENT_EDIT

    until = fields.day(_("Other cities may join until"), required=False)
    most_percent = fields.number(_("Share of the value for them in all, in percent"), most=joining.MOST_PERCENT)

    @classmethod
    def first(cls, about: Challenge) -> Mapping[str, Any]:
        """Show what is declared so far."""
        return {"until": about.joins_until, "most_percent": about.joins_percent or 0}

    def run(self, request: HttpRequest) -> None:
        """Declare it."""
        do(request, joining.declare_window, self.about, **self.cleaned_data)


class AnswerCity(RowAct[Challenge]):
    """Answer a city that asked to take part."""

    label = _("Answer the city")
    done = _("Answered. The city was told.")
    needs = Permission.SOLICITATION_PUBLISH

    answer = fields.choice(
        _("Answer"), [(JoinAnswer.AGREE, _("It takes part")), (JoinAnswer.REFUSE, _("Refuse"))], radio=True
    )
    reason = fields.text(_("Reason"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Answer it."""
        given = self.cleaned_data
        row = get_request(self.about, given["item"])
        do(request, joining.answer, row, agree=given["answer"] == JoinAnswer.AGREE, reason=given["reason"])


@dataclass(frozen=True)
class Joinable:
    """A challenge, and the cities of the reader that may ask to join it."""

    challenge: Challenge
    cities: tuple[Municipality, ...]


class AskToJoin(Act[Joinable]):
    """Ask, for a city, to take part."""

    label = _("Ask to join")
    done = _("The lead city was told, and answers with a reason.")
    style = ""

    city = fields.choice(_("City"), [])
    share_percent = fields.number(_("Your share of the value, in percent"))
    note = fields.text(_("What your city brings, and who agreed to it there"), rows=3)

    def fit(self) -> None:
        """Offer the reader's cities, and no more than what is left."""
        fields.offer(self, "city", [(c.code, c.name) for c in self.about.cities])
        most = share_left(self.about.challenge)
        self.fields["share_percent"] = fields.number(_("Your share of the value, in percent"), most=most)

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        city = next(c for c in self.about.cities if c.code == self.cleaned_data["city"])
        do(request, joining.ask, self.about.challenge, **{**self.cleaned_data, "city": city})


@dataclass(frozen=True)
class JoinContext:
    """What the page on which a city asks to join draws."""

    challenge: Challenge
    left: int
    asked: list[JoinRequest]


def lead_acts(challenge: Challenge, roles: frozenset[Role]) -> Acts:
    """Return what the lead can do: declare the window before the first notice, answer those who asked."""
    if challenge.status != ChallengeStatus.RUNNING:
        return {}
    acts: dict[str, Listed[Challenge]] = {"join_answer": Listed(AnswerCity, challenge)}
    if challenge.route_frozen_at is None:
        acts["window"] = Listed(DeclareWindow, challenge)
    return granted(roles, acts)


def join(request: HttpRequest, code: str) -> HttpResponse:
    """Ask, as another city, to take part in a challenge that runs."""
    actor = staff_of(request)
    challenge = get_public_challenge(code, actor=actor)
    use_clock(challenge.municipality.zone)
    there = {c.municipality.code for c in challenge.cities.all()}
    mine = tuple(
        city
        for city in list_own_municipalities(actor)
        if city.code not in there and grants(actor.roles_at(city.code), Permission.DOCUMENT_EDIT)
    )
    may_ask = mine and may_be_joined(request, challenge)
    taken = take(request, {"ask": Listed(AskToJoin, Joinable(challenge, mine))} if may_ask else {})
    if isinstance(taken, HttpResponse):
        return taken
    asked = [r for r in list_requests(challenge) if actor.roles_at(r.city.code)]
    return show(request, "staff/case/join.html", taken, JoinContext(challenge, share_left(challenge), asked))


def may_be_joined(request: HttpRequest, challenge: Challenge) -> bool:
    """Say whether the window that was declared is open today."""
    until = challenge.joins_until
    return bool(
        until
        and challenge.status == ChallengeStatus.RUNNING
        and today_of(request) <= until
        and challenge.route_frozen_at
    )
