"""Publishing a call: what is frozen with it, its key, its notice, and who is invited."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from mix.actions.case.challenges import freeze_route
from mix.actions.case.locking import lock_step
from mix.actions.case.publishing import publish as publish_notice
from mix.actions.core.deeds import Deed
from mix.actions.market.keys import delay_key, make_key, new_key_id
from mix.actions.market.solicitations import lock_call
from mix.data.models import (
    Solicitation,
)
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import sprint_places
from mix.readers.city.people import list_members
from mix.readers.core.events import who_did
from mix.readers.flow.findings import policy_unmet
from mix.readers.market.custody import find_key, unmet_custody
from mix.readers.market.participations import list_standing
from mix.readers.market.solicitations import instants_of, scorings_of, spec_of_call, unmet_to_publish
from mix.rules.case.states import NoticeKind
from mix.rules.city.methods import EvaluationSpec
from mix.rules.city.schemes import PriceFormula, TieRule
from mix.rules.core.access import Permission
from mix.rules.core.chain import digest
from mix.rules.core.lines import address_in
from mix.rules.core.unmet import refuse_if, require
from mix.rules.market.freezing import freeze
from mix.rules.market.states import CustodyMode


def publish(
    deed: Deed,
    call: Solicitation,
    *,
    tie: TieRule = TieRule.HEAVIEST_CRITERION,
    full_at_cents: int | None = None,
    none_at_cents: int | None = None,
    fixed_cents: int | None = None,
) -> Solicitation:
    """Publish a call: criteria, weights, minimums, price formula and tie rule are frozen with it, a key is made.

    Two bounds make the price formula linear between them; a fixed price is asked for where the method fixes prices.
    """
    step, role = lock_step(call.step, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH)
    call = lock_call(call, step=step)
    require(call.published_at is None, "already_published")
    refuse_if((*unmet_to_publish(call, now=deed.now), *unmet_custody(call), *policy_unmet(step, now=deed.now)))
    fitters = who_did(step, "call_forms.fit", subjects=[call.reference])
    require(deed.actor.code not in fitters, "form_needs_second_person")
    scoring = scorings_of(call)
    bounds = _bounds_of_price(scoring.values(), full_at_cents, none_at_cents, fixed_cents)
    call.published_at = deed.now
    _fix_key(call, now=deed.now)
    call.outage_rule = step.challenge.municipality.outage_rule
    call.frozen = {
        key: freeze(part, tie=tie, bounds=bounds, places=sprint_places(step.challenge)).write()
        for key, part in scoring.items()
    }
    call.save(update_fields=["published_at", "key_id", "recipients", "outage_rule", "frozen"])
    spec = spec_of(step)
    freeze_route(step.challenge, now=deed.now)
    publish_notice(
        step.challenge, kind=NoticeKind.INTENDED_PROCUREMENT, title=spec.title.en, text=call.body, now=deed.now
    )
    part = spec_of_call(call)
    if part.open_to:
        for vendor in list_standing(step.challenge, part.open_to):
            deed.tell(
                list_members(vendor.id),
                "invited_to_answer",
                challenge=step.challenge,
                path=f"vendor/calls/{call.reference}/",
                reply_to=address_in(call.contact),
            )
    deed.record(
        "solicitations.publish",
        call,
        role=role.value,
        payload={
            "closes_at": call.closes_at.isoformat(),
            "zone": call.zone,
            "recipients": call.recipients,
            "custody": call.custody_mode,
            "outage": call.outage_rule,
            "frozen": call.frozen,
            "form": digest(call.form) if call.form else "",
        },
    )
    return call


def _bounds_of_price(
    scoring: Iterable[EvaluationSpec], full_at: int | None, none_at: int | None, fixed: int | None
) -> dict[str, int | None]:
    """Return between which amounts a price earns points, and the price where it is fixed, all in cents."""
    line = (full_at, none_at)
    holds = line == (None, None) or (None not in line and 0 <= (full_at or 0) < (none_at or 0))
    require(holds, "price_bounds_wrong", field="none_at_cents")
    fixes = any(part.price_formula is PriceFormula.FIXED for part in scoring)
    require(fixed is not None or not fixes, "fixed_price_missing", field="fixed_cents")
    return {"full_at": full_at, "none_at": none_at, "amount": fixed}


def _fix_key(call: Solicitation, *, now: datetime) -> None:
    """Fix to which key each envelope of this call is sealed, and the instants before which the sealer opens nothing."""
    instants = instants_of(call)
    key = find_key(call) if call.custody_mode == CustodyMode.SPLIT else None
    if key and key.recovery:
        delay_key(key.key_id, instants=instants, now=now)
        call.key_id, public, recovery = key.key_id, key.public_keys, key.recovery.public_keys
    else:
        call.key_id, recovery = new_key_id("call"), {}
        public = make_key(call.key_id, instants=instants, now=now)
    call.recipients = {e.value: public[e.value] for e in spec_of_call(call).envelopes} | recovery
