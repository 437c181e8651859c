"""Coming in: home by duty, demonstration cards, the account page, the outbox of the demonstration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mix.actions.city.people import correct_person
from mix.data.models import Message, PanelInvitation, Person, RoleProposal, StaffInvitation, StaffRole, VendorMember
from mix.readers.choice.outsiders import list_offered_to, sat_outside
from mix.readers.city.people import (
    find_in_cast,
    list_cast,
    list_invitations_to,
    list_roles_of,
    list_teams_of,
    list_waiting_of,
)
from mix.readers.core.absences import list_absences_of, list_same_duties
from mix.readers.core.outbox import list_latest_mail, path_of
from mix.rules.core.access import Permission, Role, grants
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import in_language
from mix.web.entry.mail import ChooseMail
from mix.web.forms import fields
from mix.web.forms.absences import BeAway, Decline, EndOwn, Offer, StandIn, drawn
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, show, take
from mix.web.frame.sessions import begin_session, get_session, list_sessions


def home_of_person(request: HttpRequest) -> HttpResponse:
    """Send everybody to the one page that answers their question."""
    actor = signed_in(request)
    roles = actor.all_roles()
    if actor.vendors:
        return redirect("vendor-home")
    if roles <= {Role.EVALUATOR, Role.CHAIR} and roles:
        return redirect("evaluator-home")
    if roles and not roles - {Role.AUDITOR, Role.COUNCIL, Role.FAIRNESS_MONITOR}:
        return redirect("oversight-home")
    if actor.is_staff:
        return redirect("city-desk")
    person, now = actor.someone, now_of(request)
    is_invited = list_invitations_to(person, now=now) or list_offered_to(person, now=now)
    is_known = list_waiting_of(person) or is_invited or sat_outside(person)
    return redirect("account" if is_known else "vendor-register")


class Correct(Act[Person]):
    """Correct one's own name, and the language of one's mail."""

    label = gettext_lazy("Save")
    done = gettext_lazy("Saved.")

    name = fields.line(gettext_lazy("Your name"))
    language = fields.choice(gettext_lazy("Language of the mail"), fields.languages)

    @classmethod
    def first(cls, about: Person) -> Mapping[str, Any]:
        """Show what is kept."""
        return {"name": about.name, "language": about.language}

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, correct_person, **self.cleaned_data)


@dataclass(frozen=True)
class AccountContext:
    """What the page of one's own account draws; `may_stand_in`: somebody else has one of the own roles.

    `sat`: there was a seat from outside, of a panel that is over.
    """

    roles: list[StaffRole]
    may_stand_in: bool
    waiting: list[RoleProposal]
    invitations: list[StaffInvitation]
    offered: list[PanelInvitation]
    teams: list[VendorMember]
    sat: bool
    needs_factor: bool


def account(request: HttpRequest) -> HttpResponse:
    """Show one's own duties and teams, correct one's name, say when one is away, and find the way to signing in."""
    actor = signed_in(request)
    person, now = actor.someone, now_of(request)
    roles = list_roles_of(person)
    others = list_same_duties(roles, but=person)
    acts: Acts = {"correct": Listed(Correct, person), "mail": Listed(ChooseMail, person)}
    if roles:
        acts = {
            **acts,
            "end_away": Listed(EndOwn, person),
            "stand_in": Listed(StandIn, person),
            "decline": Listed(Decline, person),
        }
    if others:
        acts = {**acts, "away": Listed(BeAway, Offer(roles, others))}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    teams = list_teams_of(person)
    context = AccountContext(
        roles=roles,
        may_stand_in=bool(others),
        waiting=list_waiting_of(person),
        invitations=list_invitations_to(person, now=now),
        offered=list_offered_to(person, now=now),
        teams=teams,
        sat=not (roles or teams or actor.sits) and sat_outside(person),
        needs_factor=grants(actor.all_roles(), Permission.CHALLENGE_READ),
    )
    taken.own = ("correct", "sign_out")
    away = drawn(list_absences_of(person, now=now) if roles else [])
    return show(request, "entry/account.html", taken, context, away)


class EndSession(RowAct[Person]):
    """End one of somebody's sessions."""

    label = gettext_lazy("End this session")
    done = gettext_lazy("Ended.")

    def run(self, _request: HttpRequest) -> None:
        """End it."""
        get_session(self.about, self.row).end()


class EndOtherSessions(Act[Person]):
    """End every session of somebody but this one."""

    label = gettext_lazy("End every other session")
    done = gettext_lazy("Every other session is ended.")

    def run(self, request: HttpRequest) -> None:
        """End them."""
        for found, is_this in list_sessions(request, self.about):
            if not is_this:
                found.end()


@dataclass(frozen=True)
class SessionsContext:
    """Somebody's sessions, each with whether it is this one."""

    sessions: list[tuple[UserSession, bool]]


def sessions(request: HttpRequest) -> HttpResponse:
    """Every place where one is signed in, each to be ended; a stranger is thrown out with one click."""
    person = signed_in(request).someone
    taken = take(request, {"end": Listed(EndSession, person), "end_others": Listed(EndOtherSessions, person)})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "entry/sessions.html", taken, SessionsContext(list_sessions(request, person)))


@dataclass(frozen=True)
class DemoContext:
    """What the cards of the demonstration draw: the cast by city, vendors together."""

    groups: list[tuple[str, list[Person]]]


def demo_cards(request: HttpRequest) -> HttpResponse:
    """Show the cast with one button each. Not there outside a demonstration."""
    if not settings.DEMO:
        raise Http404
    groups: dict[str, list[Person]] = {}
    for person in list_cast():
        rows = [r for r in person.staff_roles.all() if r.ended_at is None]
        teams = [m for m in person.vendor_members.all() if m.ended_at is None]
        place = _("Vendors") if teams else in_language(rows[0].municipality, "name") if rows else _("Others")
        groups.setdefault(place, []).append(person)
    return draw_page(request, "entry/demo.html", DemoContext(sorted(groups.items())))


@require_POST
def demo_sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Sign in as a member of the demonstration cast. Not there outside a demonstration, or for anybody else."""
    person = find_in_cast(code) if settings.DEMO else None
    if person is None:
        raise Http404
    login(request, person, backend="allauth.account.auth_backends.AuthenticationBackend")
    begin_session(request)
    return redirect("home-of-person")


@dataclass(frozen=True)
class OutboxContext:
    """What the outbox of the demonstration draws: the latest mail with where it leads, or that to one address."""

    found: list[tuple[Message, str]]
    to: str


def demo_outbox(request: HttpRequest) -> HttpResponse:
    """Show the mail that went out last. Not there outside a demonstration or a sandbox."""
    if not settings.DEMO and not settings.SANDBOX:
        raise Http404
    to = request.GET.get("to", "")
    found = [(message, path_of(message)) for message in list_latest_mail(to=to)]
    return draw_page(request, "entry/outbox.html", OutboxContext(found, to))
