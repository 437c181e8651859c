"""The verb that corrects the document of a step that is done: with a reason, and both versions stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mix.actions.case.documents import keep_version
from mix.actions.case.locking import lock_challenge
from mix.actions.core.deeds import Deed
from mix.actions.flow.findings import keep_category
from mix.data.models import Document, DocumentVersion, Step
from mix.readers.case.carrying import gather_sources
from mix.readers.case.challenges import get_step, spec_of
from mix.readers.case.documents import find_latest
from mix.readers.flow.moves import list_signatures
from mix.rules.core.access import Permission
from mix.rules.core.chain import digest
from mix.rules.core.fields import missing_answers, read_answers
from mix.rules.core.kinds import StepState
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require


def correct(deed: Deed, step: Step, *, answers: Mapping[str, Any], reason: str) -> DocumentVersion:
    """Correct answers of a step that is done, while its challenge runs; those who gave a word at its gate are told.

    The step stays done, and complete. What was published of it stays as it was: a call changes by an addendum.
    """
    challenge, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.DOCUMENT_EDIT)
    step = get_step(challenge, step.key)
    step.challenge = challenge
    spec = spec_of(step)
    require(step.state == StepState.DONE, "step_not_done", **spec.title.params("step"))
    require(bool(reason.strip()), "reason_missing", field="reason")
    document = Document.objects.select_for_update().get(step=step)
    latest = deed.must(find_latest(document), "correction_of_nothing")
    good, bad = read_answers([s for s in spec.fields if s.key in answers], answers)
    if bad:
        raise Refused(*(Unmet(e.code, e.params, field=key) for key, e in bad.items()))
    content = {**latest.content, **good}
    changed = sorted(key for key in good if (content[key] or None) != (latest.content.get(key) or None))
    require(bool(changed), "correction_changes_nothing")
    refuse_if(missing_answers(spec.fields, content))
    made = keep_version(deed, document, content, latest=latest, sources=gather_sources(step), reason=reason.strip())
    keep_category(challenge, now=deed.now)
    deed.tell(
        {s.person for s in list_signatures(step)} - {deed.actor.someone},
        "document_corrected",
        challenge=challenge,
        path=f"city/challenges/{challenge.code}/{step.key}/",
        who=deed.actor.someone.name,
        step=spec.title,
        reason=reason.strip(),
    )
    payload = {"version": made.number, "content": digest(content), "fields": changed}
    deed.record("corrections.correct", step, role=role.value, payload=payload, reason=made.reason)
    return made
