"""Verbs on sign-in services of cities: set one up, end it, say what its groups mean, and follow them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from mix.actions.city.roles import drop_by_provider, end_given, grant_role
from mix.actions.core.deeds import Deed
from mix.data.models import GroupDuty, IdentityProvider, Municipality, Person, StaffRole
from mix.readers.city.identities import PROVIDERS, mapped_by, roles_settled
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.ciphers import hide
from mix.rules.core.access import Permission, Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import require

ON_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def _record(deed: Deed, verb: str, provider: IdentityProvider, *, payload: dict[str, Any]) -> None:
    deed.record(f"identities.{verb}", provider.municipality, payload={"provider": provider.key, **payload})


def set_up(
    deed: Deed,
    municipality: Municipality,
    *,
    key: str,
    name: str,
    issuer: str,
    client_id: str,
    secret: str,
    domains: Sequence[str],
    groups_claim: str = "groups",
) -> IdentityProvider:
    """Let a city's people sign in at its own service. Only the operator does this: it trusts the service's word.

    The issuer is an https address (on this very machine http will do); again with the same key changes it.
    """
    require(is_one_line(name), "not_one_line", field="name")
    parts = urlsplit(issuer)
    is_near = parts.hostname in ON_THIS_MACHINE
    require(bool(parts.hostname) and (parts.scheme == "https" or is_near), "identity_issuer")
    owned = [d.strip().lower().lstrip("@") for d in domains if d.strip()]
    require(bool(owned), "identity_domains")
    taken = IdentityProvider.objects.filter(key=key).exclude(municipality=municipality)
    require(not taken.exists(), "code_taken")
    provider, _ = IdentityProvider.objects.update_or_create(
        key=key,
        defaults={
            "municipality": municipality,
            "name": name,
            "issuer": issuer.rstrip("/"),
            "client_id": client_id,
            "secret": hide(secret, use=PROVIDERS),
            "domains": owned,
            "groups_claim": groups_claim,
            "since": deed.now,
            "ended_at": None,
        },
    )
    _record(deed, "set_up", provider, payload={"issuer": provider.issuer, "domains": owned})
    return provider


def end_provider(deed: Deed, provider: IdentityProvider) -> None:
    """Have nobody sign in there any more, and end the duties that its groups gave."""
    provider.ended_at = deed.now
    provider.save(update_fields=["ended_at"])
    given = StaffRole.objects.filter(provider=provider.key, ended_at=None).select_related("municipality", "person")
    for row in given:
        end_given(deed, row, reason=f"{provider.name} ended")
    drop_by_provider(deed, provider)
    _record(deed, "end_provider", provider, payload={})


def map_group(deed: Deed, provider: IdentityProvider, *, group: str, role: Role) -> GroupDuty:
    """Give a duty to a group's members, from their next sign-in on; never to whoever says so here."""
    get_own_municipality(provider.municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    require(bool(group.strip()), "answer_missing", field="group")
    made, is_new = GroupDuty.objects.get_or_create(
        provider=provider, group=group.strip(), role=role.value, defaults={"mapped_by": deed.actor.someone}
    )
    if is_new:
        _record(deed, "map_group", provider, payload={"group": made.group, "role": role.value})
    return made


def drop_group(deed: Deed, duty: GroupDuty) -> None:
    """Take a duty from a group; its members lose it when they sign in next."""
    provider = duty.provider
    get_own_municipality(provider.municipality.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)
    _record(deed, "drop_group", provider, payload={"group": duty.group, "role": duty.role})
    duty.delete()


def follow_groups(deed: Deed, provider: IdentityProvider, *, person: Person, groups: Iterable[str]) -> tuple[Role, ...]:
    """Give and end duties as the person's groups say now; return those that the person may not get.

    Only duties that the same service gave are ended; what an administrator gave by hand stays. A duty that takes two
    people waits for the second, and is proposed once by one service.
    """
    rows = StaffRole.objects.select_for_update().filter(person=person, ended_at=None)
    held = list(rows.filter(municipality=provider.municipality).select_related("municipality", "person"))
    meant = mapped_by(provider, groups, person=person)
    for row in held:
        if row.provider == provider.key and Role(row.role) not in meant:
            end_given(deed, row, reason=f"{provider.name}: no longer in the group")
    drop_by_provider(deed, provider, person=person, kept=meant)
    has = {Role(row.role) for row in held if row.ended_at is None}
    has |= roles_settled(provider, person)
    refused = []
    for role in sorted(meant.keys() - has):
        by = meant[role]
        if by.pk == person.pk or unmet_to_be(person, role, [provider.municipality.code]):
            refused.append(role)
            continue
        grant_role(deed, provider.municipality, person=person, role=role, by=by, provider=provider.key)
    return tuple(refused)
