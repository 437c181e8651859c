"""Verbs of vendors on their submissions: start, draft, finalise, replace, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import tzdata

from mix.actions.core.deeds import Deed
from mix.actions.core.signing import sign, signer_name
from mix.actions.market.sealing import destroy_draft, keep_file, remove_file, save_draft, seal_version
from mix.data.models import Acknowledgement, Addendum, Event, Solicitation, Submission, SubmissionVersion, Vendor
from mix.data.models.core.columns import new_code
from mix.phrases.mails import local_text
from mix.readers.city.people import list_members
from mix.readers.core.events import sealed_chain
from mix.readers.market.sealing import DraftContent, FileFact, find_draft, has_draft, list_files, read_draft
from mix.readers.market.solicitations import closing_of, spec_of_call
from mix.readers.market.submissions import (
    COPY_KIND,
    blocking,
    changes_since,
    check_may_answer,
    envelopes_of,
    find_current,
    open_addenda,
    warnings_for,
)
from mix.readers.market.vendors import check_own_vendor, get_own_vendor
from mix.rules.case.states import ChallengeStatus
from mix.rules.case.versions import Merged, merge_fields
from mix.rules.core.access import Role
from mix.rules.core.chain import digest
from mix.rules.core.fields import read_answers
from mix.rules.core.lines import address_in, file_name
from mix.rules.core.unmet import Outdated, Refused, Unmet, refuse_if, require
from mix.rules.market.closing import is_in_time
from mix.rules.market.receipts import ReceiptClock, ReceiptEntry, ReceiptStatement, SealedLine
from mix.rules.market.sealed import Stored
from mix.rules.market.states import CustodyMode, SubmissionState


class Late(Refused):
    """A submission whose last byte came at or after closing; carries both instants (UTC) and the zone of the call."""

    def __init__(self, call: Solicitation, *, received_at: datetime) -> None:
        super().__init__(Unmet("late", {"received": received_at.isoformat(), "closed": call.closes_at.isoformat()}))
        self.call = call
        self.received_at = received_at
        self.closed_at = call.closes_at
        self.zone = call.zone


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
    """What stood on the page on which somebody finalises: the number of the draft, and the codes of its files."""

    number: int
    files: tuple[str, ...]


def _record(deed: Deed, verb: str, submission: Submission, **payload: object) -> Event:
    return deed.record(
        f"submissions.{verb}",
        submission,
        chain=sealed_chain(submission.solicitation),
        role=Role.VENDOR,
        payload=payload,
    )


def lock_submission(deed: Deed, submission: Submission) -> Submission:
    """Lock the call (shared by all who finalise) and the submission; refuse what comes late."""
    check_own_vendor(submission.vendor_id, actor=deed.actor)
    call = (
        Solicitation.objects.select_for_update(of=("self",))
        .select_related("step__challenge__method", "step__challenge__municipality")
        .get(pk=submission.solicitation_id)
    )
    require(call.step.challenge.status == ChallengeStatus.RUNNING, "challenge_over")
    refuse_late(call, now=deed.now)
    return call.submissions.select_for_update(of=("self",)).select_related("vendor").get(pk=submission.pk)


def refuse_late(call: Solicitation, *, now: datetime) -> None:
    """Raise Late at or after closing."""
    if not is_in_time(closing_of(call), received_at=now):
        raise Late(call, received_at=now)


def start(deed: Deed, call: Solicitation, vendor: Vendor) -> Submission:
    """Start a submission to an open call, or return the one that the team began."""
    get_own_vendor(vendor.code, actor=deed.actor)
    check_may_answer(call, vendor)
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


def add_file(deed: Deed, submission: Submission, *, stored: Stored, envelope: str, name: str) -> str:
    """Keep a file that was streamed into the vault; returns its code."""
    submission = lock_submission(deed, submission)
    require(envelope in {e.value for e in spec_of_call(submission.solicitation).envelopes}, "envelope_unknown")
    require(stored.size > 0, "file_empty", field="file")
    code = keep_file(deed, submission, stored, envelope=envelope, name=file_name(name))
    begin_draft(deed, submission)
    _record(deed, "add_file", submission, file=code)
    return code


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


def finalise(
    deed: Deed,
    submission: Submission,
    *,
    retry_key: str,
    began_at: datetime | None = None,
    seen: Seen | None = None,
) -> SubmissionVersion:
    """Seal the draft as the version that counts, destroy it, and sign a receipt. `now` is when the last byte came.

    The same `retry_key` returns the same receipt, and refuses another draft. Missing answers only warn; an unread
    addendum or a broken limit refuses. Raises Late at or after closing, and Outdated where draft or files are not those
    that were `seen` on a page. `began_at` is when its first byte came.
    """
    check_own_vendor(submission.vendor_id, actor=deed.actor)
    done = submission.versions.filter(retry_key=retry_key).first()
    if done:
        fresh = Submission.objects.get(pk=submission.pk)
        require(done.draft_mark in ("", _draft_mark(fresh, list_files(fresh))), "retry_key_reused")
        return done
    submission = lock_submission(deed, submission)
    call = submission.solicitation
    check_may_answer(call, submission.vendor)
    draft, files = find_draft(submission), list_files(submission)
    number = submission.versions.count() + 1
    content = _require_whole(draft, files, is_first=number == 1)
    if seen and (seen.number, set(seen.files)) != (submission.draft_version, {f.code for f in files}):
        raise Outdated(Unmet("seen_another"), *changes_since(submission, number=seen.number, files=seen.files))
    refuse_if(blocking(warnings_for(spec_of_call(call).answers, content, addenda=open_addenda(submission))))
    envelopes = envelopes_of(call, draft, files)
    lines = seal_version(submission, version=number, envelopes=envelopes, files=files, now=deed.now)
    reference = "-".join([new_code(4), new_code(4), new_code(4)])
    submission.state = SubmissionState.FINALISED
    submission.draft_version += 1  # what is written over this draft is not taken for the beginning of another
    submission.save(update_fields=["state", "draft_version"])
    entry = _record(deed, "finalise", submission, version=number, sealed=[line.ciphertext_sha256 for line in lines])
    statement = _statement(
        deed,
        submission,
        number=number,
        reference=reference,
        began_at=began_at,
        lines=lines,
        log=ReceiptEntry(sealed_chain(call), entry.hash),
    )
    version = SubmissionVersion.objects.create(
        submission=submission,
        number=number,
        reference=reference,
        received_at=deed.now,
        finalised_by=deed.actor.someone,
        retry_key=retry_key,
        draft_mark=_draft_mark(submission, files),
        receipt=sign(statement.write()),
    )
    destroy_draft(submission)
    _tell_received(deed, version)
    return version


def _tell_received(deed: Deed, version: SubmissionVersion) -> None:
    """Write the receipt to each member of the team."""
    submission, call = version.submission, version.submission.solicitation
    deed.tell(
        list_members(submission.vendor_id),
        "receipt",
        challenge=call.step.challenge,
        path=f"vendor/receipts/{version.reference}/",
        vendor=submission.vendor.name,
        reply_to=address_in(call.contact),
        number=str(version.number),
        reference=version.reference,
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


def _draft_mark(submission: Submission, files: Sequence[FileFact]) -> str:
    """Tell one draft from another by its number and the codes of its files."""
    return digest([submission.draft_version, [f.code for f in files]])


def _statement(
    deed: Deed,
    submission: Submission,
    *,
    number: int,
    reference: str,
    began_at: datetime | None,
    lines: tuple[SealedLine, ...],
    log: ReceiptEntry,
) -> ReceiptStatement:
    """Return what a receipt says; no prices, and no content but its fingerprints."""
    call = submission.solicitation
    read = submission.acknowledgements.order_by("addendum__number").values_list("addendum__number", flat=True)
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
        acknowledged=tuple(read),
        log=log,
    )


def withdraw(deed: Deed, submission: Submission) -> Submission:
    """Withdraw before closing; another submission may be finalised until then."""
    submission = lock_submission(deed, submission)
    version = deed.must(find_current(submission), "not_finalised")
    submission.state, submission.withdrawn_at = SubmissionState.WITHDRAWN, deed.now
    submission.save(update_fields=["state", "withdrawn_at"])
    _record(deed, "withdraw", submission)
    deed.tell(
        list_members(submission.vendor_id),
        "withdrawn",
        challenge=submission.solicitation.step.challenge,
        path=f"vendor/receipts/{version.reference}/",
        vendor=submission.vendor.name,
        reply_to=address_in(submission.solicitation.contact),
        reference=version.reference,
        local=local_text(deed.now, submission.solicitation.zone),
    )
    return submission
