"""Verbs on talks with the market."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from mix.actions.case.challenges import freeze_route
from mix.actions.case.entering import enter, enter_step
from mix.actions.case.publishing import publish as publish_notice
from mix.actions.core.events import record, record_on
from mix.data.models import (
    CapabilityCard,
    Challenge,
    ContactLogEntry,
    Engagement,
    EngagementQuestion,
    ProblemCard,
    Registration,
    Step,
    Vendor,
)
from mix.readers.core.actors import Actor
from mix.readers.market.vendors import get_own_vendor
from mix.rules.core.access import Permission
from mix.rules.core.unmet import require


def plan(
    step: Step,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    place: str,
    starts_at: datetime,
    cards: Sequence[tuple[str, str]] = (),
) -> Engagement:
    """Plan the event of a step, with its problem cards; again until it is published."""
    step, role = enter_step(step, actor=actor, needs=Permission.ENGAGEMENT_RUN, editing=True)
    for value, field in ((title, "title"), (place, "place")):
        require(holds=bool(value.strip()), code="answer_missing", where=f"f-{field}")
    present = Engagement.objects.filter(step=step).first()
    require(holds=present is None or present.published_at is None, code="engagement_already_published")
    event, _ = Engagement.objects.update_or_create(
        step=step,
        defaults={"municipality_id": step.municipality_id, "title": title, "place": place, "starts_at": starts_at},
    )
    event.cards.all().delete()
    for card_title, text in cards:
        ProblemCard.objects.create(engagement=event, title=card_title, text=text)
    record_on(event.step, "engagements.plan", actor=actor, now=now, role=role.value)
    return event


def publish(event: Engagement, *, actor: Actor, now: datetime) -> Engagement:
    """Invite everybody, by a public notice."""
    step, role = enter_step(event.step, actor=actor, needs=Permission.ENGAGEMENT_RUN)
    event = Engagement.objects.select_for_update().get(pk=event.pk)
    event.step = step
    require(holds=event.published_at is None, code="engagement_already_published")
    event.published_at = now
    event.save(update_fields=["published_at"])
    publish_notice(step.challenge, kind="engagement", title=event.title, text=event.place, now=now)
    freeze_route(step.challenge, now=now)
    record_on(event.step, "engagements.publish", actor=actor, now=now, role=role.value)
    return event


def register(
    event: Engagement, *, actor: Actor, now: datetime, name: str, organization: str, email: str, needs: str = ""
) -> Registration:
    """Say that one comes. Open to everybody, signed in or not; twice from one address is once."""
    require(holds=event.published_at is not None and event.held_at is None, code="registration_closed")
    for value, field in ((name, "name"), (organization, "organization"), (email, "email")):
        require(holds=bool(value.strip()), code="answer_missing", where=f"f-{field}")
    row, made = Registration.objects.get_or_create(
        engagement=event,
        email=email.lower(),
        defaults={"name": name, "organization": organization, "needs": needs, "registered_at": now},
    )
    if made:
        record_on(event.step, "engagements.register", actor=actor, now=now)
    return row


def hold(event: Engagement, *, actor: Actor, now: datetime, attended: Sequence[str]) -> Engagement:
    """Note that the event took place and who came (e-mail addresses among the registered)."""
    step, role = enter_step(event.step, actor=actor, needs=Permission.ENGAGEMENT_RUN)
    event = Engagement.objects.select_for_update().get(pk=event.pk)
    event.step = step
    require(holds=event.published_at is not None, code="engagement_not_published")
    require(holds=now >= event.starts_at, code="engagement_not_begun")
    event.held_at = event.held_at or now
    event.save(update_fields=["held_at"])
    event.registrations.filter(email__in=[a.lower() for a in attended], attended_at=None).update(attended_at=now)
    record_on(event.step, "engagements.hold", actor=actor, now=now, role=role.value)
    return event


def ask(event: Engagement, *, actor: Actor, now: datetime, text: str) -> EngagementQuestion:
    """Ask something about an event; the answer goes to everybody."""
    require(holds=event.published_at is not None, code="engagement_not_published")
    require(holds=bool(text.strip()), code="answer_missing", where="f-text")
    question = EngagementQuestion.objects.create(engagement=event, text=text, asked_at=now)
    record_on(event.step, "engagements.ask", actor=actor, now=now)
    return question


def answer(question: EngagementQuestion, *, actor: Actor, now: datetime, text: str) -> EngagementQuestion:
    """Answer a question, to everybody."""
    _, role = enter(question.engagement.step.challenge, actor=actor, needs=Permission.ENGAGEMENT_RUN)
    require(holds=bool(text.strip()), code="answer_missing", where="f-answer")
    question.answer, question.answered_at = text, now
    question.save(update_fields=["answer", "answered_at"])
    record_on(question.engagement.step, "engagements.answer", actor=actor, now=now, role=role.value)
    return question


def give_card(event: Engagement, vendor: Vendor, *, actor: Actor, now: datetime, text: str) -> CapabilityCard:
    """Leave a capability card: opt-in, public, no condition for anything."""
    get_own_vendor(vendor.code, actor=actor)
    require(holds=event.published_at is not None, code="engagement_not_published")
    require(holds=bool(text.strip()), code="answer_missing", where="f-text")
    card, _ = CapabilityCard.objects.update_or_create(
        engagement=event, vendor=vendor, defaults={"text": text, "given_at": now}
    )
    record_on(event.step, "engagements.give_card", actor=actor, now=now, role="vendor")
    return card


def log_contact(
    challenge: Challenge, *, actor: Actor, now: datetime, happened_on: date, with_whom: str, told: str, heard: str = ""
) -> ContactLogEntry:
    """Log a talk with somebody in the market; what they were told is published to all."""
    challenge, role = enter(challenge, actor=actor, needs=Permission.ENGAGEMENT_RUN)
    for value, field in ((with_whom, "with_whom"), (told, "told")):
        require(holds=bool(value.strip()), code="answer_missing", where=f"f-{field}")
    entry = ContactLogEntry.objects.create(
        municipality_id=challenge.municipality_id,
        challenge=challenge,
        happened_on=happened_on,
        with_whom=with_whom,
        told=told,
        heard=heard,
        logged_by=actor.someone,
        logged_at=now,
    )
    record(
        "engagements.log_contact",
        subject_type="challenge",
        subject=challenge.code,
        actor=actor,
        now=now,
        challenge=challenge,
        role=role.value,
    )
    return entry
