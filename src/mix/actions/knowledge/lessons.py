"""Verbs that keep what was learned."""

from decimal import Decimal

from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import HoursEntry, Lesson, Step
from mix.rules.core.access import Permission
from mix.rules.core.unmet import require


def write_lesson(deed: Deed, step: Step, *, text: str) -> Lesson:
    """Write down something learned at a step, for whoever comes next. Also after the challenge has ended."""
    _, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.LESSON_RECORD, running=False)
    require(bool(text.strip()), "answer_missing", field="lesson")
    made = Lesson.objects.create(
        municipality_id=step.municipality_id, step=step, text=text, person=deed.actor.someone, written_at=deed.now
    )
    deed.record("knowledge.write_lesson", step, role=role.value)
    return made


def enter_hours(deed: Deed, step: Step, *, hours: Decimal) -> HoursEntry:
    """Enter hours worked on a step, under the role by which the actor worked."""
    _, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.HOURS_RECORD, running=False)
    require(0 < hours <= 1000, "amount_out_of_range", field="hours")
    made = HoursEntry.objects.create(
        municipality_id=step.municipality_id,
        step=step,
        role=role.value,
        hours=hours,
        person=deed.actor.someone,
        entered_at=deed.now,
    )
    deed.record("knowledge.enter_hours", step, role=role.value, payload={"hours": str(hours)})
    return made
