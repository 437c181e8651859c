"""A city's own settings: what there is to set, and who has which duty."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mix.actions.city import identities, invitations, roles
from mix.actions.city.reviews import confirm_duties
from mix.actions.flow.succession import end_role
from mix.data.models import (
    GroupDuty,
    IdentityProvider,
    Municipality,
    Person,
    RoleProposal,
    StaffInvitation,
    StaffRole,
)
from mix.readers.city.identities import list_duties, list_providers
from mix.readers.city.municipalities import (
    get_duty,
    get_invitation_of,
    get_own_municipality,
    get_role_proposal,
    list_invitations,
    list_own_municipalities,
    list_role_proposals,
    list_staff,
    waiting_for_review,
)
from mix.readers.city.people import list_confirmers
from mix.readers.core.absences import list_absences_in
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.core.access import Permission, Role, grants
from mix.web.drawing.pages import draw_page
from mix.web.drawing.requests import now_of, signed_in
from mix.web.forms import fields
from mix.web.forms.absences import EndOfOther, EnterAway, Offer, drawn
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted, show, take
from mix.web.forms.limits import Limit
from mix.web.staff.city.people_lists import GIVEN_ROLES, read_list, sample_list


@dataclass(frozen=True)
class CitiesContext:
    """What the list of cities draws: each with what one may change or look after there."""

    rows: list[tuple[Municipality, bool, bool, bool, bool, bool, bool, bool, bool]]


def cities(request: HttpRequest) -> HttpResponse:
    """The cities whose settings this person may change."""
    actor = signed_in(request)
    rows = [
        (
            city,
            grants(actor.roles_at(city.code), Permission.PEOPLE_READ),
            grants(actor.roles_at(city.code), Permission.DELEGATION_EDIT),
            grants(actor.roles_at(city.code), Permission.BYLAW_READ),
            grants(actor.roles_at(city.code), Permission.BYLAW_SIGN),
            grants(actor.roles_at(city.code), Permission.METHOD_EDIT),
            grants(actor.roles_at(city.code), Permission.DEPARTMENT_EDIT),
            grants(actor.roles_at(city.code), Permission.MAIL_MANAGE),
            grants(actor.roles_at(city.code), Permission.CITY_EDIT),
        )
        for city in list_own_municipalities(actor)
    ]
    if not any(any(row[1:]) for row in rows):
        raise Forbidden(Permission.PEOPLE_MANAGE) if actor.is_staff else Unknown
    return draw_page(request, "staff/city/settings.html", CitiesContext(rows))


class Invite(Act[Municipality]):
    """Invite somebody to a duty."""

    label = _("Invite")
    done = _("The invitation was sent. It works once, for 14 days.")
    limit = Limit(by_person=60)  # a city that begins invites many on one day
    style = ""
    needs = Permission.PEOPLE_MANAGE

    email = fields.email(_("E-mail"))
    role = fields.word_choice(_("Role"), "role", GIVEN_ROLES)
    language = fields.choice(_("Language of the mail"), fields.languages)

    def run(self, request: HttpRequest) -> None:
        """Invite them."""
        given = {**self.cleaned_data, "role": Role(self.cleaned_data["role"])}
        do(request, invitations.invite_staff, self.about, **given)


class InviteListed(Act[Municipality]):
    """Invite everybody of a list."""

    label = _("Invite everybody on the list")
    limit = Limit(by_person=20)
    needs = Permission.PEOPLE_MANAGE

    file = fields.small_file(
        _("List of people (.csv)"),
        hint=_("Columns: email, name, role, department, language. If one line is wrong, nobody is invited."),
    )

    def run(self, request: HttpRequest) -> None:
        """Read it, and invite them."""
        people = read_list(self.about, self.cleaned_data["file"])
        count = do(request, invitations.invite_listed, self.about, people=people)
        said = ngettext(
            "%(n)s invitation was sent. It works once, for 14 days.",
            "%(n)s invitations were sent. Each works once, for 14 days.",
            count,
        )
        messages.success(request, said % {"n": count})


class SendAgain(RowAct[Municipality]):
    """Send an invitation again."""

    label = _("Send again")
    done = _("Sent again. The link that was sent before opens nothing more.")
    limit = Limit(by_person=20)
    style = "btn--link"
    needs = Permission.PEOPLE_MANAGE

    def run(self, request: HttpRequest) -> None:
        """Send it."""
        do(request, invitations.send_again, get_invitation_of(self.about, self.row))


class Withdraw(RowAct[Municipality]):
    """Take an invitation back."""

    label = _("Withdraw")
    done = _("Withdrawn. Its link says so from now on.")
    style = "btn--link"
    needs = Permission.PEOPLE_MANAGE

    def run(self, request: HttpRequest) -> None:
        """Take it back."""
        do(request, invitations.withdraw_invitation, get_invitation_of(self.about, self.row))


@dataclass(frozen=True)
class Duties:
    """A city, and who has which duty there."""

    city: Municipality
    rows: tuple[StaffRole, ...]


class EndRole(RowAct[Duties]):
    """End a role, and hand it over where work waits for it."""

    label = _("End this role")
    done = _("Ended.")
    needs = Permission.PEOPLE_MANAGE

    reason = fields.line(_("Reason"))
    successor = fields.optional_choice(_("Who takes over"), [], hint=_("They get the role and are told what waits."))

    def fit(self) -> None:
        """Offer everybody who works for the city."""
        names = sorted({(r.person.code, r.person.name) for r in self.about.rows}, key=lambda pair: pair[1])
        fields.offer(self, "successor", [("", "–"), *names])

    def run(self, request: HttpRequest) -> None:
        """End it."""
        item, successor = self.row, self.cleaned_data["successor"]
        row = get_duty(self.about.city, item)
        person = next((r.person for r in self.about.rows if r.person.code == successor), None)
        do(request, end_role, row, reason=self.cleaned_data["reason"], successor=person)


class MapGroup(Act[tuple[IdentityProvider, ...]]):
    """Give a role to a group of the city's own sign-in service."""

    label = _("Give the role to this group")
    done = _("Its members have the role from their next sign-in on.")
    needs = Permission.PEOPLE_MANAGE

    at = fields.choice(_("Sign-in service"), [])
    group = fields.line(_("Group"), hint=_("As the service names it; often a long identifier."))
    role = fields.word_choice(_("Role"), "role", GIVEN_ROLES)

    def fit(self) -> None:
        """Offer the city's services."""
        fields.offer(self, "at", [(p.key, p.name) for p in self.about])

    def run(self, request: HttpRequest) -> None:
        """Give it."""
        at, group, role = (self.cleaned_data[name] for name in ("at", "group", "role"))
        provider = next(p for p in self.about if p.key == at)
        do(request, identities.map_group, provider, group=group, role=Role(role))


