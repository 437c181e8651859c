"""Publishing a call, in two hands: what is frozen with it, its key, its notice, and who is invited."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from mix.actions.case.challenges import freeze_route
from mix.actions.case.locking import lock_step
from mix.actions.case.publishing import publish as publish_notice
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.actions.market.following import tell_followers
from mix.actions.market.keys import delay_key, make_key, new_key_id
from mix.actions.market.named_vendors import invite_named
from mix.actions.market.solicitations import lock_call
from mix.data.models import HandOver, Person, Solicitation
from mix.readers.case.challenges import spec_of
from mix.readers.city.people import list_members, list_on_duty
from mix.readers.flow.findings import policy_unmet
from mix.readers.market.custody import find_key, unmet_custody
from mix.readers.market.handing_over import find_hand_over, frozen_by, mark_of
from mix.readers.market.notices import kept_sections, wording_of
from mix.readers.market.participations import list_standing
from mix.readers.market.solicitations import (
    authors_of_call,
    instants_of,
    scorings_of,
    spec_of_call,
    unmet_to_publish,
)
from mix.rules.case.states import NoticeKind
from mix.rules.city.schemes import TieRule
from mix.rules.core.access import TABLE, Permission
from mix.rules.core.chain import digest
from mix.rules.core.lines import address_in
from mix.rules.core.unmet import Outdated, Refused, Unmet, refuse_if, require
from mix.rules.market.freezing import Terms, unmet_terms
from mix.rules.market.states import CustodyMode


def hand_over(
    deed: Deed,
    call: Solicitation,
    *,
    tie: TieRule = TieRule.HEAVIEST_CRITERION,
    full_at_cents: int | None = None,
    none_at_cents: int | None = None,
    fixed_cents: int | None = None,
    note: str = "",
) -> HandOver:
    """Hand a call over for publication, again where it has changed since: somebody else reads and publishes it.

    Two bounds make the price formula linear between them; a fixed price is asked for where the method fixes prices.
    """
    step, role = lock_step(call.step, actor=deed.actor, needs=Permission.SOLICITATION_EDIT)
    call = lock_call(call, step=step)
    require(call.published_at is None, "already_published")
    refuse_if((*unmet_to_publish(call, now=deed.now), *unmet_custody(call), *policy_unmet(step, now=deed.now)))
    terms = Terms(tie, full_at_cents, none_at_cents, fixed_cents)
    refuse_if(unmet_terms(terms, scorings_of(call).values()))
    said = {**asdict(terms), "note": note, "mark": mark_of(call, terms), "handed_by": deed.actor.someone}
    before = find_hand_over(call)
    if before and all(getattr(before, name) == value for name, value in said.items()):
        return before
    if before:
        _end(before, now=deed.now)
    made = HandOver.objects.create(solicitation=call, handed_at=deed.now, **said)
    wrote = {deed.actor.code, *authors_of_call(step)}
    publishers = list_on_duty(step.challenge.municipality_id, *sorted(TABLE[Permission.SOLICITATION_PUBLISH]))
    deed.tell(
        [person for person in publishers if person.code not in wrote],
        "call_handed_over",
        challenge=step.challenge,
        path=f"city/challenges/{step.challenge.code}/{step.key}/publish/",
        who=deed.actor.someone.name,
        note=note,
    )
    deed.record("solicitations.hand_over", call, role=role.value, payload={"mark": made.mark})
    return made


def _end(found: HandOver, *, now: datetime, by: Person | None = None, reply: str = "") -> None:
    found.ended_at, found.ended_by, found.reply = now, by, reply
    found.save(update_fields=["ended_at", "ended_by", "reply"])


def _handed(deed: Deed, call: Solicitation) -> HandOver:
    """Return the hand-over that waits, for somebody who wrote nothing of the call and did not hand it over."""
    found = find_hand_over(call)
    if found is None:
        raise Refused(Unmet("call_not_handed_over", place="hand-over"))
    wrote = {found.handed_by.code, *authors_of_call(call.step)}
    require(deed.actor.code not in wrote, "call_needs_second_person")
    return found


def send_back(deed: Deed, call: Solicitation, *, reason: str) -> HandOver:
    """Send a call that was handed over back to whoever did, with what is to be changed."""
    step, role = lock_step(call.step, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH)
    call = lock_call(call, step=step)
    require(call.published_at is None, "already_published")
    found = _handed(deed, call)
    require(bool(reason.strip()), "reason_missing", field="reason")
    _end(found, now=deed.now, by=deed.actor.someone, reply=reason)
    deed.tell(
        [found.handed_by],
        "call_sent_back",
        challenge=step.challenge,
        path=f"city/challenges/{step.challenge.code}/{step.key}/publish/",
        who=deed.actor.someone.name,
        reason=reason,
    )
    deed.record("solicitations.send_back", call, role=role.value, reason=reason)
    return found


def publish(deed: Deed, call: Solicitation, *, seen: str = "") -> Solicitation:
    """Publish a call that somebody else handed over, exactly as it was: its rules are frozen with it, a key is made.

    `seen` is the mark on the page. Raises Outdated where what binds is not what was seen there.
    """
    step, role = lock_step(call.step, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH)
    call = lock_call(call, step=step)
    require(call.published_at is None, "already_published")
    found = _handed(deed, call)
    require_as_logged(found)
    if mark_of(call, found.terms) != found.mark or seen not in ("", found.mark):
        raise Outdated(Unmet("call_changed_since", place="hand-over"))
    refuse_if((*unmet_to_publish(call, now=deed.now), *unmet_custody(call), *policy_unmet(step, now=deed.now)))
    _end(found, now=deed.now, by=deed.actor.someone)
    call.sections, text = kept_sections(call), wording_of(call)
    call.published_at = deed.now
    _fix_key(call, now=deed.now)
    call.outage_rule = step.challenge.municipality.outage_rule
    call.frozen = {key: rules.write() for key, rules in frozen_by(call, found.terms).items()}
    call.save(update_fields=["sections", "published_at", "key_id", "recipients", "outage_rule", "frozen"])
    freeze_route(step.challenge, now=deed.now)
    publish_notice(
        step.challenge,
        kind=NoticeKind.INTENDED_PROCUREMENT,
        title=spec_of(step).title.en,
        text=text,
        now=deed.now,
    )
    _invite(deed, call)
    tell_followers(deed, call, text)
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
            "mark": found.mark,
        },
    )
    return call


def _invite(deed: Deed, call: Solicitation) -> None:
    """Tell the vendors who alone may answer, where a call is not open to every one."""
    part, challenge = spec_of_call(call), call.step.challenge
    invite_named(deed, call.step)
    for vendor in list_standing(challenge, part.open_to) if part.open_to else ():
        deed.tell(
            list_members(vendor.id),
            "invited_to_answer",
            challenge=challenge,
            path=f"vendor/calls/{call.reference}/",
            reply_to=address_in(call.contact),
        )


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
