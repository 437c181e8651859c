"""Verbs on artifacts: save a version, comment, settle."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mix.actions.case.locking import keep_open, lock_challenge, lock_step
from mix.actions.core.deeds import Deed
from mix.data.models import Comment, Document, DocumentVersion, Step
from mix.readers.case.carrying import begun_with, gather_sources
from mix.readers.case.challenges import spec_of
from mix.readers.case.copying import gather_copies
from mix.readers.case.documents import find_latest, has_changed_since, latest_content, list_reusable
from mix.rules.case.carrying import said_by_sources
from mix.rules.case.copying import still_copied
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission
from mix.rules.core.chain import digest
from mix.rules.core.fields import read_answers
from mix.rules.core.unmet import Refused, Unmet, require


class EditedMeanwhile(Refused):
    """Somebody else saved a version since this one was begun; nothing was lost on either side.

    `theirs` is the latest, `by` the latest of somebody else: a page that saves by itself may have made some since.
    """

    def __init__(self, theirs: DocumentVersion, *, by: DocumentVersion) -> None:
        super().__init__(Unmet("edited_meanwhile", {"name": by.author.name, "number": str(by.number)}))
        self.theirs = theirs
        self.by = by


def save(
    deed: Deed,
    step: Step,
    *,
    answers: Mapping[str, Any],
    based_on: int | None = None,
    over: Mapping[str, int] | None = None,
    confirmed: Collection[str] = (),
) -> DocumentVersion:
    """Save the answers as the next version, of a step at hand or of one that is prepared before it begins.

    `based_on` is the version that the writer saw, of some fields another in `over`. Raises EditedMeanwhile when a field
    reads otherwise by now, Refused with every answer that cannot be read. A save without a change makes no version.

    What has a source and is not given stays as it was written, and is carried from there where nothing was yet; the
    first version begins with what was copied from another challenge. Of these fields `confirmed` names those that hold
    here as they are.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.DOCUMENT_EDIT, editing=True, ahead=True)
    document = Document.objects.select_for_update().get(step=step)
    latest, sources = find_latest(document), gather_sources(step)
    copies = {} if latest else gather_copies(step)
    begun = {**begun_with(sources, latest), **copies}
    good, bad = read_answers(spec_of(step).fields, {**begun, **answers})
    if bad:
        raise Refused(*(Unmet(e.code, e.params, field=key) for key, e in bad.items()))
    if latest and based_on is not None and has_changed_since(latest, based_on=based_on, over=over or {}):
        others = find_latest(document, after=based_on, but=deed.actor.someone)
        raise EditedMeanwhile(latest, by=others or latest)
    if latest and latest.content == good and not set(latest.copied) & set(confirmed):
        return latest
    before, marked = (latest.content, latest.copied) if latest else (copies, list(copies))
    copied = still_copied(before, marked, good, confirmed=confirmed)
    version = keep_version(deed, document, good, latest=latest, sources=sources, copied=copied)
    deed.record(
        "documents.save",
        step,
        role=role.value,
        payload={"version": version.number, "content": digest(good)},
    )
    return version


def keep_version(
    deed: Deed,
    document: Document,
    content: dict[str, Any],
    *,
    latest: DocumentVersion | None,
    sources: Mapping[str, Any],
    copied: Sequence[str] = (),
    reason: str = "",
) -> DocumentVersion:
    """Keep the next version of a document that is locked. Called inside other verbs."""
    document.version += 1
    document.save(update_fields=["version"])
    return DocumentVersion.objects.create(
        document=document,
        number=document.version,
        content=content,
        sources=said_by_sources(
            sources, content, before=latest.content if latest else {}, then=latest.sources if latest else {}
        ),
        copied=list(copied),
        reason=reason,
        author=deed.actor.someone,
        saved_at=deed.now,
    )


def reuse(deed: Deed, step: Step, *, source: Step) -> DocumentVersion:
    """Begin an artifact with what another challenge found, of the same kind of step; the writer then checks it.

    Only what is done and may be read, by the actor or by everybody, is reused; expired scans are refused.
    """
    require(
        source.pk
        in {
            s.pk
            for s in list_reusable(step, actor=deed.actor, today=day_in(step.challenge.municipality.zone, deed.now))
        },
        "not_reusable",
    )
    require(find_latest(step.document) is None, "already_written")
    version = save(deed, step, answers=latest_content(source), based_on=None)
    deed.record("documents.reuse", step, payload={"source": f"{source.challenge.code}/{source.key}"})
    return version


def comment(deed: Deed, step: Step, *, text: str) -> Comment:
    """Remark on the present version; the writers see it beside the text."""
    _, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.DOCUMENT_COMMENT)
    keep_open([step])
    require(bool(text.strip()), "answer_missing", field="comment")
    document = Document.objects.get(step=step)
    made = Comment.objects.create(
        document=document, author=deed.actor.someone, text=text, on_version=document.version, written_at=deed.now
    )
    deed.record("documents.comment", step, role=role.value)
    return made


def settle_comment(deed: Deed, made: Comment) -> Comment:
    """Mark a remark as dealt with."""
    step = made.document.step
    _, role = lock_challenge(step.challenge, actor=deed.actor, needs=Permission.DOCUMENT_EDIT)
    keep_open([step])
    made.settled_at = deed.now
    made.save(update_fields=["settled_at"])
    deed.record("documents.settle_comment", step, role=role.value)
    return made
