"""Verbs on vendors: register one, bring people into its team."""

import secrets
from datetime import datetime, timedelta

from mix.actions.city.people import INVITATION_DAYS, join_vendor
from mix.actions.core.events import record
from mix.actions.core.outbox import tell_address
from mix.data.models import (
    Person,
    Vendor,
    VendorInvitation,
)
from mix.readers.city.people import hash_token, unmet_to_take
from mix.readers.core.actors import Actor
from mix.readers.market.vendors import get_own_vendor
from mix.rules.core.access import Role
from mix.rules.core.unmet import refuse_if, require


def register_vendor(
    name: str,
    *,
    actor: Actor,
    now: datetime,
    size: str = "unknown",
    place: str = "",
    code: str = "",
    capability: str = "",
    is_fictional: bool = False,
) -> Vendor:
    """Register an organization with the actor as its first member."""
    require(holds=bool(name.strip()), code="name_missing", where="f-name")
    refuse_if(unmet_to_take(actor.person, Role.VENDOR) if actor.person else ())
    vendor = Vendor(
        name=name.strip(), size=size, place=place, capability=capability, is_fictional=is_fictional, registered_at=now
    )
    if code:
        vendor.code = code
    vendor.save()
    if actor.person:
        join_vendor(vendor, actor=actor, now=now, person=actor.someone)
    return vendor


def add_member(vendor: Vendor, *, actor: Actor, now: datetime, person: Person) -> None:
    """Add a person with an account to one's own team."""
    get_own_vendor(vendor.code, actor=actor)
    join_vendor(vendor, actor=actor, now=now, person=person)


def invite_member(vendor: Vendor, *, actor: Actor, now: datetime, email: str, language: str = "en") -> VendorInvitation:
    """Offer a place in one's own team by mail; the link works as that of `invite_staff` does."""
    get_own_vendor(vendor.code, actor=actor)
    token = secrets.token_urlsafe(32)
    invitation = VendorInvitation.objects.create(
        vendor=vendor,
        email=email,
        token_hash=hash_token(token),
        invited_by=actor.someone,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    tell_address(
        email,
        "team_invitation",
        language=language,
        now=now,
        path=f"invitation/{token}/",
        to=email,
        vendor=vendor.name,
        until=f"{invitation.expires_at:%Y-%m-%d}",
    )
    record("people.invite_member", subject_type="vendor", subject=vendor.code, actor=actor, now=now)
    return invitation
