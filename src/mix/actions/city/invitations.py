"""Verbs on invitations: offer a duty by mail, send it again, withdraw it, accept it, make an account with it."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from mix.actions.city.people import join_vendor, lock_person
from mix.actions.city.roles import Offered, grant_role, take_back
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.actions.core.run import prepared_by
from mix.data.models import Municipality, PanelInvitation, Person, StaffInvitation, StaffRole, VendorInvitation
from mix.data.wall import lifted
from mix.phrases.words import wording
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import (
    Invitation,
    actor_for,
    city_of_invitation,
    find_account,
    get_invitation,
    hash_token,
    inviter_of,
    is_own_address,
    is_unused,
    unmet_of_time,
    unmet_to_accept,
)
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.rules.city.people_files import Listed
from mix.rules.core.access import Permission, Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import Unmet, refuse_if, require

INVITATION_DAYS = 14
OfRole = StaffInvitation | VendorInvitation


def invite_staff(
    deed: Deed,
    municipality: Municipality,
    *,
    email: str,
    role: Role,
    language: str = "en",
    name: str = "",
    department: str = "",
) -> StaffInvitation:
    """Offer a duty by mail; the link works once, for 14 days, for whoever has that address.

    The secret is in the mail alone; its row in the outbox must hold it until it is sent (see `StaffInvitation`).
    Raises Refused for one's own address, and while the same is offered to it already.
    """
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    require(not is_own_address(deed.actor.someone, email), "own_role", field="email", name=deed.actor.someone.name)
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    refuse_twice(deed, municipality.invitations.filter(role=role.value), email=email)
    invitation = StaffInvitation(
        municipality=municipality,
        email=email,
        role=role.value,
        language=language,
        name=name,
        department=municipality.departments.filter(code=department, closed_at=None).first() if department else None,
        invited_by=deed.actor.someone,
    )
    send(deed, invitation)
    _record(deed, "invite_staff", invitation)
    return invitation


def invite_listed(deed: Deed, municipality: Municipality, *, people: Sequence[Listed]) -> int:
    """Invite everybody of a list that was read, or nobody. Return how many.

    Raises Refused with every line that cannot be: one's own, an invitation that waits, a role that is held.
    """
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    refuse_if(_unmet_of_list(deed, municipality, people))
    for one in people:
        invite_staff(
            deed,
            municipality,
            email=one.email,
            role=one.role,
            language=one.language,
            name=one.name,
            department=one.department,
        )
    return len(people)


def _unmet_of_list(deed: Deed, municipality: Municipality, people: Sequence[Listed]) -> Iterator[Unmet]:
    waiting = municipality.invitations.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=deed.now)
    invited = {(email.casefold(), role) for email, role in waiting.values_list("email", "role")}
    staff = municipality.staff.filter(ended_at=None).values_list("person__email", "role")
    held = {(email.casefold(), role) for email, role in staff}
    for one in people:
        key, params = (one.email.casefold(), one.role.value), {"line": f"{one.line}", "found": one.email}
        if is_own_address(deed.actor.someone, one.email):
            yield Unmet("people_own", params, "file")
        elif key in invited:
            yield Unmet("people_invited", params, "file")
        elif key in held:
            yield Unmet("people_held", params, "file")


def welcome(deed: Deed, municipality: Municipality, *, person: Person, role: Role) -> str:
    """Mail somebody whom the site's operators named how they come in the first time. Return where: a path.

    They have the duty already; the link lets them make their account with it.
    """
    invitation = StaffInvitation(
        municipality=municipality, email=person.email, role=role.value, language=person.language
    )
    path = send(deed, invitation)
    _record(deed, "welcome", invitation)
    return path


def refuse_twice(deed: Deed, offered: Offered, *, email: str) -> None:
    """Refuse an address to which the same is offered and may still be accepted; what expired gives way."""
    waiting = offered.filter(email__iexact=email, accepted_at=None, withdrawn_at=None)
    take_back(deed, waiting.filter(expires_at__lte=deed.now))
    found = waiting.filter(expires_at__gt=deed.now).first()
    until = f"{found.expires_at:%Y-%m-%d}" if found else ""
    require(found is None, "invited_already", field="email", email=email, until=until)


def send(deed: Deed, invitation: Invitation) -> str:
    """Give an invitation a new secret and two weeks, and mail it: a link that was sent before opens nothing more.

    Return the path of the link.
    """
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(token)
    invitation.expires_at = deed.now + timedelta(days=INVITATION_DAYS)
    invitation.save()
    path, until = f"invitation/{token}/", f"{invitation.expires_at:%Y-%m-%d}"
    to, language = invitation.email, invitation.language
    who = invitation.invited_by.name if invitation.invited_by else ""
    if isinstance(invitation, PanelInvitation):
        place, title = city_of_invitation(invitation), invitation.evaluation.step.challenge.wording("title")
        deed.tell_address(
            to,
            "panel_invitation",
            language=language,
            path=path,
            of=place,
            name=invitation.name,
            who=who,
            city=place.wording("name"),
            challenge=title,
            until=until,
        )
    elif isinstance(invitation, StaffInvitation):
        city, role = invitation.municipality.wording("name"), wording("role", invitation.role)
        deed.tell_address(
            to,
            "staff_invitation" if who else "staff_welcome",
            language=language,
            path=path,
            of=invitation.municipality,
            to=to,
            who=who,
            city=city,
            role=role,
            until=until,
        )
    else:
        vendor = invitation.vendor.name
        deed.tell_address(
            to, "team_invitation", language=language, path=path, to=to, who=who, vendor=vendor, until=until
        )
    return path


def _record(deed: Deed, verb: str, invitation: OfRole) -> None:
    if isinstance(invitation, StaffInvitation):
        deed.record(f"people.{verb}", invitation, payload={"role": invitation.role})
    else:
        deed.record(f"people.{verb}", invitation.vendor, payload={"role": Role.VENDOR.value})


def _lock_own(invitation: OfRole, *, actor: Actor) -> OfRole:
    """Lock an invitation of a city whose people one manages, or of one's own team, that nobody has accepted."""
    if isinstance(invitation, StaffInvitation):
        get_own_municipality(invitation.municipality.code, actor=actor, needs=Permission.PEOPLE_MANAGE)
    elif invitation.vendor_id not in actor.vendors:
        raise Unknown
    fresh = type(invitation).objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    require(fresh.accepted_at is None, "invitation_used")
    require(fresh.withdrawn_at is None, "invitation_withdrawn", inviter=inviter_of(fresh))
    return fresh


