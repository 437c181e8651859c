"""Who acts: a person with duties, seats and memberships, read fresh for every request and every verb."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from mix.data.asked import asked
from mix.data.models import (
    Municipality,
    PanelInvitation,
    PanelMember,
    Person,
    RoleProposal,
    StaffInvitation,
    StaffRole,
    VendorInvitation,
    VendorMember,
)
from mix.data.wall import lifted
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.kinds import Origin
from mix.rules.core.unmet import Unmet

Invitation = StaffInvitation | VendorInvitation | PanelInvitation


# Of seats: whoever sits from outside of the cities sees the panel until its result is final.
SEES_PANEL = Q(organization="") | Q(evaluation__finalised_at=None)


def actor_for(person: Person, *, origin: Origin = Origin.LIVE, recorded_at: datetime | None = None) -> Actor:
    """Read a person's duties and memberships, and whether it has a seat."""
    duties: dict[str, set[Role]] = {}
    vendors: set[int] = set()
    on_trial: set[str] = set()
    sits = False
    for place, role, is_on_trial in _acts_for(person.pk):
        if not place:
            sits = True
        elif role:
            duties.setdefault(place, set()).add(Role(role))
            on_trial |= {place} if is_on_trial else set()
        else:
            vendors.add(int(place))
    return Actor(
        person=person,
        duties={code: frozenset(roles) for code, roles in duties.items()},
        vendors=frozenset(vendors),
        on_trial=frozenset(on_trial),
        sits=sits,
        origin=origin,
        recorded_at=recorded_at,
    )


@asked
def _acts_for(person: int) -> QuerySet[StaffRole, tuple[str, str, bool]]:
    """Ask for the code of each city with a role there and whether it is on trial; for the number of each vendor.

    A seat has neither place nor role.
    """
    duties = StaffRole.objects.filter(person_id=person, ended_at=None)
    is_on_trial = Case(When(municipality__live_at=None, then=Value(1)), default=Value(0))
    teams = VendorMember.objects.filter(person_id=person, ended_at=None)
    seats = PanelMember.objects.filter(SEES_PANEL, person_id=person, left_at=None)
    return duties.values_list("municipality__code", "role", is_on_trial).union(
        teams.values_list(Cast("vendor_id", CharField()), Value(""), Value(0)),
        seats.values_list(Value(""), Value(""), Value(0)),
        all=True,
    )


def hash_token(token: str) -> str:
    """Return what is kept of an invitation's secret: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def get_invitation(token: str) -> Invitation:
    """Return the invitation of a secret. Raises Unknown. Whoever holds it is of no city and no team yet."""
    kept = hash_token(token)
    with lifted():
        staff = StaffInvitation.objects.filter(token_hash=kept).select_related("municipality", "invited_by").first()
        team = VendorInvitation.objects.filter(token_hash=kept).select_related("vendor", "invited_by").first()
        found = staff or team or panel_invitations().filter(token_hash=kept).first()
    if found is None:
        raise Unknown
    return found


def panel_invitations() -> QuerySet[PanelInvitation]:
    """Return the seats that were offered by mail, each with its challenge and who invited."""
    challenge = "evaluation__step__challenge"
    rows = PanelInvitation.objects.select_related(f"{challenge}__municipality", f"{challenge}__method", "invited_by")
    return rows.defer(f"{challenge}__method__document")


def unmet_to_accept(
    invitation: StaffInvitation | VendorInvitation, person: Person, *, now: datetime
) -> tuple[Unmet, ...]:
    """List why a person may not accept an invitation: it is over, is another's, or is of the other side."""
    return unmet_of_time(invitation, now=now) or _unmet_to_be(invitation, person)


