"""Verbs on vendors: register and describe one, bring people into its team and let them leave it."""

from mix.actions.city.invitations import refuse_twice, send
from mix.actions.city.people import join_vendor
from mix.actions.city.roles import take_back
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Person,
    Vendor,
    VendorInvitation,
    VendorMember,
)
from mix.readers.city.people import list_members
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.errors import Unknown
from mix.readers.market.vendors import domain_of, find_by_number, get_own_vendor, list_alike
from mix.rules.core.access import Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import refuse_if, require
from mix.rules.market.likeness import likeness
from mix.rules.market.numbers import read_number
from mix.rules.market.states import VendorSize


def register_vendor(
    deed: Deed,
    name: str,
    *,
    size: str = VendorSize.UNKNOWN,
    place: str = "",
    number: str = "",
    code: str = "",
    capability: str = "",
    is_fictional: bool = False,
    is_practice: bool = False,
    is_another: bool = False,
) -> Vendor:
    """Register an organization with the actor as its first member.

    Raises Refused where one has its number, or a name that looks alike, unless it is said to be another.
    """
    require(bool(name.strip()), "name_missing", field="name")
    number = _read_number(number)
    alike = list_alike(name)
    require(not alike or is_another, "vendor_alike", field="name", names=", ".join(map(_known_as, alike)))
    refuse_if(unmet_to_be(deed.actor.person, Role.VENDOR) if deed.actor.person else ())
    vendor = Vendor(
        name=name.strip(),
        likeness=likeness(name),
        number=number,
        size=size,
        place=place,
        capability=capability,
        is_fictional=is_fictional,
        is_practice=is_practice,
        registered_at=deed.now,
    )
    if code:
        vendor.code = code
    vendor.save()
    payload = {"name": vendor.name, "number": number, "alike": [v.code for v in alike]}
    deed.record("vendors.register", vendor, payload=payload)
    if deed.actor.person:
        join_vendor(deed, vendor, person=deed.actor.someone)
    return vendor


def _read_number(text: str, *, but: Vendor | None = None) -> str:
    """Return a number as it is kept. Raises Refused for what is none, and for that of another vendor."""
    number = read_number(text)
    require(number is not None, "not_a_number_of_a_firm", field="number")
    other = find_by_number(number or "")
    require(other is None or other == but, "number_known", field="number", name=other.name if other else "")
    return number or ""


def _known_as(vendor: Vendor) -> str:
    """Return a name with what tells it from others: its town, and its website where its people have addresses there."""
    told = ", ".join(filter(None, (vendor.place, domain_of(vendor))))
    return f"{vendor.name} ({told})" if told else vendor.name


def add_member(deed: Deed, vendor: Vendor, *, person: Person) -> None:
    """Add a person with an account to one's own team."""
    get_own_vendor(vendor.code, actor=deed.actor)
    join_vendor(deed, vendor, person=person)


def invite_member(deed: Deed, vendor: Vendor, *, email: str, language: str = "en") -> VendorInvitation:
    """Offer a place in one's own team by mail; the link works as that of `invite_staff` does."""
    get_own_vendor(vendor.code, actor=deed.actor)
    lock_vendor(vendor)
    refuse_twice(deed, vendor.invitations.all(), email=email)
    invitation = VendorInvitation(vendor=vendor, email=email, language=language, invited_by=deed.actor.someone)
    send(deed, invitation)
    payload = {"role": Role.VENDOR.value}
    deed.record("people.invite_member", vendor, payload=payload)
    return invitation


def lock_vendor(vendor: Vendor) -> Vendor:
    """Lock a vendor: who is of its team, and who is invited, changes one at a time."""
    return Vendor.objects.select_for_update(no_key=True).get(pk=vendor.pk)


def end_member(deed: Deed, vendor: Vendor, *, person: Person) -> VendorMember:
    """End somebody's place in one's own team, or one's own: from the next request on its drafts are unknown to them.

    What they offered to others and nobody accepted is taken back. Nobody ends the last one.
    """
    get_own_vendor(vendor.code, actor=deed.actor)
    vendor = lock_vendor(vendor)
    team = vendor.members.filter(ended_at=None)
    row = team.select_related("person").filter(person=person).first()
    if row is None:
        raise Unknown
    others = list_members(vendor.pk, but=person)
    require(bool(others), "last_member")
    row.ended_at = deed.now
    row.save(update_fields=["ended_at"])
    take_back(deed, vendor.invitations.filter(invited_by=person))
    deed.record("people.end_member", vendor, payload={"person": person.code})
    who, path = deed.actor.someone.name, f"vendor/team/{vendor.code}/"
    deed.tell([person], "membership_ended", path="me/account/", vendor=vendor.name, who=who)
    deed.tell(others, "member_ended", path=path, vendor=vendor.name, who=who, person=person.name)
    return row


def describe(
    deed: Deed, vendor: Vendor, *, place: str, size: str, number: str = "", website: str = "", capability: str = ""
) -> Vendor:
    """Correct what everybody reads of one's own organization. The name stays: receipts were made out to it."""
    get_own_vendor(vendor.code, actor=deed.actor)
    require(is_one_line(place), "not_one_line", field="place")
    found = lock_vendor(vendor)
    facts = {
        "place": place,
        "size": size,
        "number": _read_number(number, but=found),
        "website": website,
        "capability": capability,
    }
    for name, value in facts.items():
        setattr(found, name, value)
    found.save(update_fields=[*facts])
    deed.record("vendors.describe", found, payload=facts)
    return found
