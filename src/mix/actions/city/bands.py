"""Verbs on a city's table of authority, in two hands: one person proposes it, another signs it."""

from __future__ import annotations

from collections.abc import Sequence

from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import AuthorityBand, BandsProposal, Municipality, Person
from mix.readers.city.municipalities import bands_of, get_own_municipality
from mix.readers.city.people import list_told_of_roles, list_with_role
from mix.readers.core.actors import Actor
from mix.rules.city.delegation import Band
from mix.rules.core.access import TABLE, Permission
from mix.rules.core.unmet import require


def propose_bands(deed: Deed, municipality: Municipality, *, bands: Sequence[Band], source: str) -> BandsProposal:
    """Propose a city's table of authority, in place of one that still waits. One band alone may be without limit."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.DELEGATION_EDIT)
    limits = [band.up_to_cents for band in bands]
    require(bool(source.strip()), "source_missing", field="source")
    require(bool(bands), "bands_missing", field="bands")
    require(len(set(limits)) == len(limits), "bands_twice", field="bands")
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    for before in municipality.bands_proposals.filter(signed_at=None, dropped_at=None):
        before.dropped_at = deed.now
        before.save(update_fields=["dropped_at"])
    made = BandsProposal.objects.create(
        municipality=municipality,
        bands=[{"up_to": b.up_to_cents, "role": b.role.value} for b in bands],
        source=source,
        proposed_by=deed.actor.someone,
        proposed_at=deed.now,
    )
    deed.record("municipalities.propose_bands", municipality, payload={"bands": made.bands, "source": source})
    signers = [p for role in sorted(TABLE[Permission.BYLAW_SIGN]) for p in list_with_role([municipality.pk], role)]
    _tell(deed, made, "bands_wait", people=[p for p in signers if p.pk != made.proposed_by_id])
    return made


def _tell(deed: Deed, proposal: BandsProposal, code: str, *, people: Sequence[Person], second: str = "") -> None:
    city = proposal.municipality
    path = f"city/settings/{city.code}/authority/"
    deed.tell(people, code, path=path, city=city.wording("name"), who=proposal.proposed_by.name, second=second)


def _waiting(proposal: BandsProposal, *, actor: Actor) -> BandsProposal:
    get_own_municipality(proposal.municipality.code, actor=actor, needs=Permission.BYLAW_SIGN)
    rows = BandsProposal.objects.select_for_update(of=("self",)).select_related("municipality", "proposed_by")
    fresh = rows.get(pk=proposal.pk)
    require(fresh.signed_at is None and fresh.dropped_at is None, "bands_decided")
    return fresh


def sign_bands(deed: Deed, proposal: BandsProposal) -> list[AuthorityBand]:
    """Sign a proposed table as a second person: it replaces the one before, and gates use it from now on."""
    found = _waiting(proposal, actor=deed.actor)
    second, city = deed.actor.someone, found.municipality
    require(found.proposed_by_id != second.pk, "second_person")
    require_as_logged(found)
    found.signed_by, found.signed_at = second, deed.now
    found.save(update_fields=["signed_by", "signed_at"])
    Municipality.objects.select_for_update().get(pk=city.pk)
    for before in city.bands.all():
        before.delete()
    made = [
        AuthorityBand.objects.create(
            municipality=city, up_to_cents=band.up_to_cents, role=band.role.value, source=found.source
        )
        for band in bands_of(found)
    ]
    payload = {"bands": found.bands, "source": found.source, "proposed_by": found.proposed_by.code}
    deed.record("municipalities.set_bands", city, payload=payload)
    _tell(deed, found, "bands_set", people=list_told_of_roles(city), second=second.name)
    return made


def drop_bands(deed: Deed, proposal: BandsProposal) -> BandsProposal:
    """Drop a proposed table; who proposed it may do so too."""
    found = _waiting(proposal, actor=deed.actor)
    found.dropped_at = deed.now
    found.save(update_fields=["dropped_at"])
    deed.record("municipalities.drop_bands", found.municipality, payload={"bands": found.bands})
    return found
