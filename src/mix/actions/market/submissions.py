"""Verbs of vendors on their submissions: start, draft, finalise, replace, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import tzdata

from mix.actions.core.deeds import Deed
from mix.actions.core.run import prepared_by
from mix.actions.core.signing import sign, signer_name
from mix.actions.market.co_applicants import refuse_twice, settle
from mix.actions.market.locking import lock_submission, lock_whatever, refuse_late, refuse_over
from mix.actions.market.sealing import (
    Sealed,
    destroy_draft,
    keep_file,
    keep_sealed,
    remove_file,
    save_draft,
    seal_envelopes,
)
from mix.data.models import (
    Acknowledgement,
    Addendum,
    Event,
    OwnHours,
    Solicitation,
    Submission,
    SubmissionVersion,
    Vendor,
)
from mix.data.models.core.columns import new_code
from mix.phrases.mails import local_text
from mix.readers.city.trials import check_trial
from mix.readers.core.events import sealed_chain
from mix.readers.market.co_applicants import beside_of, check_lead, list_answering
from mix.readers.market.sealing import (
    DraftContent,
    FileFact,
    find_draft,
    has_draft,
    list_files,
    read_around,
    read_draft,
)
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import (
    COPY_KIND,
    blocking,
    changes_since,
    check_may_answer,
    envelopes_of,
    find_current,
    warnings_for,
    with_files,
)
from mix.readers.market.vendors import check_own_vendor, get_own_vendor
from mix.rules.case.versions import Merged, merge_fields
from mix.rules.core.access import Role
from mix.rules.core.chain import digest
from mix.rules.core.fields import read_answers
from mix.rules.core.lines import address_in, file_name
from mix.rules.core.unmet import Outdated, Refused, Unmet, refuse_if, require
from mix.rules.market.receipts import ReceiptClock, ReceiptEntry, ReceiptStatement, SealedLine
from mix.rules.market.sealed import Stored
from mix.rules.market.states import CustodyMode, SubmissionState
from mix.rules.market.wanted_files import check_fits, find_wanted


class SavedMeanwhile(Outdated):
    """A draft of which a team mate changed the same fields: what was made of both stands in `merged`."""

    def __init__(self, *unmet: Unmet, merged: Merged) -> None:
        super().__init__(*unmet)
        self.merged = merged


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft that was saved: its number, and the fields that a team mate changed meanwhile and that it has, too."""

    number: int
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood on the page on which somebody finalises: the draft's number, and codes of files and of who joined."""

    number: int
    files: tuple[str, ...]
    beside: tuple[str, ...] = ()


def _record(deed: Deed, verb: str, submission: Submission, **payload: object) -> Event:
    return deed.record(
        f"submissions.{verb}",
        submission,
        chain=sealed_chain(submission.solicitation),
        role=Role.VENDOR,
        payload=payload,
    )


def start(deed: Deed, call: Solicitation, vendor: Vendor) -> Submission:
    """Start a submission to an open call, or return the one that the team began."""
    get_own_vendor(vendor.code, actor=deed.actor)
    check_trial(call, actor=deed.actor)
    check_may_answer(call, vendor)
    refuse_twice(call, vendor)
    require(call.published_at is not None, "solicitation_not_published")
    refuse_late(call, now=deed.now)
    submission, made = Submission.objects.get_or_create(
        solicitation=call,
        vendor=vendor,
        defaults={"municipality_id": call.municipality_id, "started_at": deed.now},
    )
    if made:
        _record(deed, "start", submission)
    return submission


def save_answers(
    deed: Deed,
    submission: Submission,
    *,
    answers: Mapping[str, Any],
    based_on: int | None = None,
    since: Mapping[str, int] | None = None,
) -> Saved:
    """Save the team's draft; only the fields given are touched, and what a team mate saved meanwhile stays.

    They were written over the draft numbered `based_on`, some over another in `since`. Raises SavedMeanwhile where both
    changed one field, or somebody finalised: then nothing is saved.
    """
    submission = lock_submission(deed, submission)
    specs = [s for s in spec_of_call(submission.solicitation).answers if s.key in answers]
    good, bad = read_answers(specs, answers)
    if bad:
        raise Refused(*(Unmet(e.code, e.params, field=key) for key, e in bad.items()))
    present = read_draft(submission)
    merged = Merged(good, (), ())
    if based_on is not None:
        merged = _merge(submission, good, present, numbers={key: (since or {}).get(key, based_on) for key in good})
    return Saved(_keep(deed, submission, {**present, **merged.answers}), merged.taken)


