"""Questions about talks with the market."""

from datetime import datetime

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import (
    CapabilityCard,
    Challenge,
    ContactLogEntry,
    Engagement,
    EngagementQuestion,
    ProblemCard,
    Registration,
    Step,
)
from mix.data.wall import lifted
from mix.readers.core.errors import Unknown
from mix.readers.core.rows import get_row
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.unmet import Unmet


def find_engagement(step: Step) -> Engagement | None:
    """Return the event of a step, if one was planned."""
    return Engagement.objects.filter(step=step).first()


def get_public_engagement(challenge: Challenge, key: str) -> Engagement:
    """Return a published event. Raises Unknown."""
    found = (
        Engagement.objects.filter(step__challenge=challenge, step__key=key, published_at__isnull=False)
        .select_related("step__challenge__municipality", "step__challenge__method")
        .defer("step__challenge__method__document")
        .first()
    )
    if found is None:
        raise Unknown
    return found


@asked
def list_public_engagements(challenge: Challenge) -> QuerySet[Engagement]:
    """List the published events of a challenge, by start."""
    return (
        Engagement.objects.filter(step__challenge=challenge, published_at__isnull=False)
        .select_related("step")
        .order_by("starts_at", "id")
    )


def get_question(step: Step, item: str) -> EngagementQuestion:
    """Return one question that was asked at the event of a step. Raises Unknown."""
    rows = EngagementQuestion.objects.filter(engagement__step=step)
    challenge = "engagement__step__challenge"
    return get_row(
        rows.select_related(f"{challenge}__municipality", f"{challenge}__method").defer(
            f"{challenge}__method__document"
        ),
        item,
    )


def list_questions(event: Engagement) -> list[EngagementQuestion]:
    """List every question that was asked at an event, oldest first."""
    return list(event.questions.order_by("asked_at"))


def list_answered_questions(event: Engagement) -> list[EngagementQuestion]:
    """List the questions of an event that were answered, oldest first."""
    return list(event.questions.filter(answered_at__isnull=False).order_by("asked_at"))


def list_problem_cards(event: Engagement) -> list[ProblemCard]:
    """List the problems that are put on the table at an event, in their order."""
    return list(event.cards.order_by("id"))


def list_capability_cards(event: Engagement) -> list[CapabilityCard]:
    """List what vendors said at an event that they can do, by vendor."""
    return list(event.capabilities.select_related("vendor").order_by("vendor__name"))


def takes_registrations(event: Engagement, *, now: datetime) -> bool:
    """Say whether anybody may still register: it is published, has not begun, and its challenge runs."""
    is_ahead = event.published_at is not None and event.held_at is None and event.starts_at > now
    return is_ahead and event.step.challenge.status == ChallengeStatus.RUNNING


def list_registrations(event: Engagement) -> list[Registration]:
    """List who registered for an event, by name."""
    return list(event.registrations.order_by("name"))


def list_contacts(challenge: Challenge) -> list[ContactLogEntry]:
    """List the contact log, latest first. `told` is public, `heard` is the city's: the caller shows what may be."""
    with lifted():
        return _contacts(challenge)


@asked
def _contacts(challenge: Challenge) -> QuerySet[ContactLogEntry]:
    return challenge.contacts.select_related("logged_by").order_by("-happened_on", "-id")


def unmet_in(step: Step) -> tuple[Unmet, ...]:
    """List what an engagement lacks: an event that was published and held, and an answer to every question."""
    event = find_engagement(step)
    if event is None:
        return (Unmet("engagement_not_planned", place="event"),)
    found = []
    if event.published_at is None:
        found.append(Unmet("engagement_not_published", place="event"))
    if event.held_at is None:
        found.append(Unmet("engagement_not_held", place="event"))
    unanswered = event.questions.filter(answered_at=None).count()
    if unanswered:
        found.append(Unmet("questions_unanswered", {"count": str(unanswered)}, place="questions"))
    return tuple(found)
