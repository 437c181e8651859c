"""Verbs on talks with the market."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from mix.actions.case.challenges import freeze_route
from mix.actions.case.locking import keep_open, lock_challenge, lock_step
from mix.actions.case.publishing import publish as publish_notice
from mix.actions.core.deeds import Deed
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
from mix.data.models.core.wordings import columns_of
from mix.readers.city.people import list_on_duty
from mix.readers.market.engagements import takes_registrations
from mix.readers.market.vendors import get_own_vendor
from mix.rules.case.states import NoticeKind
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import Said, as_wording
from mix.rules.core.unmet import require


def plan(
    deed: Deed, step: Step, *, title: Said, place: Said, starts_at: datetime, cards: Sequence[tuple[Said, Said]] = ()
) -> Engagement:
    """Plan the event of a step, with its problem cards; again until it is published."""
    step, role = lock_step(step, actor=deed.actor, needs=Permission.ENGAGEMENT_RUN, editing=True)
    words = {"title": deed.written(title, field="title"), "place": deed.written(place, field="place")}
    present = Engagement.objects.filter(step=step).first()
    require(present is None or present.published_at is None, "engagement_already_published")
    event, _ = Engagement.objects.update_or_create(
        step=step,
        defaults={"municipality_id": step.municipality_id, "starts_at": starts_at, **columns_of(**words)},
    )
    for card in event.cards.all():
        card.delete()
    for card_title, text in cards:
        said = {c: one for c, given in (("title", card_title), ("text", text)) if (one := as_wording(given))}
        ProblemCard.objects.create(engagement=event, **columns_of(**said))
    deed.record("engagements.plan", event.step, role=role.value)
    return event


def publish(deed: Deed, event: Engagement) -> Engagement:
    """Invite everybody, by a public notice."""
    step, role = lock_step(event.step, actor=deed.actor, needs=Permission.ENGAGEMENT_RUN)
    event = Engagement.objects.select_for_update().get(pk=event.pk)
    event.step = step
    require(event.published_at is None, "engagement_already_published")
    event.published_at = deed.now
    event.save(update_fields=["published_at"])
    title, place = event.wording("title"), event.wording("place")
    publish_notice(step.challenge, kind=NoticeKind.ENGAGEMENT, title=title, text=place, now=deed.now)
    freeze_route(step.challenge, now=deed.now)
    deed.record("engagements.publish", event.step, role=role.value)
    return event


def register(
    deed: Deed, event: Engagement, *, name: str, organization: str, email: str, needs: str = ""
) -> Registration:
    """Say that one comes. Open to everybody, signed in or not; twice from one address is once."""
    keep_open([event.step])
    require(takes_registrations(event, now=deed.now), "registration_closed")
    for value, field in ((name, "name"), (organization, "organization"), (email, "email")):
        require(bool(value.strip()), "answer_missing", field=field)
    row, made = Registration.objects.get_or_create(
        engagement=event,
        email=email.lower(),
        defaults={"name": name, "organization": organization, "needs": needs, "registered_at": deed.now},
    )
    if made:
        deed.record("engagements.register", event.step)
    return row


def hold(deed: Deed, event: Engagement, *, attended: Sequence[str]) -> Engagement:
    """Note that the event took place and who came (e-mail addresses among the registered)."""
    step, role = lock_step(event.step, actor=deed.actor, needs=Permission.ENGAGEMENT_RUN)
    event = Engagement.objects.select_for_update().get(pk=event.pk)
    event.step = step
    require(event.published_at is not None, "engagement_not_published")
    require(deed.now >= event.starts_at, "engagement_not_begun")
    event.held_at = event.held_at or deed.now
    event.save(update_fields=["held_at"])
    for row in event.registrations.filter(email__in=[a.lower() for a in attended], attended_at=None):
        row.attended_at = deed.now
        row.save(update_fields=["attended_at"])
    deed.record("engagements.hold", event.step, role=role.value)
    return event


def ask(deed: Deed, event: Engagement, *, text: str) -> EngagementQuestion:
    """Ask something about an event; the answer goes to everybody."""
    keep_open([event.step])
    require(event.published_at is not None, "engagement_not_published")
    require(bool(text.strip()), "answer_missing", field="text")
    question = EngagementQuestion.objects.create(engagement=event, text=text, asked_at=deed.now)
    deed.tell(
        list_on_duty(event.municipality_id, Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER),
        "event_question_asked",
        challenge=event.step.challenge,
        path=f"city/challenges/{event.step.challenge.code}/{event.step.key}/",
        title=event.wording("title"),
    )
    deed.record("engagements.ask", event.step)
    return question


def answer(deed: Deed, question: EngagementQuestion, *, text: Said) -> EngagementQuestion:
    """Answer a question, to everybody."""
    _, role = lock_challenge(question.engagement.step.challenge, actor=deed.actor, needs=Permission.ENGAGEMENT_RUN)
    keep_open([question.engagement.step])
    question.reword(answer=deed.written(text, field="answer")).answered_at = deed.now
    question.save(update_fields=["answer", "translations", "answered_at"])
    deed.record("engagements.answer", question.engagement.step, role=role.value)
    return question


def give_card(deed: Deed, event: Engagement, vendor: Vendor, *, text: str) -> CapabilityCard:
    """Leave a capability card: opt-in, public, no condition for anything."""
    get_own_vendor(vendor.code, actor=deed.actor)
    keep_open([event.step])
    require(event.published_at is not None, "engagement_not_published")
    require(vendor.merged_into is None, "vendor_merged", name=vendor.merged_into.name if vendor.merged_into else "")
    require(bool(text.strip()), "answer_missing", field="text")
    card, _ = CapabilityCard.objects.update_or_create(
        engagement=event, vendor=vendor, defaults={"text": text, "given_at": deed.now}
    )
    deed.record("engagements.give_card", event.step, role=Role.VENDOR)
    return card


def log_contact(
    deed: Deed, challenge: Challenge, *, happened_on: date, with_whom: str, told: Said, heard: str = ""
) -> ContactLogEntry:
    """Log a talk with somebody in the market; what they were told is published to all."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.ENGAGEMENT_RUN)
    require(bool(with_whom.strip()), "answer_missing", field="with_whom")
    what = columns_of(told=deed.written(told, field="told"))
    entry = ContactLogEntry.objects.create(
        municipality_id=challenge.municipality_id,
        challenge=challenge,
        happened_on=happened_on,
        with_whom=with_whom,
        heard=heard,
        **what,
        logged_by=deed.actor.someone,
        logged_at=deed.now,
    )
    deed.record("engagements.log_contact", challenge, role=role.value)
    return entry