def _merge(
    submission: Submission, mine: Mapping[str, Any], theirs: Mapping[str, Any], *, numbers: Mapping[str, int]
) -> Merged:
    if not has_draft(submission) and set(numbers.values()) - {submission.draft_version}:
        raise SavedMeanwhile(Unmet("finalised_meanwhile"), merged=Merged(dict(mine), (), ()))
    drafts = {number: find_draft(submission, number=number) for number in set(numbers.values())}
    base = {key: draft.answers.get(key) for key, number in numbers.items() if (draft := drafts[number])}
    merged = merge_fields(base, mine, theirs)
    if merged.clashes:
        titles = {s.key: s.title for s in spec_of_call(submission.solicitation).answers}
        unmet = (Unmet("answer_clashes", titles[key].params("field"), field=key) for key in merged.clashes)
        raise SavedMeanwhile(*unmet, merged=merged)
    return merged


def _keep(deed: Deed, submission: Submission, answers: dict[str, Any]) -> int:
    submission.draft_version = save_draft(deed, submission, answers)
    submission.save(update_fields=["draft_version"])
    return submission.draft_version


def bring_back(deed: Deed, submission: Submission, *, number: int) -> int:
    """Make the draft again what it was under a number; what it is stays among its versions. Returns its new number."""
    submission = lock_submission(deed, submission)
    earlier = deed.must(find_draft(submission, number=number), "draft_gone")
    return _keep(deed, submission, earlier.answers)


def bring_copy(deed: Deed, submission: Submission, *, brought: object) -> Saved:
    """Make the vendor's own copy the draft again, after finalising or elsewhere.

    Files stay as they are: a copy names them and does not hold them.
    """
    call = submission.solicitation.reference
    known = isinstance(brought, dict) and brought.get("kind") == COPY_KIND and brought.get("call") == call
    envelopes = brought.get("envelopes") if isinstance(brought, dict) and known else None
    require(isinstance(envelopes, dict), "copy_unreadable", field="file")
    answers: dict[str, Any] = {}
    for envelope in (envelopes if isinstance(envelopes, dict) else {}).values():
        found = envelope.get("answers") if isinstance(envelope, dict) else None
        require(isinstance(found, dict), "copy_unreadable", field="file")
        answers |= found or {}
    return save_answers(deed, submission, answers=answers)


def add_file(
    deed: Deed, submission: Submission, *, stored: Stored, envelope: str, name: str, question: str = ""
) -> str:
    """Keep a file that was streamed into the vault, as answer to a question if it is one; returns its code."""
    submission = lock_submission(deed, submission)
    check_takes(submission, envelope=envelope, question=question, name=file_name(name))
    require(stored.size > 0, "file_empty", field="file")
    code = keep_file(deed, submission, stored, envelope=envelope, name=file_name(name), question=question)
    begin_draft(deed, submission)
    _record(deed, "add_file", submission, file=code)
    return code


def check_takes(submission: Submission, *, envelope: str, question: str, name: str) -> None:
    """Refuse a file for an envelope that the call does not have, or that does not fit the question that it answers."""
    part = spec_of_call(submission.solicitation)
    require(envelope in {e.value for e in part.envelopes}, "envelope_unknown")
    if question:
        spec = find_wanted(part.answers, question)
        require(envelope == spec.envelope, "envelope_unknown")
        check_fits(spec, name=name, there=sum(file.question == question for file in list_files(submission)))


def begin_draft(deed: Deed, submission: Submission) -> None:
    """Begin a draft where there is none: with an empty one, since what was finalised cannot be read."""
    if not has_draft(submission):
        _keep(deed, submission, {})


def drop_file(deed: Deed, submission: Submission, *, code: str) -> None:
    """Take a file out of the draft."""
    submission = lock_submission(deed, submission)
    remove_file(deed, submission, code)
    _record(deed, "drop_file", submission, file=code)


def acknowledge(deed: Deed, submission: Submission, *, addendum: Addendum) -> Acknowledgement:
    """Confirm that an addendum was read; of a substantial one, that the submission still stands."""
    submission = lock_submission(deed, submission)
    require(addendum.solicitation_id == submission.solicitation_id, "addendum_unknown")
    row, made = Acknowledgement.objects.get_or_create(
        submission=submission, addendum=addendum, defaults={"person": deed.actor.someone, "at": deed.now}
    )
    if made:
        _record(deed, "acknowledge", submission, addendum=addendum.number)
    return row


