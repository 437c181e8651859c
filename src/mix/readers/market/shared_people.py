"""Who acts for more than one vendor: shown to their teams at once, and to the city once envelopes are open."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from mix.data.models import Person, Solicitation, Vendor, VendorMember
from mix.readers.core.once import once
from mix.readers.market.submissions import list_opened


def list_also_elsewhere(vendor: Vendor) -> list[tuple[Person, str]]:
    """List who of a vendor's team acts for others too, each with their names."""
    team = vendor.members.filter(ended_at=None).values("person")
    rows = VendorMember.objects.filter(person__in=team, ended_at=None).exclude(vendor=vendor)
    return _by_person(rows.select_related("person", "vendor").order_by("person__name", "vendor__name", "id"))


@once
def list_shared(call: Solicitation) -> list[tuple[Person, str]]:
    """List who acted, while a call was open, for vendors of two submissions that were opened; each with their names.

    Those that answered together are one submission.
    """
    answers = {vendor.pk: s.pk for s in list_opened(call) for vendor in s.parties}
    vendors = [*answers]
    if len(set(answers.values())) < 2:
        return []
    then = Q(ended_at=None) | Q(ended_at__gte=call.published_at)
    rows = VendorMember.objects.filter(then, vendor__in=vendors, since__lte=call.closes_at)
    every = list(rows.select_related("person", "vendor").order_by("person__name", "vendor__name", "id"))
    given: dict[int, set[int]] = {}
    for row in every:
        given.setdefault(row.person_id, set()).add(answers[row.vendor_id])
    return _by_person(row for row in every if len(given[row.person_id]) > 1)


SEPARATOR = " · "


def _by_person(rows: Iterable[VendorMember]) -> list[tuple[Person, str]]:
    found: dict[Person, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row.person, {})[row.vendor_id] = row.vendor.name
    return [(person, SEPARATOR.join(names.values())) for person, names in found.items()]