def send_again(deed: Deed, invitation: OfRole) -> OfRole:
    """Send an invitation anew, for two weeks from now; the one who does is now who invites."""
    found = _lock_own(invitation, actor=deed.actor)
    own = is_own_address(deed.actor.someone, found.email)
    require(not own, "own_role", name=deed.actor.someone.name)
    require_as_logged(found)
    found.invited_by = deed.actor.someone
    send(deed, found)
    _record(deed, "send_invitation_again", found)
    return found


def withdraw_invitation(deed: Deed, invitation: OfRole) -> OfRole:
    """Take an invitation back: its link says so from now on."""
    found = _lock_own(invitation, actor=deed.actor)
    found.withdrawn_at = deed.now
    found.save(update_fields=["withdrawn_at"])
    _record(deed, "withdraw_invitation", found)
    return found


def accept_invitation(deed: Deed, token: str) -> OfRole:
    """Accept an invitation to one's own, confirmed address.

    Raises Unknown for a secret that never was; Refused when it is over, is for another address, or is of the other
    side (`unmet_to_accept`), and then nothing is used up.
    """
    person = lock_person(deed.actor.someone)
    with lifted():  # the invited person sees nothing of the city or the team before this
        return _accept(deed, _lock(token), person)


def hashed(deed: Deed, token: str, *, name: str, password: str | None, language: str) -> str:
    """Return what is kept of the password with which somebody joins: slow, so it goes before the transaction.

    Without one, what no password fits: they make a passkey.
    """
    del deed, token, name, language
    return make_password(password)


