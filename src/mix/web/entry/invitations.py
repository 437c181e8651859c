"""Coming in by an invitation: its link shows that the address is one's own, so one page makes the account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mix.actions.choice import outsiders
from mix.actions.city.invitations import accept_invitation, join
from mix.data.models import PanelInvitation, Person, StaffInvitation, VendorInvitation
from mix.readers.choice.outsiders import unmet_of_offer, unmet_to_sit
from mix.readers.city.people import (
    Invitation,
    find_account,
    get_invitation,
    has_second_factor,
    is_unused,
    unmet_of_time,
    unmet_to_accept,
)
from mix.readers.core.errors import Unknown
from mix.rules.core.access import SECOND_FACTOR, TWO_PEOPLE, Role
from mix.rules.core.unmet import Unmet
from mix.web.drawing.pages import RefusedContext, draw_page
from mix.web.drawing.requests import actor_of, now_of, signed_in
from mix.web.drawing.showing import language
from mix.web.entry.signing_up import begin
from mix.web.forms import fields
from mix.web.forms.acts import Act, Listed, do, refused, show, take
from mix.web.forms.limits import Limit


def is_shown(person: Person) -> bool:
    """Say whether somebody is of the demonstration, whose people sign in by a card and have no second factor."""
    return bool(settings.DEMO and person.is_demo)


def role_offered(invitation: Invitation) -> Role:
    """Return the role that an invitation offers."""
    if isinstance(invitation, StaffInvitation):
        return Role(invitation.role)
    return Role.EVALUATOR if isinstance(invitation, PanelInvitation) else Role.VENDOR


def _goes_on(request: HttpRequest, accepted: Invitation, *, needs_factor: bool) -> str:
    """Return where an invitation leads; a second factor comes first where the role needs one."""
    role = role_offered(accepted)
    waits = role in TWO_PEOPLE and accepted.invited_by is not None
    messages.success(request, _("Accepted. A second person confirms the role.") if waits else _("Welcome."))
    if role in SECOND_FACTOR and needs_factor:
        return reverse("mfa_activate_totp")
    if isinstance(accepted, PanelInvitation):
        return reverse("evaluator-home")
    return reverse("account" if waits else "home-of-person")


@dataclass(frozen=True)
class Newcomer:
    """Whoever holds the link: the secret, what it offers, and the account of that address if nobody ever used it."""

    token: str
    invitation: Invitation
    found: Person | None = None


class Accept(Act[Newcomer]):
    """Accept the invitation."""

    label = gettext_lazy("Accept the invitation")
    style = ""

    def run(self, request: HttpRequest) -> str:
        """Accept it, and go on; where a second person is needed, say so."""
        offered, person = self.about.invitation, signed_in(request).someone
        verb = outsiders.accept if isinstance(offered, PanelInvitation) else accept_invitation
        do(request, verb, self.about.token)
        return _goes_on(request, offered, needs_factor=not has_second_factor(person) and not is_shown(person))


class Decline(Act[str]):
    """Decline the seat on a panel that is offered with this token."""

    label = gettext_lazy("Decline the invitation")
    done = gettext_lazy("Declined. Whoever invited you was told.")
    limit = Limit(by_person=20, by_address=60)

    def run(self, request: HttpRequest) -> None:
        """Decline it."""
        do(request, outsiders.decline, self.about)


class Join(Act[Newcomer]):
    """Choose a name and a password, and accept."""

    label = gettext_lazy("Make my account and accept")
    style = ""
    limit = Limit(by_person=20, by_address=60)  # a whole city hall may have one address

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "name"}),
        validators=[fields.check_line],
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password, once more"),
        max_length=500,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def fit(self) -> None:
        """Say what a password must be."""
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    @classmethod
    def first(cls, about: Newcomer) -> Mapping[str, Any]:
        """Show the name that is known."""
        offered = "" if isinstance(about.invitation, VendorInvitation) else about.invitation.name
        return {"name": about.found.name if about.found else offered}

    def clean(self) -> dict[str, Any]:
        """Check the password against the rules of the site, and against its twin."""
        given = super().clean() or {}
        password = given.get("password")
        if password:
            person = Person(email=self.about.invitation.email, name=given.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as error:
                self.add_error("password", error)
            if given.get("again") not in (None, password):
                self.add_error("again", _("The two passwords are not the same"))
        return given

    def run(self, request: HttpRequest) -> str:
        """Make the account, sign its person in, and go on."""
        name, password = (self.cleaned_data[key] for key in ("name", "password"))
        _join(request, self.about, name=name, password=password)
        return _goes_on(request, self.about.invitation, needs_factor=True)


class JoinByPasskey(Act[Newcomer]):
    """Choose a name, and accept; the next page makes the passkey."""

    label = gettext_lazy("Make my account with a passkey")
    limit = Limit(by_person=20, by_address=60)  # as above

    name = Join.base_fields["name"]

    @classmethod
    def first(cls, about: Newcomer) -> Mapping[str, Any]:
        """Show the name that is known."""
        return Join.first(about)

    def run(self, request: HttpRequest) -> str:
        """Make the account, sign its person in, and go on to the passkey."""
        _join(request, self.about, name=self.cleaned_data["name"], password=None)
        _goes_on(request, self.about.invitation, needs_factor=False)
        return reverse("mfa_add_webauthn")


def _join(request: HttpRequest, about: Newcomer, *, name: str, password: str | None) -> None:
    verb = outsiders.join if isinstance(about.invitation, PanelInvitation) else join
    do(request, verb, about.token, name=name, password=password, language=language())
    person = find_account(about.invitation.email)
    if person is None:
        raise Unknown
    begin(request, person, by="password" if password else "email")


@dataclass(frozen=True)
class InvitationContext:
    """What the page of an invitation draws."""

    invitation: Invitation
    email: str
    may_accept: bool
    is_elsewhere: bool
    has_account: bool
    needs_factor: bool = False


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Say what an invitation offers, and to which address.

    Whoever is signed out makes an account with it; its own person accepts it; others are told what to do.
    """
    try:
        found = get_invitation(token)
    except Unknown:
        return draw_page(request, "parts/refused.html", RefusedContext((Unmet("invitation_unknown"),)), status=404)
    person = actor_of(request).person
    return _of_person(request, found, token, person) if person else _of_newcomer(request, found, token)


