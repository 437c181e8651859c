"""A vendor's own organization: register it, describe it, invite people into its team, end their place there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.forms import CharField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mix.actions.city import invitations
from mix.actions.market import mergers, vendors
from mix.data.models import Merger, Person, Vendor, VendorInvitation
from mix.readers.city.people import list_members
from mix.readers.core.errors import Unknown
from mix.readers.market.shared_people import list_also_elsewhere
from mix.readers.market.vendors import (
    domain_of,
    find_merger,
    get_invitation_of,
    get_merger,
    get_own_vendor,
    list_alike,
    list_invitations,
    list_mergers_asked,
)
from mix.web.drawing.requests import actor_of, signed_in
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, show, take
from mix.web.forms.limits import Limit

S = TypeVar("S")


def number_field() -> CharField:
    """Make the field for the number of an organization."""
    hint = _("The first nine digits of your CRA number, or your NEQ. With it nobody registers you a second time.")
    return fields.line(_("Business number"), hint=hint, required=False, most=30)


class Register(Act[None]):
    """Register an organization."""

    label = _("Register")
    done = _("Your organization is registered.")
    style = ""
    limit = Limit(by_person=5)

    name = fields.line(_("Name of the organization"))
    size = fields.word_choice(_("People"), "size")
    place = fields.line(_("Town"), required=False)
    number = number_field()
    capability = fields.text(_("What you can do"), hint=_("Public, in a few sentences."), required=False)

    def fit(self) -> None:
        """Ask whether it is another, where what was typed looks like one that is there."""
        if self.is_bound and list_alike(str(self.data.get("name", ""))):
            self.fields["is_another"] = fields.yes(_("It is another organization than these"))

    def run(self, request: HttpRequest) -> str:
        """Register it."""
        facts = dict(self.cleaned_data)
        do(request, vendors.register_vendor, facts.pop("name"), **facts)
        return reverse("vendor-home")


def register(request: HttpRequest) -> HttpResponse:
    """Register an organization in one minute."""
    signed_in(request)
    taken = take(request, {"register": Listed(Register, None)})
    return taken if isinstance(taken, HttpResponse) else show(request, "suppliers/register.html", taken)


class Described(Act[S]):
    """What asks for what everybody reads of an organization."""

    size = fields.word_choice(_("People"), "size")
    place = fields.line(_("Town"), required=False)
    number = number_field()
    website = fields.link(_("Website"))
    capability = fields.text(_("What you can do"), hint=_("Public, in a few sentences."), required=False)


class Describe(Described[Vendor]):
    """Correct what everybody reads of one's own organization."""

    label = _("Save")
    done = _("Saved.")

    @classmethod
    def first(cls, about: Vendor) -> Mapping[str, Any]:
        """Show what is kept."""
        return {name: getattr(about, name) for name in ("size", "place", "number", "website", "capability")}

    def run(self, request: HttpRequest) -> None:
        """Save it."""
        do(request, vendors.describe, self.about, **self.cleaned_data)


class Invite(Act[Vendor]):
    """Invite somebody who acts for the vendor."""

    label = _("Invite")
    done = _("The invitation was sent. It works once, for 14 days.")
    limit = Limit(by_person=20)  # its mail goes to anybody, under a name that anybody may choose

    email = fields.email(_("E-mail"))
    language = fields.choice(_("Language of the mail"), fields.languages)

    def run(self, request: HttpRequest) -> None:
        """Invite them."""
        do(request, vendors.invite_member, self.about, **self.cleaned_data)


class SendAgain(RowAct[Vendor]):
    """Send an invitation again."""

    label = _("Send again")
    done = _("Sent again. The link that was sent before opens nothing more.")
    limit = Limit(by_person=20)
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Send it."""
        do(request, invitations.send_again, get_invitation_of(self.about, self.row))


class Withdraw(RowAct[Vendor]):
    """Take an invitation back."""

    label = _("Withdraw")
    done = _("Withdrawn. Its link says so from now on.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Take it back."""
        do(request, invitations.withdraw_invitation, get_invitation_of(self.about, self.row))


class EndMember(RowAct[Vendor]):
    """End somebody's place in the team, or one's own."""

    label = _("End this place in the team")
    done = _("Ended. Drafts and letters are closed to them from now on.")

    def run(self, request: HttpRequest) -> str:
        """End it; whoever left has nothing more to see here."""
        person = next((p for p in list_members(self.about.pk) if p.code == self.row), None)
        if person is None:
            raise Unknown
        do(request, vendors.end_member, self.about, person=person)
        return reverse("home-of-person") if person == actor_of(request).person else request.path


class AskMerger(Act[Vendor]):
    """Ask to go on as another organization."""

    label = _("Ask them")
    done = _("Asked. The people of the other organization were told.")
    limit = Limit(by_person=5)

    into = fields.line(_("Name of the organization that stays"))

    def run(self, request: HttpRequest) -> None:
        """Ask."""
        do(request, mergers.ask, self.about, **self.cleaned_data)


class WithdrawMerger(Act[Vendor]):
    """Take that question back."""

    label = _("Take it back")
    done = _("Taken back.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Take it back."""
        do(request, mergers.withdraw, self.about)


class AgreeMerger(RowAct[Vendor]):
    """Let another organization go on as one's own."""

    label = _("Agree")
    done = _("The two are one. The people of the other have joined your team.")

    def run(self, request: HttpRequest) -> None:
        """Agree."""
        do(request, mergers.agree, get_merger(self.about, self.row))


class DeclineMerger(RowAct[Vendor]):
    """Say no."""

    label = _("Decline")
    done = _("Declined. Nothing has changed.")
    style = "btn--link"

    def run(self, request: HttpRequest) -> None:
        """Decline."""
        do(request, mergers.decline, get_merger(self.about, self.row))


@dataclass(frozen=True)
class TeamContext:
    """What the page of a vendor's people draws."""

    vendor: Vendor
    members: Sequence[Person]
    invitations: Sequence[VendorInvitation]
    elsewhere: Sequence[tuple[Person, str]]
    domain: str
    merger: Merger | None
    asked: Sequence[Merger]


def team(request: HttpRequest, code: str) -> HttpResponse:
    """Who acts for the vendor, whom it invited, and what everybody reads of it."""
    vendor = get_own_vendor(code, actor=signed_in(request))
    merger, asked = find_merger(vendor), list_mergers_asked(vendor)
    acts: Acts = {
        "invite": Listed(Invite, vendor),
        "again": Listed(SendAgain, vendor),
        "withdraw": Listed(Withdraw, vendor),
        "end": Listed(EndMember, vendor),
        "describe": Listed(Describe, vendor),
        "agree": Listed(AgreeMerger, vendor),
        "decline": Listed(DeclineMerger, vendor),
        "withdraw-merger" if merger else "ask-merger": Listed(WithdrawMerger if merger else AskMerger, vendor),
    }
    taken = take(request, {} if vendor.merged_into else acts)
    if isinstance(taken, HttpResponse):
        return taken
    context = TeamContext(
        vendor=vendor,
        members=list_members(vendor.id),
        invitations=list_invitations(vendor),
        elsewhere=list_also_elsewhere(vendor),
        domain=domain_of(vendor),
        merger=merger,
        asked=asked,
    )
    return show(request, "suppliers/team.html", taken, context)
