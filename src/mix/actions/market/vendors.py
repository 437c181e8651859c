"""Verbs on vendors: register one, bring people into its team."""

import secrets
from datetime import timedelta

from mix.actions.city.invitations import INVITATION_DAYS
from mix.actions.city.people import join_vendor
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Person,
    Vendor,
    VendorInvitation,
)
from mix.readers.city.people import hash_token
from mix.readers.city.separations import unmet_to_be
from mix.readers.market.vendors import get_own_vendor
from mix.rules.core.access import Role
from mix.rules.core.unmet import refuse_if, require
from mix.rules.market.states import VendorSize


def register_vendor(
    deed: Deed,
    name: str,
    *,
    size: str = VendorSize.UNKNOWN,
    place: str = "",
    code: str = "",
    capability: str = "",
    is_fictional: bool = False,
) -> Vendor:
    """Register an organization with the actor as its first member."""
    require(bool(name.strip()), "name_missing", field="name")
    refuse_if(unmet_to_be(deed.actor.person, Role.VENDOR) if deed.actor.person else ())
    vendor = Vendor(
        name=name.strip(),
        size=size,
        place=place,
        capability=capability,
        is_fictional=is_fictional,
        registered_at=deed.now,
    )
    if code:
        vendor.code = code
    vendor.save()
    if deed.actor.person:
        join_vendor(deed, vendor, person=deed.actor.someone)
    return vendor


def add_member(deed: Deed, vendor: Vendor, *, person: Person) -> None:
    """Add a person with an account to one's own team."""
    get_own_vendor(vendor.code, actor=deed.actor)
    join_vendor(deed, vendor, person=person)


def invite_member(deed: Deed, vendor: Vendor, *, email: str, language: str = "en") -> VendorInvitation:
    """Offer a place in one's own team by mail; the link works as that of `invite_staff` does."""
    get_own_vendor(vendor.code, actor=deed.actor)
    token = secrets.token_urlsafe(32)
    invitation = VendorInvitation.objects.create(
        vendor=vendor,
        email=email,
        token_hash=hash_token(token),
        invited_by=deed.actor.someone,
        expires_at=deed.now + timedelta(days=INVITATION_DAYS),
    )
    deed.tell_address(
        email,
        "team_invitation",
        language=language,
        path=f"invitation/{token}/",
        to=email,
        vendor=vendor.name,
        until=f"{invitation.expires_at:%Y-%m-%d}",
    )
    deed.record("people.invite_member", subject_type="vendor", subject=vendor.code)
    return invitation
