"""Verbs on what policy judges: what is bought, who published that it takes part, a rule set aside for one challenge."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from mix.actions.case.entering import enter
from mix.actions.core.events import record
from mix.data.models import Challenge, Municipality, ParticipationNotice, Purchase, RequirementReason, RuleWaiver, Step
from mix.readers.case.challenges import list_cities
from mix.readers.city.policies import find_ruling
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.flow.findings import judge, like_purchases
from mix.rules.city.policy.facts import Category, Competition, Ground
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.unmet import require


def _record(
    verb: str,
    challenge: Challenge,
    *,
    actor: Actor,
    now: datetime,
    role: str,
    payload: dict[str, Any],
    reason: str = "",
) -> None:
    record(
        f"findings.{verb}",
        subject_type="challenge",
        subject=challenge.code,
        actor=actor,
        now=now,
        challenge=challenge,
        role=role,
        payload=payload,
        reason=reason,
    )


def describe_purchase(
    challenge: Challenge,
    *,
    actor: Actor,
    now: datetime,
    category: Category,
    competition: Competition = Competition.OPEN,
    quotes: int = 0,
    limited_ground: Ground = Ground.NONE,
    circumstances: str = "",
    related_cents: int | None = None,
    lends_cents: int | None = None,
) -> Purchase:
    """Say what is bought and how the market is asked; a ground for not asking openly needs its circumstances.

    What the record knows of like purchases counts, where that is more than what was said.
    """
    challenge, role = enter(challenge, actor=actor, needs=Permission.SOLICITATION_EDIT)
    needs_text = limited_ground is not Ground.NONE
    require(holds=bool(circumstances.strip()) or not needs_text, code="circumstances_missing", where="f-circumstances")
    require(holds=quotes > 0 or competition is not Competition.QUOTES, code="quotes_missing", where="f-quotes")
    like = sum(c.value_cents or 0 for c in like_purchases(challenge, category, now=now))
    facts = {
        "category": category.value,
        "competition": competition.value,
        "quotes": quotes if competition is Competition.QUOTES else 0,
        "limited_ground": limited_ground.value,
        "circumstances": circumstances.strip() if needs_text else "",
        "related_cents": max(like, related_cents or 0) if like else related_cents,
        "lends_cents": lends_cents,
    }
    made, _ = Purchase.objects.update_or_create(challenge=challenge, defaults=facts)
    _record("describe_purchase", challenge, actor=actor, now=now, role=role.value, payload=facts)
    return made


def note_participation(
    challenge: Challenge, *, actor: Actor, now: datetime, municipality: Municipality, address: str, published_on: date
) -> ParticipationNotice:
    """Record where a city published that it takes part. Anybody who edits calls does it for every city."""
    challenge, role = enter(challenge, actor=actor, needs=Permission.SOLICITATION_EDIT)
    if municipality.pk not in {c.pk for c in list_cities(challenge)}:
        raise Unknown
    facts = {"address": address, "published_on": published_on, "recorded_by": actor.someone, "recorded_at": now}
    made, _ = ParticipationNotice.objects.update_or_create(
        challenge=challenge, municipality=municipality, defaults=facts
    )
    payload = {"city": municipality.code, "address": address, "on": published_on.isoformat()}
    _record("note_participation", challenge, actor=actor, now=now, role=role.value, payload=payload)
    return made


def justify(step: Step, *, actor: Actor, now: datetime, mark: str, reason: str) -> RequirementReason:
    """Say why words of a call that may keep firms out stay. Raises Unknown when the call no longer has them."""
    challenge, role = enter(step.challenge, actor=actor, needs=Permission.SOLICITATION_EDIT)
    hit = next((h for h in judge(step, now=now).hits if h.mark == mark), None)
    if hit is None:
        raise Unknown
    require(holds=bool(reason.strip()), code="reason_missing", where="f-reason")
    facts = {"challenge": challenge, "words": hit.words, "reason": reason.strip()}
    facts |= {"given_by": actor.someone, "given_at": now}
    made, _ = RequirementReason.objects.update_or_create(step=step, mark=mark, defaults=facts)
    payload = {"step": step.key, "words": hit.words, "excludes": hit.excludes.value}
    _record("justify", challenge, actor=actor, now=now, role=role.value, payload=payload, reason=made.reason)
    return made


def _may_waive(municipality: Municipality, rule: str, *, actor: Actor) -> bool:
    """Return whether a second person is needed. Raises Unknown for a rule that nobody may set aside."""
    found = find_ruling(municipality, rule)
    if found.waiver is None:
        raise Unknown
    if found.waiver.by not in actor.roles_at(municipality.code):
        raise Forbidden(Permission.SOLICITATION_PUBLISH)
    return found.waiver.second


def waive(
    challenge: Challenge, *, actor: Actor, now: datetime, municipality: Municipality, rule: str, reason: str
) -> RuleWaiver:
    """Set a rule of a city aside for this challenge, with a reason. Where the rule says so it waits for a second."""
    challenge, _ = enter(challenge, actor=actor, needs=Permission.CHALLENGE_READ)
    needs_second = _may_waive(municipality, rule, actor=actor)
    require(holds=bool(reason.strip()), code="reason_missing", where="f-reason")
    exists = challenge.waivers.filter(municipality=municipality, rule=rule).exists()
    require(holds=not exists, code="waived_already")
    made = RuleWaiver.objects.create(
        challenge=challenge,
        municipality=municipality,
        rule=rule,
        reason=reason.strip(),
        needs_second=needs_second,
        asked_by=actor.someone,
        asked_at=now,
    )
    payload = {"city": municipality.code, "rule": rule, "needs_second": needs_second}
    _record(
        "waive",
        challenge,
        actor=actor,
        now=now,
        role=Role.PROCUREMENT_MANAGER.value,
        payload=payload,
        reason=made.reason,
    )
    return made


def agree_to_waive(waiver: RuleWaiver, *, actor: Actor, now: datetime) -> RuleWaiver:
    """Agree as a second person of the same city that a rule is set aside."""
    challenge, _ = enter(waiver.challenge, actor=actor, needs=Permission.CHALLENGE_READ)
    fresh = RuleWaiver.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=waiver.pk)
    seconds = TABLE[Permission.BYLAW_SIGN] & actor.roles_at(fresh.municipality.code)
    if not seconds:
        raise Forbidden(Permission.SOLICITATION_PUBLISH)
    require(holds=fresh.agreed_at is None and fresh.needs_second, code="waived_already")
    require(holds=fresh.asked_by_id != actor.someone.pk, code="second_person")
    fresh.agreed_by, fresh.agreed_at = actor.someone, now
    fresh.save(update_fields=["agreed_by", "agreed_at"])
    payload = {"city": fresh.municipality.code, "rule": fresh.rule}
    _record("agree_to_waive", challenge, actor=actor, now=now, role=min(seconds).value, payload=payload)
    return fresh