class DropGroup(RowAct[Municipality]):
    """Take a role away from a group."""

    label = _("Take the role away")
    done = _("Its members lose the role when they sign in next.")
    style = "btn--link"
    needs = Permission.PEOPLE_MANAGE

    def run(self, request: HttpRequest) -> None:
        """Take it away."""
        row = next((d for d in list_duties(self.about) if str(d.pk) == self.row), None)
        if row is None:
            raise Unknown
        do(request, identities.drop_group, row)


class ConfirmDuties(RowAct[Duties]):
    """Say that somebody's duties are still right."""

    label = _("Still right")
    done = _("Confirmed for a year.")
    style = "btn--link"
    needs = Permission.ROLE_CONFIRM

    def run(self, request: HttpRequest) -> None:
        """Confirm them."""
        do(request, confirm_duties, self.about.city, person=get_duty(self.about.city, self.row).person)


class ConfirmRole(RowAct[Municipality]):
    """Confirm, as a second person, a role that was proposed."""

    label = _("Confirm as the second person")
    done = _("Confirmed. The role is held from now on.")
    needs = Permission.ROLE_CONFIRM

    def run(self, request: HttpRequest) -> None:
        """Confirm it."""
        do(request, roles.confirm_role, get_role_proposal(self.about, self.row))


class DropRole(RowAct[Municipality]):
    """Drop a role that was proposed."""

    label = _("Do not give this role")
    done = _("Dropped.")
    needs = Permission.ROLE_CONFIRM

    reason = fields.line(_("Reason"))

    def run(self, request: HttpRequest) -> None:
        """Drop it."""
        do(request, roles.drop_role, get_role_proposal(self.about, self.row), reason=self.cleaned_data["reason"])


@dataclass(frozen=True)
class StaffContext:
    """What the page of a city's people draws; roles that wait, each with the names of those who may confirm it."""

    city: Municipality
    staff: list[StaffRole]
    waiting: frozenset[int]
    me: Person | None
    proposals: list[tuple[RoleProposal, bool, str]]
    invitations: list[StaffInvitation]
    providers: list[IdentityProvider]
    duties: list[GroupDuty]


def staff(request: HttpRequest, city: str) -> HttpResponse:
    """Who has which duty; invite, end, confirm as a second person."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.PEOPLE_READ)
    if "sample" in request.GET:
        return sample_list(found)
    providers, rows = list_providers(found), list_staff(found)
    acts: Acts = {
        "invite": Listed(Invite, found),
        "list": Listed(InviteListed, found),
        "end": Listed(EndRole, Duties(found, tuple(rows))),
        "review": Listed(ConfirmDuties, Duties(found, ())),
        "again": Listed(SendAgain, found),
        "withdraw": Listed(Withdraw, found),
        "confirm": Listed(ConfirmRole, found),
        "drop_role": Listed(DropRole, found),
        "away": Listed(EnterAway, Offer(rows, rows)),
        "end_away": Listed(EndOfOther, found),
    }
    if providers:
        acts = {**acts, "map": Listed(MapGroup, tuple(providers)), "drop": Listed(DropGroup, found)}
    taken = take(request, granted(actor.roles_at(found.code), acts))
    if isinstance(taken, HttpResponse):
        return taken
    context = StaffContext(
        found,
        rows,
        frozenset(row.pk for row in waiting_for_review(rows, now=now_of(request))),
        actor.person,
        [_waits(p, actor) for p in list_role_proposals(found)],
        list_invitations(found),
        providers,
        list_duties(found),
    )
    away = drawn(list_absences_in(found, now=now_of(request)))
    return show(request, "staff/city/staff.html", taken, context, away)


def _waits(proposal: RoleProposal, actor: Actor) -> tuple[RoleProposal, bool, str]:
    """Return a role that waits, whether the actor may confirm it, and who may."""
    people = list_confirmers(proposal)
    return proposal, actor.person in people, ", ".join(p.name for p in people)
