"""Verbs on what policy judges: what is bought, who published that it takes part, a rule set aside for one challenge."""

from __future__ import annotations

from datetime import date, datetime

from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.data.models import Challenge, Municipality, ParticipationNotice, Purchase, RequirementReason, RuleWaiver, Step
from mix.readers.case.challenges import list_cities, method_for
from mix.readers.city.policies import find_ruling
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.flow.findings import category_of, judge, like_purchases
from mix.rules.city.methods import Fact
from mix.rules.city.policy.facts import Category, Competition, Ground
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.unmet import Refused, Unmet, require


def describe_purchase(
    deed: Deed,
    challenge: Challenge,
    *,
    category: Category | None = None,
    competition: Competition = Competition.OPEN,
    quotes: int = 0,
    limited_ground: Ground = Ground.NONE,
    circumstances: str = "",
    related_cents: int | None = None,
    lends_cents: int | None = None,
) -> Purchase:
    """Say what is bought and how the market is asked; a ground for not asking openly needs its circumstances.

    What the record knows of like purchases counts, where that is more than what was said. `category` is asked for here
    only where the method asks for it in no document.
    """
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.SOLICITATION_EDIT)
    needs_text = limited_ground is not Ground.NONE
    require(bool(circumstances.strip()) or not needs_text, "circumstances_missing", field="circumstances")
    require(quotes > 0 or competition is not Competition.QUOTES, "quotes_missing", field="quotes")
    is_elsewhere = method_for(challenge).place_of(Fact.CATEGORY) is not None
    category = category_of(challenge) if is_elsewhere else category
    if category is None:
        raise Refused(Unmet("category_missing", field="" if is_elsewhere else "category"))
    facts = {
        "category": category.value,
        "competition": competition.value,
        "quotes": quotes if competition is Competition.QUOTES else 0,
        "limited_ground": limited_ground.value,
        "circumstances": circumstances.strip() if needs_text else "",
        "related_cents": _with_like(challenge, category, related_cents, now=deed.now),
        "lends_cents": lends_cents,
    }
    made, _ = Purchase.objects.update_or_create(challenge=challenge, defaults=facts)
    deed.record("findings.describe_purchase", challenge, role=role.value, payload=facts)
    return made


def _with_like(challenge: Challenge, category: Category, said: int | None, *, now: datetime) -> int | None:
    like = sum(c.value_cents or 0 for c in like_purchases(challenge, category, now=now))
    return max(like, said or 0) if like else said


def keep_category(challenge: Challenge, *, now: datetime) -> None:
    """Keep what a document that is done now says is bought, so that it counts with like purchases. Inside a verb."""
    category = category_of(challenge)
    if category is None:
        return
    row = Purchase.objects.filter(challenge=challenge).first() or Purchase(challenge=challenge)
    if row.category != category.value:
        row.category, row.related_cents = category.value, _with_like(challenge, category, row.related_cents, now=now)
        row.save()


def note_participation(
    deed: Deed, challenge: Challenge, *, municipality: Municipality, address: str, published_on: date
) -> ParticipationNotice:
    """Record where a city published that it takes part. Anybody who edits calls does it for every city."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.SOLICITATION_EDIT)
    if municipality.pk not in {c.pk for c in list_cities(challenge)}:
        raise Unknown
    facts = {
        "address": address,
        "published_on": published_on,
        "recorded_by": deed.actor.someone,
        "recorded_at": deed.now,
    }
    made, _ = ParticipationNotice.objects.update_or_create(
        challenge=challenge, municipality=municipality, defaults=facts
    )
    payload = {"city": municipality.code, "address": address, "on": published_on.isoformat()}
    deed.record("findings.note_participation", challenge, role=role.value, payload=payload)
    return made


def justify(deed: Deed, step: Step, *, mark: str, reason: str) -> RequirementReason:
    """Say why words of a call that may keep firms out stay. Raises Unknown when the call no longer has them."""
    challenge, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.SOLICITATION_EDIT)
    hit = next((h for h in judge(step, now=deed.now).hits if h.mark == mark), None)
    if hit is None:
        raise Unknown
    require(bool(reason.strip()), "reason_missing", field="reason")
    facts = {"challenge": challenge, "words": hit.words, "reason": reason.strip()}
    facts |= {"given_by": deed.actor.someone, "given_at": deed.now}
    made, _ = RequirementReason.objects.update_or_create(step=step, mark=mark, defaults=facts)
    payload = {"step": step.key, "words": hit.words, "excludes": hit.excludes.value}
    deed.record("findings.justify", challenge, role=role.value, payload=payload, reason=made.reason)
    return made


def _may_waive(municipality: Municipality, rule: str, *, actor: Actor) -> bool:
    """Return whether a second person is needed. Raises Unknown for a rule that nobody may set aside."""
    found = find_ruling(municipality, rule)
    if found.waiver is None:
        raise Unknown
    if found.waiver.by not in actor.roles_at(municipality.code):
        raise Forbidden(Permission.SOLICITATION_PUBLISH)
    return found.waiver.second


def waive(deed: Deed, challenge: Challenge, *, municipality: Municipality, rule: str, reason: str) -> RuleWaiver:
    """Set a rule of a city aside for this challenge, with a reason. Where the rule says so it waits for a second."""
    challenge, _ = lock_challenge(challenge, actor=deed.actor, needs=Permission.CHALLENGE_READ)
    needs_second = _may_waive(municipality, rule, actor=deed.actor)
    require(bool(reason.strip()), "reason_missing", field="reason")
    exists = challenge.waivers.filter(municipality=municipality, rule=rule).exists()
    require(not exists, "waived_already")
    made = RuleWaiver.objects.create(
        challenge=challenge,
        municipality=municipality,
        rule=rule,
        reason=reason.strip(),
        needs_second=needs_second,
        asked_by=deed.actor.someone,
        asked_at=deed.now,
    )
    payload = {"city": municipality.code, "rule": rule, "needs_second": needs_second}
    deed.record("findings.waive", challenge, role=Role.PROCUREMENT_MANAGER.value, payload=payload, reason=made.reason)
    return made


def agree_to_waive(deed: Deed, waiver: RuleWaiver) -> RuleWaiver:
    """Agree as a second person of the same city that a rule is set aside."""
    challenge, _ = lock_challenge(waiver.challenge, actor=deed.actor, needs=Permission.CHALLENGE_READ)
    fresh = RuleWaiver.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=waiver.pk)
    seconds = TABLE[Permission.BYLAW_SIGN] & deed.actor.roles_at(fresh.municipality.code)
    if not seconds:
        raise Forbidden(Permission.SOLICITATION_PUBLISH)
    require(fresh.agreed_at is None and fresh.needs_second, "waived_already")
    require(fresh.asked_by_id != deed.actor.someone.pk, "second_person")
    require_as_logged(fresh)
    fresh.agreed_by, fresh.agreed_at = deed.actor.someone, deed.now
    fresh.save(update_fields=["agreed_by", "agreed_at"])
    payload = {"city": fresh.municipality.code, "rule": fresh.rule}
    deed.record("findings.agree_to_waive", challenge, role=min(seconds).value, payload=payload)
    return fresh
