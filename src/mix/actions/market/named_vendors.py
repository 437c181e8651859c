"""Verbs on whom a call by invitation is for: name a vendor with the reason, take one out again, invite them all."""

from __future__ import annotations

from mix.actions.case.locking import lock_step
from mix.actions.core.deeds import Deed
from mix.actions.market.participations import raise_standing
from mix.data.models import NamedVendor, Step, Vendor
from mix.readers.case.challenges import spec_of
from mix.readers.city.people import list_members
from mix.readers.city.trials import list_guests
from mix.readers.market.named_vendors import invites, list_named
from mix.readers.market.solicitations import find_solicitation
from mix.readers.market.vendors import list_alike
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import Standing
from mix.rules.core.unmet import require


def name(deed: Deed, step: Step, *, vendor: str, why: str) -> NamedVendor:
    """Name a vendor, by its exact name or one that looks alike, and say why it; until the call is published.

    On trial it is one that plays along: nobody else is told of what binds nobody.
    """
    step, role = _lock(deed, step)
    require(bool(vendor.strip()), "answer_missing", field="vendor")
    require(bool(why.strip()), "reason_missing", field="why")
    alike = list_alike(vendor)
    require(bool(alike), "vendor_not_registered", field="vendor", name=vendor.strip())
    exact = [one for one in alike if one.name == vendor.strip()] or alike
    require(len(exact) == 1, "several_such_vendors", field="vendor", names=", ".join(one.name for one in exact))
    found = exact[0]
    named = {row.vendor_id for row in list_named(step)}
    require(found.pk not in named, "vendor_named", field="vendor", name=found.name)
    require(not step.challenge.is_trial or _plays_along(step, found), "vendor_not_on_trial", field="vendor")
    made = NamedVendor.objects.create(
        municipality_id=step.municipality_id,
        step=step,
        vendor=found,
        why=why.strip(),
        named_by=deed.actor.someone,
        named_at=deed.now,
    )
    deed.record("named_vendors.name", step, role=role.value)
    return made


def take_out(deed: Deed, named: NamedVendor) -> NamedVendor:
    """Take a vendor out again, until the call is published. Whoever was invited in an earlier round stays so."""
    step, role = _lock(deed, named.step)
    fresh = NamedVendor.objects.select_for_update(of=("self",)).get(pk=named.pk)
    require(fresh.ended_at is None, "vendor_taken_out")
    fresh.ended_at = deed.now
    fresh.save(update_fields=["ended_at"])
    deed.record("named_vendors.take_out", step, role=role.value)
    return fresh


def invite_named(deed: Deed, step: Step) -> None:
    """Let all who are named answer. Called inside the verb that publishes their call."""
    for row in list_named(step):
        raise_standing(step.challenge, row.vendor, to=Standing.INVITED, now=deed.now)


def _lock(deed: Deed, step: Step) -> tuple[Step, Role]:
    """Lock a step whose call is by invitation and not yet published. Raises Unknown, Forbidden, Refused."""
    step, role = lock_step(step, actor=deed.actor, needs=Permission.SOLICITATION_EDIT, editing=True)
    require(invites(step) is not None, "call_invites_nobody", **spec_of(step).title.params("step"))
    call = find_solicitation(step)
    require(call is None or call.published_at is None, "already_published")
    return step, role


def _plays_along(step: Step, vendor: Vendor) -> bool:
    guests = {guest.email for guest in list_guests(step.challenge.municipality)}
    return any(person.email.lower() in guests for person in list_members(vendor.pk))
