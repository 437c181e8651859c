"""Verbs on duties of a city: give one, propose and confirm one that takes two people, end one."""

from __future__ import annotations

from collections.abc import Container

from django.db.models import QuerySet

from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import (
    Department,
    IdentityProvider,
    Municipality,
    PanelInvitation,
    Person,
    RoleProposal,
    StaffInvitation,
    StaffRole,
    VendorInvitation,
)
from mix.phrases.words import wording
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import is_unused, list_confirmers, list_told_of_roles
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden
from mix.rules.core.access import TABLE, TWO_PEOPLE, Permission, Role
from mix.rules.core.unmet import refuse_if, require

Offered = QuerySet[StaffInvitation] | QuerySet[VendorInvitation] | QuerySet[PanelInvitation]
ENOUGH = 2  # people: one proposes, another confirms


def _path(municipality: Municipality) -> str:
    return f"city/settings/{municipality.code}/staff/"


def give_role(
    deed: Deed, municipality: Municipality, *, person: Person, role: Role, department: str = ""
) -> StaffRole | RoleProposal:
    """Give somebody else a duty in a city, or propose one that takes two people.

    Raises Refused when it would break a separation, is held or waits already, or is for oneself.
    """
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    return grant_role(deed, municipality, person=person, role=role, by=deed.actor.someone, department=department)


def grant_role(
    deed: Deed,
    municipality: Municipality,
    *,
    person: Person,
    role: Role,
    by: Person,
    department: str = "",
    provider: str = "",
) -> StaffRole | RoleProposal:
    """Give a duty that `by` decided: an administrator, who invited the person, or who gave it to their group.

    Raises Refused as `give_role` does.
    """
    require(by.pk != person.pk, "own_role", name=person.name)
    _check(municipality, person=person, role=role)
    own = Department.objects.filter(municipality=municipality, code=department).first()
    if role in TWO_PEOPLE:
        return _propose(deed, municipality, person=person, role=role, by=by, department=own, provider=provider)
    given = _give(deed, municipality, person=person, role=role, department=own, provider=provider)
    deed.record("people.give_role", person, chain=municipality.code, payload={"role": role.value, "provider": provider})
    return given


def _check(municipality: Municipality, *, person: Person, role: Role) -> None:
    refuse_if(unmet_to_be(lock_person(person), role, [municipality.code]))
    held = StaffRole.objects.filter(person=person, ended_at=None, municipality=municipality, role=role.value)
    require(not held.exists(), "role_held", name=person.name)


def _give(
    deed: Deed, municipality: Municipality, *, person: Person, role: Role, department: Department | None, provider: str
) -> StaffRole:
    return StaffRole.objects.create(
        municipality=municipality,
        person=person,
        role=role.value,
        department=department,
        since=deed.now,
        provider=provider,
    )


def _propose(
    deed: Deed,
    municipality: Municipality,
    *,
    person: Person,
    role: Role,
    by: Person,
    department: Department | None,
    provider: str,
) -> RoleProposal:
    """Have a duty wait for a second person, and tell whoever may be that."""
    waiting = RoleProposal.objects.filter(municipality=municipality, person=person, role=role.value)
    require(not waiting.filter(confirmed_at=None, dropped_at=None).exists(), "role_waits", name=person.name)
    made = RoleProposal.objects.create(
        municipality=municipality,
        person=person,
        role=role.value,
        department=department,
        provider=provider,
        proposed_by=by,
        proposed_at=deed.now,
    )
    payload = {"role": role.value, "provider": provider, "proposed_by": by.code}
    deed.record("people.propose_role", person, chain=municipality.code, payload=payload)
    deed.tell(
        list_confirmers(made),
        "role_waits",
        path=_path(municipality),
        city=municipality.wording("name"),
        role=wording("role", role),
        who=by.name,
        person=person.name,
    )
    return made


def _waiting(proposal: RoleProposal, *, actor: Actor) -> RoleProposal:
    get_own_municipality(proposal.municipality.code, actor=actor, needs=Permission.ROLE_CONFIRM)
    rows = RoleProposal.objects.select_for_update(of=("self",))
    fresh = rows.select_related("municipality", "person", "proposed_by", "department").get(pk=proposal.pk)
    require(fresh.confirmed_at is None and fresh.dropped_at is None, "role_decided")
    return fresh


def confirm_role(deed: Deed, proposal: RoleProposal) -> StaffRole:
    """Confirm, as a second person who does not get it, a duty that was proposed: from now on it is held."""
    found = _waiting(proposal, actor=deed.actor)
    second, person, role, city = deed.actor.someone, found.person, Role(found.role), found.municipality
    require(found.proposed_by_id != second.pk, "second_person")
    require(person.pk != second.pk, "own_role", name=person.name)
    require_as_logged(found)
    _check(city, person=person, role=role)
    found.confirmed_by, found.confirmed_at = second, deed.now
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    given = _give(deed, city, person=person, role=role, department=found.department, provider=found.provider)
    payload = {"role": role.value, "provider": found.provider, "proposed_by": found.proposed_by.code}
    deed.record("people.confirm_role", person, chain=city.code, payload=payload)
    _tell_of(deed, "role_confirmed", city, person=person, role=role, who=found.proposed_by.name, second=second.name)
    return given


