"""Verbs on invitations: offer a duty by mail, accept what was offered."""

import secrets
from datetime import timedelta

from mix.actions.city.people import join_vendor, lock_person
from mix.actions.city.roles import grant_role
from mix.actions.core.deeds import Deed
from mix.data.models import Municipality, StaffInvitation, VendorInvitation
from mix.data.wall import lifted
from mix.phrases.words import word
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import get_invitation, hash_token, is_own_address, unmet_to_accept
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import refuse_if, require

INVITATION_DAYS = 14


def invite_staff(
    deed: Deed, municipality: Municipality, *, email: str, role: Role, language: str = "en"
) -> StaffInvitation:
    """Offer a duty by mail; the link works once, for 14 days, for whoever has that address.

    The secret is in the mail alone; its row in the outbox must hold it until it is sent (see `StaffInvitation`).
    """
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    require(not is_own_address(deed.actor.someone, email), "own_role", field="email", name=deed.actor.someone.name)
    token = secrets.token_urlsafe(32)
    invitation = StaffInvitation.objects.create(
        municipality=municipality,
        email=email,
        role=role.value,
        token_hash=hash_token(token),
        invited_by=deed.actor.someone,
        expires_at=deed.now + timedelta(days=INVITATION_DAYS),
    )
    deed.tell_address(
        email,
        "staff_invitation",
        language=language,
        path=f"invitation/{token}/",
        to=email,
        city=municipality.wording("name"),
        role=word("role", role.value, language),
        until=f"{invitation.expires_at:%Y-%m-%d}",
    )
    deed.record(
        "people.invite_staff",
        subject_type="invitation",
        subject=invitation.code,
        chain=municipality.code,
        payload={"role": role.value},
    )
    return invitation


def accept_invitation(deed: Deed, token: str) -> StaffInvitation | VendorInvitation:
    """Accept an invitation to one's own, confirmed address.

    Raises Unknown for a secret that never was; Refused when it is over, is for another address, or is of the other
    side (`unmet_to_accept`), and then nothing is used up.
    """
    person = lock_person(deed.actor.someone)
    with lifted():  # the invited person sees nothing of the city or the team before this
        invitation = get_invitation(token)
        invitation = type(invitation).objects.select_for_update(of=("self",)).get(pk=invitation.pk)
        refuse_if(unmet_to_accept(invitation, person, now=deed.now))
        invitation.accepted_at = deed.now
        invitation.save(update_fields=["accepted_at"])
        if isinstance(invitation, StaffInvitation):
            grant_role(
                deed, invitation.municipality, person=person, role=Role(invitation.role), by=invitation.invited_by
            )
        else:
            join_vendor(deed, invitation.vendor, person=person)
        return invitation
