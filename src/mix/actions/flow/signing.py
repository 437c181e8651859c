"""Signing an agreement, once nothing that the rules demand keeps the contract from being signed."""

from __future__ import annotations

from mix.actions.core.deeds import Deed
from mix.actions.delivery import agreements
from mix.actions.delivery.agreements import SeenText
from mix.data.models import Agreement
from mix.readers.flow.findings import policy_unmet
from mix.rules.core.kinds import AgreementKind
from mix.rules.core.unmet import refuse_if
from mix.rules.delivery.states import Side


def sign(deed: Deed, agreement: Agreement, *, seen: SeenText | None = None) -> Agreement:
    """Sign as a named person. For the city nobody signs a contract that a rule still holds, such as a standstill."""
    own = agreement.signatories.filter(person=deed.actor.someone, side=Side.CITY)
    if agreement.kind == AgreementKind.CONTRACT and own.exists():
        refuse_if(policy_unmet(agreement.step, now=deed.now))
    return agreements.sign(deed, agreement, seen=seen)