@dataclass(frozen=True, slots=True)
class SealedDraft:
    """A draft and its files as they were read, and sealed to these keys."""

    draft: DraftContent | None
    files: tuple[FileFact, ...]
    recipients: Mapping[str, str]
    beside: Sequence[Mapping[str, str]]
    sealed: Sealed

    def is_of(self, submission: Submission, *, files: Sequence[str], beside: Sequence[Mapping[str, str]]) -> bool:
        """Say whether a submission that is locked, with these files (their codes) and vendors, is what was sealed."""
        if self.beside != beside:
            return False
        same = [f.code for f in self.files] == list(files) and self.recipients == submission.solicitation.recipients
        return same and self.draft is not None and self.draft.number == submission.draft_version


def _seal(submission: Submission, draft: DraftContent | None) -> SealedDraft:
    call, files, beside = submission.solicitation, list_files(submission), beside_of(submission)
    sealed = seal_envelopes(submission, envelopes=envelopes_of(call, draft, files, beside=beside), files=files)
    return SealedDraft(draft, tuple(files), call.recipients, beside, sealed)


def seal_ahead(
    deed: Deed,
    submission: Submission,
    *,
    retry_key: str,  # noqa: ARG001 - the verb's own
    began_at: datetime | None = None,  # noqa: ARG001 - the same
    seen: Seen | None = None,  # noqa: ARG001 - the same
) -> SealedDraft | None:
    """Seal the draft before anything is locked; None where there is none, or somebody is just finalising it."""
    check_lead(submission, actor=deed.actor)
    try:
        draft = find_draft(submission)
    except FileNotFoundError:  # its key went while it was read
        return None
    return _seal(submission, draft) if draft else None


@prepared_by(seal_ahead)
def finalise(
    deed: Deed,
    prepared: SealedDraft | None,
    submission: Submission,
    *,
    retry_key: str,
    began_at: datetime | None = None,
    seen: Seen | None = None,
) -> SubmissionVersion:
    """Seal the draft as the version that counts, destroy it, and sign a receipt. `now` is when the last byte came.

    The same `retry_key` returns the same receipt, and refuses another draft. Missing answers only warn; an unread
    addendum or a broken limit refuses. Raises Late at or after closing, and Outdated where draft or files are not those
    that were `seen` on a page. `began_at` is when its first byte came. The log comes last: all who finalise for a call
    wait for each other from there on.
    """
    check_lead(submission, actor=deed.actor)
    submission, status = lock_whatever(deed, submission)
    call, around = submission.solicitation, read_around(submission)
    if (done := dict(around.versions).get(retry_key)) is not None:
        require(done in ("", _draft_mark(submission, around.files)), "retry_key_reused")
        return submission.versions.get(retry_key=retry_key)
    refuse_over(call, status, now=deed.now)
    check_may_answer(call, submission.vendor)
    settle(submission)
    ahead, beside = prepared, beside_of(submission)
    if ahead is None or not ahead.is_of(submission, files=around.files, beside=beside):
        ahead = _seal(submission, find_draft(submission))
    number = len(around.versions) + 1
    content = _require_whole(ahead.draft, ahead.files, is_first=number == 1)
    if seen:
        _refuse_unseen(submission, seen, files=around.files, beside=beside)
    unread = [addendum for addendum, is_read in around.addenda if not is_read]
    asked = spec_of_call(call).answers
    refuse_if(blocking(warnings_for(asked, with_files(asked, content, ahead.files), unread=unread)))
    keep_sealed(ahead.sealed, version=number, now=deed.now)
    reference = "-".join([new_code(4), new_code(4), new_code(4)])
    submission.state = SubmissionState.FINALISED
    submission.draft_version += 1  # what is written over this draft is not taken for the beginning of another
    submission.save(update_fields=["state", "draft_version"])
    destroy_draft(submission)
    _tell_received(deed, submission, number=number, reference=reference)
    lines = ahead.sealed.lines
    entry = _record(deed, "finalise", submission, version=number, sealed=[line.ciphertext_sha256 for line in lines])
    statement = _statement(
        deed,
        submission,
        number=number,
        reference=reference,
        began_at=began_at,
        lines=lines,
        acknowledged=tuple(addendum for addendum, is_read in around.addenda if is_read),
        log=ReceiptEntry(sealed_chain(call), entry.hash),
    )
    return SubmissionVersion.objects.create(
        submission=submission,
        number=number,
        reference=reference,
        received_at=deed.now,
        finalised_by=deed.actor.someone,
        retry_key=retry_key,
        draft_mark=_draft_mark(submission, around.files),
        receipt=sign(statement.write()),
    )


