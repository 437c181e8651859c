"""Two organizations of the same people become one: somebody of the one asks, somebody else of the other agrees.

The one goes on as the other: what it did stays under its own name, for its people to read; it begins nothing new.
"""

from __future__ import annotations

from mix.actions.city.people import join_vendor
from mix.actions.city.roles import take_back
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.actions.market.vendors import lock_vendor
from mix.data.models import Merger, Vendor
from mix.readers.city.people import list_members
from mix.readers.market.vendors import find_merger, get_own_vendor, list_alike, list_under_way
from mix.rules.core.unmet import Unmet, refuse_if, require


def unmet_to_merge(vendor: Vendor) -> tuple[Unmet, ...]:
    """Say why a vendor cannot go on as another now: it has done so, or has begun what it must end under its name."""
    if vendor.merged_into:
        return (Unmet("vendor_merged", {"name": vendor.merged_into.name}),)
    under_way = list_under_way(vendor)
    titles = ", ".join(c.title for c in under_way)
    return (Unmet("merger_under_way", {"name": vendor.name, "titles": titles}),) if under_way else ()


def ask(deed: Deed, vendor: Vendor, *, into: str) -> Merger:
    """Ask the team of another vendor, by its exact name or one that looks alike, to go on as it."""
    get_own_vendor(vendor.code, actor=deed.actor)
    vendor = lock_vendor(vendor)
    refuse_if(unmet_to_merge(vendor))
    waits = find_merger(vendor)
    require(waits is None, "merger_waits", field="into", name=waits.into.name if waits else "")
    others = [v for v in list_alike(into) if v != vendor]
    require(bool(others), "no_such_vendor", field="into")
    exact = [v for v in others if v.name == into.strip()] or others
    require(len(exact) == 1, "several_such_vendors", field="into", names=", ".join(v.name for v in exact))
    merger = Merger.objects.create(vendor=vendor, into=exact[0], asked_by=deed.actor.someone, asked_at=deed.now)
    path = f"vendor/team/{merger.into.code}/"
    who = deed.actor.someone.name
    deed.tell(
        list_members(merger.into_id), "merger_asked", path=path, vendor=vendor.name, other=merger.into.name, who=who
    )
    deed.record("mergers.ask", vendor, payload={"into": merger.into.code})
    return merger


def withdraw(deed: Deed, vendor: Vendor) -> None:
    """Take back what one's own team asked."""
    get_own_vendor(vendor.code, actor=deed.actor)
    lock_vendor(vendor)
    _answer(deed, find_merger(vendor), agreed=False)
    deed.record("mergers.withdraw", vendor)


def decline(deed: Deed, merger: Merger) -> None:
    """Say no to another vendor that asked to go on as one's own."""
    get_own_vendor(merger.into.code, actor=deed.actor)
    lock_vendor(merger.vendor)
    _answer(deed, find_merger(merger.vendor), agreed=False)
    _tell(deed, merger, "merger_declined")
    deed.record("mergers.decline", merger.vendor, payload={"into": merger.into.code})


def agree(deed: Deed, merger: Merger) -> Vendor:
    """Let another vendor go on as one's own: its people join the team, and keep reading what it did.

    Whoever asked does not agree. Raises Refused where it has begun something meanwhile.
    """
    get_own_vendor(merger.into.code, actor=deed.actor)
    locked = {v.pk: lock_vendor(v) for v in sorted((merger.into, merger.vendor), key=lambda v: v.pk)}
    into, vendor = locked[merger.into_id], locked[merger.vendor_id]
    refuse_if(unmet_to_merge(vendor) + _unmet_of_into(into))
    require(merger.asked_by != deed.actor.person, "merger_by_another")
    require_as_logged(merger)
    _answer(deed, find_merger(vendor), agreed=True)
    vendor.merged_into = into
    vendor.save(update_fields=["merged_into"])
    take_back(deed, vendor.invitations.all())
    deed.record("mergers.agree", vendor, payload={"into": into.code})
    members = {person.pk for person in list_members(into.pk)}
    for person in list_members(vendor.pk):
        if person.pk not in members:
            join_vendor(deed, into, person=person)
    _tell(deed, merger, "merger_agreed")
    return into


def _unmet_of_into(into: Vendor) -> tuple[Unmet, ...]:
    return (Unmet("vendor_merged", {"name": into.merged_into.name}),) if into.merged_into else ()


def _answer(deed: Deed, waits: Merger | None, *, agreed: bool) -> None:
    require(waits is not None, "merger_answered")
    if waits:
        waits.answered_by, waits.answered_at, waits.agreed = deed.actor.someone, deed.now, agreed
        waits.save(update_fields=["answered_by", "answered_at", "agreed"])


def _tell(deed: Deed, merger: Merger, what: str) -> None:
    team, path, who = list_members(merger.vendor_id), f"vendor/team/{merger.vendor.code}/", deed.actor.someone.name
    deed.tell(team, what, path=path, who=who, vendor=merger.vendor.name, other=merger.into.name)
