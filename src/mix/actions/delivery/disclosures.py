"""Verbs on disclosures: appoint a neutral reviewer, review, and publish what the sprint taught."""

from mix.actions.case.locking import lock_step
from mix.actions.case.publishing import publish
from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.data.models import Disclosure, Person, Step
from mix.readers.case.challenges import spec_of
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.delivery.disclosures import (
    digest_of,
    find_disclosure,
    gather_pack,
    list_candidates,
    requirements_digest,
    trace_requirements,
)
from mix.rules.case.states import NoticeKind
from mix.rules.core.access import Part, Permission
from mix.rules.core.fields import Said
from mix.rules.core.unmet import refuse_if, require
from mix.rules.delivery.states import Review


def appoint_reviewer(deed: Deed, step: Step, *, person: Person) -> Disclosure:
    """Ask somebody who saw no vendor's ideas and wrote no requirement to check them; again replaces the reviewer."""
    step, role = lock_step(step, actor=deed.actor, needs=Permission.SOLICITATION_PUBLISH, editing=True)
    require(person in list_candidates(step), "reviewer_not_neutral", field="person", name=person.name)
    refuse_if(unmet_to_be(lock_person(person), Part.REVIEWER, [step.challenge.municipality.code]))
    made, _ = Disclosure.objects.update_or_create(
        step=step,
        round=step.round,
        defaults={
            "municipality_id": step.municipality_id,
            "reviewer": person,
            "appointed_by": deed.actor.someone,
            "appointed_at": deed.now,
            "review": "",
            "note": "",
            "reviewed_at": None,
            "reviewed": "",
        },
    )
    title = spec_of(step).title
    deed.tell(
        [person],
        "asked_to_review",
        challenge=step.challenge,
        path=f"city/challenges/{step.challenge.code}/{step.key}/",
        step=title,
    )
    deed.record("disclosures.appoint_reviewer", step, role=role.value, payload={"person": person.code})
    return made


def review(deed: Deed, step: Step, *, finding: str, note: str) -> Disclosure:
    """Say, as the appointed reviewer, whether any vendor could meet the requirements, with the reasons.

    The word holds for the requirements as they stand; after a change it is asked for again.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.CHALLENGE_READ, editing=True)
    disclosure = find_disclosure(step)
    if disclosure is None or disclosure.reviewer_id != deed.actor.someone.pk:
        raise Forbidden(Permission.CHALLENGE_READ)
    require(finding in list(Review), "answer_missing", field="finding")
    require(bool(note.strip()), "reason_missing", field="note")
    require(
        deed.actor.someone in list_candidates(step),
        "reviewer_not_neutral",
        field="note",
        name=deed.actor.someone.name,
    )
    refuse_if(unmet_to_be(deed.actor.someone, Part.REVIEWER, [step.challenge.municipality.code]))
    disclosure.review, disclosure.note, disclosure.reviewed_at = finding, note, deed.now
    disclosure.reviewed = requirements_digest(step.challenge)
    disclosure.save(update_fields=["review", "note", "reviewed_at", "reviewed"])
    doubts = [{"requirement": t.text, "doubts": list(t.doubts)} for t in trace_requirements(step.challenge) if t.doubts]
    deed.record(
        "disclosures.review",
        step,
        role=role.value,
        payload={"finding": finding, "requirements": disclosure.reviewed, "doubts": doubts},
        reason=note,
    )
    return disclosure


def publish_pack(deed: Deed, step: Step, *, summary: Said) -> Disclosure:
    """Publish what the sprint taught, as it stands now, for everybody. Called when the step is done."""
    disclosure = find_disclosure(step)
    if disclosure is None:
        raise Unknown
    disclosure.pack = gather_pack(step.challenge)
    disclosure.digest, disclosure.published_at = digest_of(disclosure.pack), deed.now
    disclosure.save(update_fields=["pack", "digest", "published_at"])
    publish(step.challenge, kind=NoticeKind.DISCLOSURE, title=spec_of(step).title.en, text=summary, now=deed.now)
    deed.record("disclosures.publish_pack", step, role="", payload={"digest": disclosure.digest})
    return disclosure
