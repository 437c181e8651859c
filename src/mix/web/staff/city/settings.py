"""A city's own settings: who has which duty, and who may approve how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mix.actions.city import identities, municipalities, people
from mix.actions.flow.succession import end_role
from mix.data.models import (
    AuthorityBand,
    GroupDuty,
    IdentityProvider,
    Municipality,
    StaffInvitation,
    StaffRole,
)
from mix.readers.city.identities import list_duties, list_providers
from mix.readers.city.municipalities import (
    get_duty,
    get_own_municipality,
    list_bands,
    list_invitations,
    list_own_municipalities,
    list_staff,
)
from mix.readers.core.errors import Forbidden, Unknown
from mix.rules.city.delegation import Band
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import OutageRule
from mix.web.drawing.pages import draw_page, signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, show, take

GIVEN_ROLES = tuple(r.value for r in Role if r not in (Role.CHAIR, Role.PARTNER_CITY, Role.VENDOR))
BAND_ROLES = (
    Role.PROCUREMENT_OFFICER,
    Role.PROCUREMENT_MANAGER,
    Role.SPONSOR,
    Role.FINANCE,
    Role.AUTHORITY,
    Role.COUNCIL,
)
ROWS = 6


@dataclass(frozen=True)
class CitiesContext:
    """What the list of cities draws: each with whether one may change people, bands, by-law, methods, departments."""

    rows: list[tuple[Municipality, bool, bool, bool, bool, bool]]


def cities(request: HttpRequest) -> HttpResponse:
    """The cities whose settings this person may change."""
    actor = signed_in(request)
    rows = [
        (
            city,
            grants(actor.roles_at(city.code), Permission.PEOPLE_MANAGE),
            grants(actor.roles_at(city.code), Permission.DELEGATION_EDIT),
            grants(actor.roles_at(city.code), Permission.BYLAW_SIGN),
            grants(actor.roles_at(city.code), Permission.METHOD_EDIT),
            grants(actor.roles_at(city.code), Permission.DEPARTMENT_EDIT),
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
    style = ""

    email = fields.email(_("E-mail"))
    role = fields.word_choice(_("Role"), "role", GIVEN_ROLES)
    language = fields.choice(_("Language of the mail"), fields.languages)

    def run(self, request: HttpRequest) -> None:
        """Invite them."""
        given = {**self.cleaned_data, "role": Role(self.cleaned_data["role"])}
        do(request, people.invite_staff, self.about, **given)


@dataclass(frozen=True)
class Duties:
    """A city, and who has which duty there."""

    city: Municipality
    rows: tuple[StaffRole, ...]


class EndRole(RowAct[Duties]):
    """End a role, and hand it over where work waits for it."""

    label = _("End this role")
    done = _("Ended.")

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

    def run(self, request: HttpRequest) -> None:
        """Take it away."""
        row = next((d for d in list_duties(self.about) if str(d.pk) == self.row), None)
        if row is None:
            raise Unknown
        do(request, identities.drop_group, row)


@dataclass(frozen=True)
class StaffContext:
    """What the page of a city's people draws."""

    city: Municipality
    staff: list[StaffRole]
    invitations: list[StaffInvitation]
    providers: list[IdentityProvider]
    duties: list[GroupDuty]


def staff(request: HttpRequest, city: str) -> HttpResponse:
    """Who has which duty; invite, end."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.PEOPLE_MANAGE)
    providers = list_providers(found)
    acts: Acts = {"invite": Listed(Invite, found), "end": Listed(EndRole, Duties(found, tuple(list_staff(found))))}
    if providers:
        acts = {**acts, "map": Listed(MapGroup, tuple(providers)), "drop": Listed(DropGroup, found)}
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = StaffContext(found, list_staff(found), list_invitations(found), providers, list_duties(found))
    return show(request, "staff/city/staff.html", taken, context)


@dataclass(frozen=True)
class Authority:
    """A city, and its table of who may approve how much."""

    city: Municipality
    bands: tuple[AuthorityBand, ...]


class SetBands(Act[Authority]):
    """Set the table."""

    label = _("Set the table")
    done = _("Set. Gates use it from now on.")
    style = ""

    def fit(self) -> None:
        """Ask for each row, then for the source of them all."""
        for n in range(ROWS):
            self.fields[f"limit{n}"] = fields.money(gettext("Row %(n)d: up to") % {"n": n + 1}, required=False)
            self.fields[f"open{n}"] = fields.yes(_("Without limit"))
            self.fields[f"role{n}"] = fields.word_choice(_("Decides"), "role", BAND_ROLES)
        self.fields["source"] = fields.line(_("By-law and section"), hint=_("Where this table comes from."))

    @classmethod
    def first(cls, about: Authority) -> Mapping[str, Any]:
        """Show the table that is in use."""
        shown: dict[str, Any] = {"source": about.bands[0].source if about.bands else ""}
        for n, band in enumerate(about.bands[:ROWS]):
            shown |= {f"limit{n}": band.up_to_cents, f"open{n}": band.up_to_cents is None, f"role{n}": band.role}
        return shown

    def run(self, request: HttpRequest) -> None:
        """Set it; a row without an amount that is not without limit is no row."""
        given = self.cleaned_data
        bands = [
            Band(None if given[f"open{n}"] else given[f"limit{n}"], Role(given[f"role{n}"]))
            for n in range(ROWS)
            if given[f"open{n}"] or given[f"limit{n}"]
        ]
        do(request, municipalities.set_bands, self.about.city, bands=bands, source=given["source"])


class SetOutageRule(Act[Municipality]):
    """Set what an outage does to the closing of a call."""

    label = _("Set the rule")
    done = _("Set. It is printed in every notice from now on.")

    rule = fields.word_choice(_("In calls that are published from now on"), "outage", radio=True)

    @classmethod
    def first(cls, about: Municipality) -> Mapping[str, Any]:
        """Show the rule that is in use."""
        return {"rule": about.outage_rule}

    def run(self, request: HttpRequest) -> None:
        """Set it."""
        do(request, municipalities.set_outage_rule, self.about, rule=OutageRule(self.cleaned_data["rule"]))


@dataclass(frozen=True)
class AuthorityContext:
    """What the page of the table draws."""

    city: Municipality
    bands: list[AuthorityBand]


def authority(request: HttpRequest, city: str) -> HttpResponse:
    """Who may approve how much: the table by which gates find their decider."""
    actor = signed_in(request)
    found = get_own_municipality(city, actor=actor, needs=Permission.DELEGATION_EDIT)
    about = Authority(found, tuple(list_bands(found)))
    taken = take(request, {"set": Listed(SetBands, about), "outage": Listed(SetOutageRule, found)})
    if isinstance(taken, HttpResponse):
        return taken
    return show(request, "staff/city/authority.html", taken, AuthorityContext(found, list_bands(found)))