def _refuse_unseen(
    submission: Submission, seen: Seen, *, files: Sequence[str], beside: Sequence[Mapping[str, str]]
) -> None:
    """Raise Outdated where draft, files or vendors are not those that stood on the page."""
    if (seen.number, set(seen.files)) != (submission.draft_version, set(files)):
        raise Outdated(Unmet("seen_another"), *changes_since(submission, number=seen.number, files=seen.files))
    if set(seen.beside) != {one["code"] for one in beside}:
        raise Outdated(Unmet("co_applicants_changed"))


def _tell_received(deed: Deed, submission: Submission, *, number: int, reference: str) -> None:
    """Write the receipt to everybody who answers."""
    call = submission.solicitation
    deed.tell(
        list_answering(submission),
        "receipt",
        challenge=call.step.challenge,
        path=f"vendor/receipts/{reference}/",
        vendor=submission.vendor.name,
        reply_to=address_in(call.contact),
        number=str(number),
        reference=reference,
        received=deed.now.isoformat(timespec="milliseconds"),
        local=local_text(deed.now, call.zone),
    )


def _require_whole(draft: DraftContent | None, files: Sequence[FileFact], *, is_first: bool) -> dict[str, Any]:
    """Return the answers; refuse to seal nothing, what is sealed already, or a replacement that would lose them."""
    require(is_first or draft is not None, "draft_sealed")
    answers = draft.answers if draft else {}
    require(bool(answers) or bool(files), "submission_empty")
    require(bool(answers) or is_first, "replacement_without_answers")
    return answers


def _draft_mark(submission: Submission, files: Sequence[str]) -> str:
    """Tell one draft from another by its number and the codes of its files."""
    return digest([submission.draft_version, list(files)])


def _statement(
    deed: Deed,
    submission: Submission,
    *,
    number: int,
    reference: str,
    began_at: datetime | None,
    lines: tuple[SealedLine, ...],
    acknowledged: tuple[int, ...],
    log: ReceiptEntry,
) -> ReceiptStatement:
    """Return what a receipt says; no prices, and no content but its fingerprints."""
    call = submission.solicitation
    return ReceiptStatement(
        reference=reference,
        call=call.reference,
        instance=signer_name(),
        city=call.step.challenge.municipality.code,
        challenge=call.step.challenge.code,
        vendor=submission.vendor.code,
        number=number,
        began_at=began_at or deed.now,
        received_at=deed.now,
        closes_at=call.closes_at,
        zone=call.zone,
        clock=ReceiptClock("this server, UTC", tzdata.IANA_VERSION),
        envelopes=lines,
        key_id=call.key_id,
        custody=CustodyMode(call.custody_mode),
        acknowledged=acknowledged,
        log=log,
    )


def withdraw(deed: Deed, submission: Submission) -> Submission:
    """Withdraw before closing, as the lead; another submission may be finalised until then."""
    check_lead(submission, actor=deed.actor)
    submission = lock_submission(deed, submission)
    version = deed.must(find_current(submission), "not_finalised")
    submission.state, submission.withdrawn_at = SubmissionState.WITHDRAWN, deed.now
    submission.save(update_fields=["state", "withdrawn_at"])
    _record(deed, "withdraw", submission)
    deed.tell(
        list_answering(submission),
        "withdrawn",
        challenge=submission.solicitation.step.challenge,
        path=f"vendor/receipts/{version.reference}/",
        vendor=submission.vendor.name,
        reply_to=address_in(submission.solicitation.contact),
        reference=version.reference,
        local=local_text(deed.now, submission.solicitation.zone),
    )
    return submission


def note_hours(deed: Deed, submission: Submission, *, hours: Decimal | None) -> OwnHours | None:
    """Note how many hours an answer took, for the vendor alone; None forgets it. The log says nothing of it."""
    check_own_vendor(submission.vendor_id, actor=deed.actor)
    require(hours is None or hours > 0, "amount_out_of_range", field="hours")
    if hours is None:
        OwnHours.objects.filter(submission=submission).delete()
        return None
    facts = {"hours": hours, "noted_by": deed.actor.someone, "noted_at": deed.now}
    return OwnHours.objects.update_or_create(submission=submission, defaults=facts)[0]