def _of_person(request: HttpRequest, found: Invitation, token: str, person: Person) -> HttpResponse:
    now = now_of(request)
    if isinstance(found, PanelInvitation):
        unmet = unmet_to_sit(found, person, now=now)
    else:
        unmet = unmet_to_accept(found, person, now=now)
    acts = {"accept": Listed(Accept, Newcomer(token, found))} | _to_decline(found, token)
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    taken.unmet = taken.unmet or unmet
    is_elsewhere = any(one.code == "invitation_of_another" for one in unmet)
    context = InvitationContext(found, person.email, not unmet, is_elsewhere, has_account=True)
    return show(request, "entry/invitation.html", taken, context)


def _to_decline(found: Invitation, token: str) -> dict[str, Listed[Any]]:
    return {"decline": Listed(Decline, token)} if isinstance(found, PanelInvitation) else {}


def _joining(about: Newcomer) -> dict[str, Listed[Any]]:
    return {"join": Listed(Join, about), "join_by_passkey": Listed(JoinByPasskey, about)}


def _of_newcomer(request: HttpRequest, found: Invitation, token: str) -> HttpResponse:
    now, account = now_of(request), find_account(found.email)
    unmet = unmet_of_offer(found, now=now) if isinstance(found, PanelInvitation) else unmet_of_time(found, now=now)
    has_account = account is not None and not is_unused(account)
    acts: dict[str, Listed[Any]] = _to_decline(found, token)
    if unmet or (has_account and request.POST.get("act") not in acts):
        # what was posted all the same waits nowhere: it holds a password
        taken = refused({} if unmet else acts, *unmet)
    else:
        answer = take(request, acts if has_account else _joining(Newcomer(token, found, account)) | acts)
        if isinstance(answer, HttpResponse):
            return answer
        taken = answer
    taken.own = ("join", "join_by_passkey", *acts) if "join" in taken.acts else ()
    context = InvitationContext(
        found,
        "",
        may_accept=not unmet,
        is_elsewhere=False,
        has_account=has_account,
        needs_factor=role_offered(found) in SECOND_FACTOR,
    )
    page = show(request, "entry/invitation.html", taken, context)
    page["Cache-Control"] = "no-store"  # its address is a key
    return page
