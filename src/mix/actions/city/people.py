"""Verbs on people: invitations, duties, teams."""

import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress

from mix.actions.core.deeds import Deed
from mix.data.models import (
    Department,
    Municipality,
    Person,
    StaffInvitation,
    StaffRole,
    Vendor,
    VendorInvitation,
    VendorMember,
)
from mix.data.wall import lifted
from mix.phrases.words import word
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import get_invitation, hash_token, unmet_to_accept
from mix.readers.city.separations import unmet_to_be
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import refuse_if, require

INVITATION_DAYS = 14


def create_person(
    deed: Deed, email: str, *, name: str, language: str = "en", code: str = "", is_demo: bool = False
) -> Person:
    """Make an account without a password: demonstration people sign in by their card, others set one by mail.

    Nobody confirms the made-up address of a demonstration person: it counts as confirmed.
    """
    require(not Person.objects.filter(email__iexact=email).exists(), "email_taken")
    person = Person(email=email.lower(), name=name, language=language, is_demo=is_demo)
    if code:
        person.code = code
    person.set_unusable_password()
    person.save()
    if is_demo:
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    deed.record("people.create_person", subject_type="person", subject=person.code)
    return person


def give_role(deed: Deed, municipality: Municipality, *, person: Person, role: Role, department: str = "") -> StaffRole:
    """Give a duty in a city. Raises Refused when it would break a separation or is held already."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    return grant_role(deed, municipality, person=person, role=role, department=department)


def grant_role(
    deed: Deed, municipality: Municipality, *, person: Person, role: Role, department: str = "", provider: str = ""
) -> StaffRole:
    """Give a duty that an administrator, an accepted invitation or the city's own sign-in service grants.

    Raises Refused as `give_role` does.
    """
    refuse_if(unmet_to_be(lock_person(person), role, [municipality.code]))
    rows = StaffRole.objects.select_for_update().filter(person=person, ended_at=None, municipality=municipality)
    require(not rows.filter(role=role.value).exists(), "role_held", name=person.name)
    own = Department.objects.filter(municipality=municipality, code=department).first()
    given = StaffRole.objects.create(
        municipality=municipality, person=person, role=role.value, department=own, since=deed.now, provider=provider
    )
    deed.record(
        "people.give_role",
        subject_type="person",
        subject=person.code,
        chain=municipality.code,
        payload={"role": role.value, "provider": provider},
    )
    return given


def lock_person(person: Person) -> Person:
    """Lock a person, so that nobody becomes two things at the same moment that exclude each other."""
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def end_given(deed: Deed, given: StaffRole, *, reason: str) -> bool:
    """End a duty that an administrator or the city's own sign-in service takes; False for the last administrator's."""
    row = StaffRole.objects.select_for_update().get(pk=given.pk)
    if row.role == Role.ADMINISTRATOR:
        others = StaffRole.objects.filter(
            municipality=given.municipality, role=Role.ADMINISTRATOR.value, ended_at=None
        ).exclude(pk=row.pk)
        if not others.exists():
            return False
    given.ended_at = row.ended_at = deed.now
    row.save(update_fields=["ended_at"])
    deed.record(
        "people.end_role",
        subject_type="person",
        subject=given.person.code,
        chain=given.municipality.code,
        payload={"role": row.role},
        reason=reason,
    )
    return True


def invite_staff(
    deed: Deed, municipality: Municipality, *, email: str, role: Role, language: str = "en"
) -> StaffInvitation:
    """Offer a duty by mail; the link works once, for 14 days, for whoever has that address.

    The secret is in the mail alone; its row in the outbox must hold it until it is sent (see `StaffInvitation`).
    """
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
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
            grant_role(deed, invitation.municipality, person=person, role=Role(invitation.role))
        else:
            join_vendor(deed, invitation.vendor, person=person)
        return invitation


def join_vendor(deed: Deed, vendor: Vendor, *, person: Person) -> None:
    """Make a person a member of a vendor. Called inside other verbs. Raises Refused for whoever works for a city."""
    refuse_if(unmet_to_be(lock_person(person), Role.VENDOR))
    VendorMember.objects.get_or_create(vendor=vendor, person=person, ended_at=None, defaults={"since": deed.now})
    deed.record(
        "people.join_vendor",
        subject_type="vendor",
        subject=vendor.code,
        payload={"person": person.code},
    )
