"""Verbs on invitations: offer a duty by mail, send it again, withdraw it, accept it."""

import secrets
from datetime import timedelta

from django.db.models import QuerySet

from mix.actions.city.people import join_vendor, lock_person
from mix.actions.city.roles import grant_role, take_back
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import Municipality, StaffInvitation, VendorInvitation
from mix.data.wall import lifted
from mix.phrases.words import wording
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import get_invitation, hash_token, is_own_address, unmet_to_accept
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import refuse_if, require

INVITATION_DAYS = 14
Invitation = StaffInvitation | VendorInvitation


def invite_staff(
    deed: Deed, municipality: Municipality, *, email: str, role: Role, language: str = "en"
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
        municipality=municipality, email=email, role=role.value, language=language, invited_by=deed.actor.someone
    )
    send(deed, invitation)
    _record(deed, "invite_staff", invitation)
    return invitation


def refuse_twice(deed: Deed, offered: QuerySet[StaffInvitation] | QuerySet[VendorInvitation], *, email: str) -> None:
    """Refuse an address to which the same is offered and may still be accepted; what expired gives way."""
    waiting = offered.filter(email__iexact=email, accepted_at=None, withdrawn_at=None)
    take_back(deed, waiting.filter(expires_at__lte=deed.now))
    found = waiting.filter(expires_at__gt=deed.now).first()
    until = f"{found.expires_at:%Y-%m-%d}" if found else ""
    require(found is None, "invited_already", field="email", email=email, until=until)


def send(deed: Deed, invitation: Invitation) -> None:
    """Give an invitation a new secret and two weeks, and mail it: a link that was sent before opens nothing more."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hash_token(token)
    invitation.expires_at = deed.now + timedelta(days=INVITATION_DAYS)
    invitation.save()
    path, until = f"invitation/{token}/", f"{invitation.expires_at:%Y-%m-%d}"
    to, language, who = invitation.email, invitation.language, invitation.invited_by.name
    if isinstance(invitation, StaffInvitation):
        city, role = invitation.municipality.wording("name"), wording("role", invitation.role)
        deed.tell_address(
            to,
            "staff_invitation",
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


def _record(deed: Deed, verb: str, invitation: Invitation) -> None:
    if isinstance(invitation, StaffInvitation):
        deed.record(f"people.{verb}", invitation, payload={"role": invitation.role})
    else:
        deed.record(f"people.{verb}", invitation.vendor, payload={"role": Role.VENDOR.value})


def _lock_own(invitation: Invitation, *, actor: Actor) -> Invitation:
    """Lock an invitation of a city whose people one manages, or of one's own team, that nobody has accepted."""
    if isinstance(invitation, StaffInvitation):
        get_own_municipality(invitation.municipality.code, actor=actor, needs=Permission.PEOPLE_MANAGE)
    elif invitation.vendor_id not in actor.vendors:
        raise Unknown
    fresh = type(invitation).objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    require(fresh.accepted_at is None, "invitation_used")
    require(fresh.withdrawn_at is None, "invitation_withdrawn", inviter=fresh.invited_by.name)
    return fresh


def send_again(deed: Deed, invitation: Invitation) -> Invitation:
    """Send an invitation anew, for two weeks from now; the one who does is now who invites."""
    found = _lock_own(invitation, actor=deed.actor)
    own = is_own_address(deed.actor.someone, found.email)
    require(not own, "own_role", name=deed.actor.someone.name)
    require_as_logged(found)
    found.invited_by = deed.actor.someone
    send(deed, found)
    _record(deed, "send_invitation_again", found)
    return found


def withdraw_invitation(deed: Deed, invitation: Invitation) -> Invitation:
    """Take an invitation back: its link says so from now on."""
    found = _lock_own(invitation, actor=deed.actor)
    found.withdrawn_at = deed.now
    found.save(update_fields=["withdrawn_at"])
    _record(deed, "withdraw_invitation", found)
    return found


def accept_invitation(deed: Deed, token: str) -> Invitation:
    """Accept an invitation to one's own, confirmed address.

    Raises Unknown for a secret that never was; Refused when it is over, is for another address, or is of the other
    side (`unmet_to_accept`), and then nothing is used up.
    """
    person = lock_person(deed.actor.someone)
    with lifted():  # the invited person sees nothing of the city or the team before this
        invitation = get_invitation(token)
        invitation = type(invitation).objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        refuse_if(unmet_to_accept(invitation, person, now=deed.now))
        require_as_logged(invitation)
        invitation.accepted_at = deed.now
        invitation.save(update_fields=["accepted_at"])
        if isinstance(invitation, StaffInvitation):
            grant_role(
                deed, invitation.municipality, person=person, role=Role(invitation.role), by=invitation.invited_by
            )
        else:
            join_vendor(deed, invitation.vendor, person=person)
        _tell_inviter(deed, invitation)
        return invitation


def _tell_inviter(deed: Deed, invitation: Invitation) -> None:
    """Tell whoever invited who accepted: the person, and the address to which it went."""
    who, to, by = deed.actor.someone.name, invitation.email, [invitation.invited_by]
    if isinstance(invitation, StaffInvitation):
        city, path = invitation.municipality.wording("name"), f"city/settings/{invitation.municipality.code}/staff/"
        role = wording("role", invitation.role)
        deed.tell(by, "staff_invitation_accepted", path=path, who=who, to=to, city=city, role=role)
    else:
        path = f"vendor/team/{invitation.vendor.code}/"
        deed.tell(by, "team_invitation_accepted", path=path, who=who, to=to, vendor=invitation.vendor.name)