def drop_role(deed: Deed, proposal: RoleProposal, *, reason: str) -> RoleProposal:
    """Drop a duty that was proposed; who proposed it may do so too, and hears of it."""
    found = _waiting(proposal, actor=deed.actor)
    require(bool(reason.strip()), "reason_missing", field="reason")
    found.dropped_by, found.dropped_at = deed.actor.someone, deed.now
    found.save(update_fields=["dropped_by", "dropped_at"])
    deed.record(
        "people.drop_role", found.person, chain=found.municipality.code, payload={"role": found.role}, reason=reason
    )
    deed.tell(
        [found.proposed_by],
        "role_dropped",
        path=_path(found.municipality),
        city=found.municipality.wording("name"),
        role=wording("role", found.role),
        person=found.person.name,
        reason=reason,
    )
    return found


def drop_by_provider(
    deed: Deed, provider: IdentityProvider, *, person: Person | None = None, kept: Container[Role] = ()
) -> None:
    """Drop the proposals of a sign-in service that it no longer makes: of a person's groups, or all when it ended."""
    rows = RoleProposal.objects.filter(provider=provider.key, confirmed_at=None, dropped_at=None)
    for row in rows.filter(person=person) if person else rows:
        if Role(row.role) not in kept:
            row.dropped_at = deed.now
            row.save(update_fields=["dropped_at"])
            reason = f"{provider.name}: no longer in the group"
            deed.record(
                "people.drop_role",
                row.person,
                chain=provider.municipality.code,
                payload={"role": row.role},
                reason=reason,
            )


def name_holder(deed: Deed, municipality: Municipality, *, person: Person, role: Role) -> StaffRole:
    """Name, as whoever runs the site, the holder of a duty that takes two people, where a city lacks the two.

    Raises Forbidden for everybody who has an account: it is a command, and its line in the log has no person.
    """
    if deed.actor.person is not None:
        raise Forbidden(Permission.ROLE_CONFIRM)
    require(role in TWO_PEOPLE, "role_takes_one")
    rows = StaffRole.objects.filter(municipality=municipality, ended_at=None, role__in=TABLE[Permission.ROLE_CONFIRM])
    require(rows.values("person").distinct().count() < ENOUGH, "city_confirms_itself")
    _check(municipality, person=person, role=role)
    given = _give(deed, municipality, person=person, role=role, department=None, provider="")
    deed.record("people.name_holder", person, chain=municipality.code, payload={"role": role.value})
    newcomer = person if is_unused(person) else None  # whose one mail is the link by which they come in
    _tell_of(deed, "role_named", municipality, person=person, role=role, but=newcomer)
    return given


def _tell_of(
    deed: Deed,
    code: str,
    municipality: Municipality,
    *,
    person: Person,
    role: Role,
    who: str = "",
    second: str = "",
    reason: str = "",
    but: Person | None = None,
) -> None:
    """Tell auditors, managers and the person of a change of a duty that takes two people, all or all but one."""
    deed.tell(
        [one for one in (*list_told_of_roles(municipality), person) if one != but],
        code,
        path=_path(municipality),
        city=municipality.wording("name"),
        role=wording("role", role),
        person=person.name,
        who=who,
        second=second,
        reason=reason,
    )


def take_back(deed: Deed, offered: Offered) -> None:
    """Withdraw what was offered by mail and nobody has accepted. The caller records it."""
    for invitation in offered.filter(accepted_at=None, withdrawn_at=None):
        invitation.withdrawn_at = deed.now
        invitation.save(update_fields=["withdrawn_at"])


def end_given(deed: Deed, given: StaffRole, *, reason: str) -> bool:
    """End a duty that an administrator or the city's own sign-in service takes; False for the last administrator's.

    What an administrator offered and nobody accepted is taken back with it.
    """
    row = StaffRole.objects.select_for_update().get(pk=given.pk)
    if row.role == Role.ADMINISTRATOR:
        others = StaffRole.objects.filter(
            municipality=given.municipality, role=Role.ADMINISTRATOR.value, ended_at=None
        ).exclude(pk=row.pk)
        if not others.exists():
            return False
    given.ended_at = row.ended_at = deed.now
    row.save(update_fields=["ended_at"])
    city, role = given.municipality, Role(row.role)
    if role is Role.ADMINISTRATOR:
        take_back(deed, StaffInvitation.objects.filter(municipality=city, invited_by=given.person))
    deed.record("people.end_role", given.person, chain=city.code, payload={"role": row.role}, reason=reason)
    if role in TWO_PEOPLE:
        _tell_of(deed, "role_ended", city, person=given.person, role=role, reason=reason)
    return True