@prepared_by(hashed)
def join(deed: Deed, kept: str, token: str, *, name: str, password: str | None, language: str) -> OfRole:
    """Make an account with an invitation, whose secret shows that the address is one's own, and accept it.

    Raises Unknown for a secret that never was; Refused when it is over, or when somebody came in by an account with
    that address before: they sign in, and accept it then.
    """
    del password
    with lifted():  # as above
        invitation = _lock(token)
        refuse_if(unmet_of_time(invitation, now=deed.now))
        own, person = make_account(deed, invitation, name=name, kept=kept, language=language)
        return _accept(own, invitation, person)


def make_account(deed: Deed, invitation: Invitation, *, name: str, kept: str, language: str) -> tuple[Deed, Person]:
    """Make the account of whoever is invited, or take the one that nobody ever used; return it with its first deed.

    `kept` is what is kept of the password. Raises Refused when somebody came in by an account with that address before.
    """
    require(bool(name.strip()), "name_missing", field="name")
    require(is_one_line(name), "not_one_line", field="name")
    found = find_account(invitation.email)
    require(found is None or is_unused(found), "invitation_has_account", email=invitation.email)
    person = lock_person(found) if found else Person(email=invitation.email.lower())
    person.name, person.language, person.password = name.strip(), language, kept
    person.save()
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    own = Deed(actor_for(person), deed.now)
    _record_joining(own, person)
    return own, person


def _record_joining(deed: Deed, person: Person) -> None:
    deed.record("people.join", person)


def _lock(token: str) -> OfRole:
    found = get_invitation(token)
    if isinstance(found, PanelInvitation):  # a seat is taken in the wing of panels
        raise Unknown
    rows = type(found).objects.select_for_update(of=("self",))
    return rows.get(pk=found.pk)


def _accept(deed: Deed, invitation: OfRole, person: Person) -> OfRole:
    refuse_if(unmet_to_accept(invitation, person, now=deed.now))
    require_as_logged(invitation)
    invitation.accepted_at = deed.now
    invitation.save(update_fields=["accepted_at"])
    if isinstance(invitation, VendorInvitation):
        join_vendor(deed, invitation.vendor, person=person)
    elif invitation.invited_by is None:
        held = StaffRole.objects.filter(municipality=invitation.municipality, person=person, ended_at=None)
        require(held.filter(role=invitation.role).exists(), "invitation_used")
        deed.record("people.come_in", person, chain=invitation.municipality.code, payload={"role": invitation.role})
    else:
        own = invitation.department.code if invitation.department else ""
        city, by = invitation.municipality, invitation.invited_by
        grant_role(deed, city, person=person, role=Role(invitation.role), by=by, department=own)
    _tell_inviter(deed, invitation)
    return invitation


def _tell_inviter(deed: Deed, invitation: OfRole) -> None:
    """Tell whoever invited who accepted: the person, and the address to which it went."""
    if invitation.invited_by is None:
        return
    who, to, by = deed.actor.someone.name, invitation.email, [invitation.invited_by]
    if isinstance(invitation, StaffInvitation):
        city, path = invitation.municipality.wording("name"), f"city/settings/{invitation.municipality.code}/staff/"
        role = wording("role", invitation.role)
        deed.tell(by, "staff_invitation_accepted", path=path, who=who, to=to, city=city, role=role)
    else:
        path = f"vendor/team/{invitation.vendor.code}/"
        deed.tell(by, "team_invitation_accepted", path=path, who=who, to=to, vendor=invitation.vendor.name)
