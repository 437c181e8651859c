"""Verbs on a city's own rules: its by-law's table in two hands, and catalogue rules confirmed at their source."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import Bylaw, Municipality, RuleConfirmation
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.policies import digest_of, find_rule
from mix.readers.core.actors import Actor
from mix.rules.city.policy.bylaws import BylawTable
from mix.rules.core.access import Permission
from mix.rules.core.unmet import require


def propose_bylaw(deed: Deed, municipality: Municipality, *, table: BylawTable, effective_on: date) -> Bylaw:
    """Propose a version of the city's table, in place of one that still waits. A second person signs it."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.DELEGATION_EDIT)
    require(bool(table.bands), "bands_missing", field="bands")
    Municipality.objects.select_for_update().get(pk=municipality.pk)
    for before in municipality.bylaws.filter(signed_at=None, dropped_at=None):
        before.dropped_at = deed.now
        before.save(update_fields=["dropped_at"])
    number = (municipality.bylaws.aggregate(most=Max("number"))["most"] or 0) + 1
    made = Bylaw.objects.create(
        municipality=municipality,
        number=number,
        table=table.model_dump(mode="json"),
        effective_on=effective_on,
        proposed_by=deed.actor.someone,
        proposed_at=deed.now,
    )
    payload = {"number": number, "effective_on": effective_on.isoformat(), "table": made.table}
    deed.record("policies.propose_bylaw", municipality, payload=payload)
    return made


def _waiting(bylaw: Bylaw, *, actor: Actor) -> Bylaw:
    get_own_municipality(bylaw.municipality.code, actor=actor, needs=Permission.BYLAW_SIGN)
    fresh = Bylaw.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=bylaw.pk)
    require(fresh.signed_at is None and fresh.dropped_at is None, "bylaw_decided")
    return fresh


def sign_bylaw(deed: Deed, bylaw: Bylaw) -> Bylaw:
    """Sign a proposed version as a second person: from its day on, its rules are verified, and block."""
    bylaw = _waiting(bylaw, actor=deed.actor)
    require(bylaw.proposed_by_id != deed.actor.someone.pk, "second_person")
    require_as_logged(bylaw)
    bylaw.signed_by, bylaw.signed_at = deed.actor.someone, deed.now
    bylaw.save(update_fields=["signed_by", "signed_at"])
    payload = {"number": bylaw.number}
    deed.record("policies.sign_bylaw", bylaw.municipality, payload=payload)
    return bylaw


def drop_bylaw(deed: Deed, bylaw: Bylaw) -> Bylaw:
    """Drop a proposed version; who proposed it may do so too."""
    bylaw = _waiting(bylaw, actor=deed.actor)
    bylaw.dropped_at = deed.now
    bylaw.save(update_fields=["dropped_at"])
    payload = {"number": bylaw.number}
    deed.record("policies.drop_bylaw", bylaw.municipality, payload=payload)
    return bylaw


def confirm_rule(deed: Deed, municipality: Municipality, *, rule: str) -> RuleConfirmation:
    """Say that one read a rule at its source and that it holds for the city; with a second person it is verified."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.BYLAW_SIGN)
    found = find_rule(rule)
    row, made = RuleConfirmation.objects.select_for_update(of=("self",)).get_or_create(
        municipality=municipality,
        rule=found.id,
        digest=digest_of(found),
        defaults={"proposed_by": deed.actor.someone, "proposed_at": deed.now},
    )
    if not made:
        require(row.confirmed_at is None, "rule_confirmed_already")
        require(row.proposed_by_id != deed.actor.someone.pk, "second_person")
        require_as_logged(row)
        row.confirmed_by, row.confirmed_at = deed.actor.someone, deed.now
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    payload = {"rule": found.id, "digest": row.digest, "word": "first" if made else "second"}
    deed.record("policies.confirm_rule", municipality, payload=payload)
    return row