def unmet_of_time(invitation: Invitation, *, now: datetime) -> tuple[Unmet, ...]:
    """List why an invitation is over, for whoever holds its link."""
    if invitation.accepted_at is not None:
        return (Unmet("invitation_used"),)
    if invitation.withdrawn_at is not None:
        return (Unmet("invitation_withdrawn", {"inviter": inviter_of(invitation)}),)
    if isinstance(invitation, PanelInvitation) and invitation.declined_at is not None:
        return (Unmet("invitation_declined", {"inviter": inviter_of(invitation)}),)
    if now >= invitation.expires_at:
        return (Unmet("invitation_expired", {"on": f"{invitation.expires_at:%Y-%m-%d}"}),)
    return ()


def inviter_of(invitation: Invitation) -> str:
    """Return the name of who invited: a person, or the city for whoever runs the site."""
    if invitation.invited_by is not None:
        return invitation.invited_by.name
    return place_of_invitation(invitation)


def place_of_invitation(invitation: Invitation) -> str:
    """Return the name of the city or the vendor that an invitation is of."""
    if isinstance(invitation, VendorInvitation):
        return invitation.vendor.name
    return city_of_invitation(invitation).name


def city_of_invitation(invitation: StaffInvitation | PanelInvitation) -> Municipality:
    """Return the city that invites: of a panel, the one that leads its challenge."""
    if isinstance(invitation, StaffInvitation):
        return invitation.municipality
    return invitation.evaluation.step.challenge.municipality


def _unmet_to_be(invitation: StaffInvitation | VendorInvitation, person: Person) -> tuple[Unmet, ...]:
    if isinstance(invitation, StaffInvitation):
        unmet = unmet_to_be(person, Role(invitation.role), [invitation.municipality.code])
    else:
        unmet = unmet_to_be(person, Role.VENDOR)
    return (*unmet_by_address(invitation, person), *unmet)


def unmet_by_address(invitation: Invitation, person: Person) -> tuple[Unmet, ...]:
    """Say why it is for another. Only a confirmed address counts: an account with somebody else's is soon made."""
    invited = invitation.email.casefold()
    if invited in confirmed_addresses(person):
        return ()
    if invited == person.email.casefold():
        return (Unmet("invitation_unconfirmed", {"email": invitation.email}),)
    params = {"email": invitation.email, "own": person.email, "inviter": inviter_of(invitation)}
    return (Unmet("invitation_of_another", params),)


def confirmed_addresses(person: Person) -> set[str]:
    """Return the addresses that somebody has shown to be their own, casefolded."""
    rows = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
    return {email.casefold() for email in rows}


def is_own_address(person: Person, email: str) -> bool:
    """Say whether an address is somebody's own, confirmed or not."""
    return email.casefold() in {person.email.casefold(), *confirmed_addresses(person)}


def get_person(code: str) -> Person:
    """Return somebody by their code. Raises Unknown."""
    found = Person.objects.filter(code=code).first()
    if found is None:
        raise Unknown
    return found


def names_of(codes: Collection[str]) -> dict[str, str]:
    """Return people's names by their codes; whoever is not known is left out."""
    return dict(Person.objects.filter(code__in=codes).values_list("code", "name"))


def find_by_email(email: str) -> Person | None:
    """Return whose account has an address, if any."""
    return Person.objects.filter(email__iexact=email).first()


def find_account(email: str) -> Person | None:
    """Return whose account an address leads into: of whoever confirmed it, else the one that was made with it."""
    row = EmailAddress.objects.filter(email__iexact=email, verified=True).select_related("user").first()
    return row.user if row else find_by_email(email)


def is_unused(person: Person) -> bool:
    """Say whether nobody ever came in by an account: whoever shows that the address is theirs may take it."""
    return person.is_active and person.last_login is None and not confirmed_addresses(person)


def has_second_factor(person: Person) -> bool:
    """Say whether somebody has set up a second factor."""
    return bool(Authenticator.objects.filter(user=person).exists())


