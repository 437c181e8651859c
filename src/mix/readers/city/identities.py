"""Sign-in services of cities: which there are, what they may say, and their secrets."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from mix.data.models import GroupDuty, IdentityProvider, Municipality, Person, StaffRole
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.ciphers import reveal
from mix.readers.core.errors import Unknown
from mix.rules.core.access import Role
from mix.rules.core.lines import is_one_line
from mix.rules.core.unmet import Unmet

PROVIDERS = "identity providers"  # what a service's secret is hidden for


def secret_of(provider: IdentityProvider) -> str | None:
    """Return a service's secret; None when it was written under another key of the instance."""
    return reveal(provider.secret, use=PROVIDERS)


def list_providers(city: Municipality | None = None) -> list[IdentityProvider]:
    """List the services at which people can sign in, of one city or of all, by city and name."""
    rows = IdentityProvider.objects.filter(ended_at=None).select_related("municipality")
    rows = rows.filter(municipality=city) if city else rows
    return list(rows.order_by("municipality__name", "name", "id"))


def get_provider(key: str) -> IdentityProvider:
    """Return one service. Raises Unknown, also when it was ended."""
    found = IdentityProvider.objects.filter(key=key, ended_at=None).select_related("municipality").first()
    if found is None:
        raise Unknown
    return found


def list_duties(city: Municipality) -> list[GroupDuty]:
    """List which groups of the city's services have which duty."""
    rows = GroupDuty.objects.filter(provider__municipality=city, provider__ended_at=None).select_related("provider")
    return list(rows.order_by("provider__name", "group", "role"))


def duties_by_group(provider: IdentityProvider, groups: Iterable[str]) -> frozenset[Role]:
    """Return the duties that members of these groups have."""
    rows = provider.duties.filter(group__in=[str(g)[:200] for g in groups]).values_list("role", flat=True)
    return frozenset(Role(role) for role in rows)


def mapped_by(provider: IdentityProvider, groups: Iterable[str], *, person: Person) -> dict[Role, Person]:
    """Return the duties of these groups, each with who gave it to one; somebody else than the person where there is."""
    rows = provider.duties.filter(group__in=[str(g)[:200] for g in groups]).select_related("mapped_by").order_by("id")
    return {Role(row.role): row.mapped_by for row in sorted(rows, key=lambda r: r.mapped_by_id != person.pk)}


def roles_settled(provider: IdentityProvider, person: Person) -> set[Role]:
    """Return the duties that wait for a second person already, and those of this service that somebody dropped."""
    rows = person.role_proposals.filter(municipality=provider.municipality, confirmed_at=None)
    settled = rows.filter(Q(dropped_at=None) | Q(provider=provider.key, dropped_by__isnull=False))
    return {Role(row.role) for row in settled}


def unmet_to_come(
    provider: IdentityProvider, person: Person | None, *, email: str, is_verified: bool, groups: Iterable[str]
) -> tuple[Unmet, ...]:
    """List why a service's word for this person does not count.

    It counts for addresses of its domains, and never for somebody who has duties in another city or acts for a vendor:
    one city's service must not open what is another's.
    """
    city = provider.municipality.name
    if not is_verified or not is_one_line(email) or email.rpartition("@")[2].lower() not in provider.domains:
        return (Unmet("identity_address", {"email": email, "name": provider.name}),)
    if person is None:
        return () if duties_by_group(provider, groups) else (Unmet("identity_no_duty", {"city": city}),)
    if not person.is_active:
        return (Unmet("identity_inactive"),)
    elsewhere = StaffRole.objects.filter(person=person, ended_at=None).exclude(municipality=provider.municipality)
    other_side = unmet_to_be(person, Role.STAFF, [provider.municipality.code])
    if elsewhere.exists() or other_side:
        return (Unmet("identity_elsewhere", {"city": city}), *other_side)
    return ()