def lacks_way_in(person: Person) -> bool:
    """Say whether somebody has neither a password, nor a passkey, nor a city's own service that brings them in."""
    if person.has_usable_password():
        return False
    passkeys = Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN)
    return not passkeys.exists() and not SocialAccount.objects.filter(user=person).exists()


def list_roles_of(person: Person) -> list[StaffRole]:
    """List the duties that somebody has now, by city."""
    rows = person.staff_roles.filter(ended_at=None).select_related("municipality")
    return list(rows.order_by("municipality__name", "role"))


def list_waiting_of(person: Person) -> list[RoleProposal]:
    """List the duties that somebody gets once a second person has confirmed them. They are not of the city yet."""
    rows = person.role_proposals.filter(confirmed_at=None, dropped_at=None).select_related("municipality")
    with lifted():
        return list(rows.order_by("municipality__name", "role"))


def list_invitations_to(person: Person, *, now: datetime) -> list[StaffInvitation]:
    """List what cities offer to somebody's confirmed addresses and nobody has accepted yet, by city."""
    open_ = Q()
    for email in confirmed_addresses(person):
        open_ |= Q(email__iexact=email)
    if not open_:
        return []
    rows = StaffInvitation.objects.filter(open_, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    with lifted():
        return list(rows.select_related("municipality").order_by("municipality__name", "role"))


def list_teams_of(person: Person) -> list[VendorMember]:
    """List the vendors for whom somebody acts now, by name."""
    return list(person.vendor_members.filter(ended_at=None).select_related("vendor").order_by("vendor__name"))


def list_cast() -> list[Person]:
    """List the people of the demonstration with their duties and teams, by name."""
    rows = Person.objects.filter(is_demo=True).prefetch_related("staff_roles__municipality", "vendor_members__vendor")
    return list(rows.order_by("name"))


def find_in_cast(code: str) -> Person | None:
    """Return one of the people of the demonstration."""
    return Person.objects.filter(code=code, is_demo=True).first()


def list_with_role(municipality_ids: Iterable[int], *roles: Role) -> list[Person]:
    """List the people who have a duty, or one of several, in any of the cities, by name.

    Whoever acts sees them: a vendor or another city must be able to have the right people told.
    """
    with lifted():
        return list(
            Person.objects.filter(
                staff_roles__municipality_id__in=list(municipality_ids),
                staff_roles__role__in=roles,
                staff_roles__ended_at=None,
                is_active=True,
            )
            .distinct()
            .order_by("name", "id")
        )


def list_on_duty(municipality_id: int, *roles: Role) -> list[Person]:
    """List who acts in a city by any of some roles, each person once."""
    found = {person.pk: person for role in roles for person in list_with_role([municipality_id], role)}
    return list(found.values())


def list_confirmers(proposal: RoleProposal) -> list[Person]:
    """List who may confirm a duty that was proposed: neither who proposed it nor who gets it. By name."""
    people = {
        p.pk: p
        for role in sorted(TABLE[Permission.ROLE_CONFIRM])
        for p in list_with_role([proposal.municipality_id], role)
        if p.pk not in (proposal.proposed_by_id, proposal.person_id)
    }
    return sorted(people.values(), key=lambda p: p.name)


def list_told_of_roles(municipality: Municipality) -> list[Person]:
    """List who hears when a duty that takes two people changes: auditors, then managers."""
    roles = (Role.AUDITOR, Role.PROCUREMENT_MANAGER)
    return [p for role in roles for p in list_with_role([municipality.pk], role)]


def list_members(vendor_id: int, *, but: Person | None = None) -> list[Person]:
    """List the people who act for a vendor, by name; all of them, or all but one."""
    return [person for person in _members(vendor_id) if but is None or person.pk != but.pk]


@asked
def _members(vendor: int) -> QuerySet[Person]:
    rows = Person.objects.filter(vendor_members__vendor_id=vendor, vendor_members__ended_at=None, is_active=True)
    return rows.order_by("name", "id")
