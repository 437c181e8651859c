"""Verbs by which a vendor hands in again what could not be opened: the very same bytes, as its receipt proves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from mix.actions.core.deeds import Deed
from mix.actions.core.signing import public_key
from mix.actions.market.sealing import keep_unsealed_file
from mix.data.models import OpenedEnvelope, Submission, SubmissionVersion
from mix.readers.city.people import list_with_role
from mix.readers.core.actors import Actor
from mix.readers.market.co_applicants import check_own_submission
from mix.readers.market.sealing import list_sealed_files
from mix.readers.market.submissions import COPY_KIND, find_current, unmet_to_redeliver
from mix.rules.core.access import Role
from mix.rules.core.chain import canonical
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require
from mix.rules.core.verdicts import Verdict
from mix.rules.market.receipts import SealedLine, verify_receipt
from mix.rules.market.sealed import BESIDE, Stored


def _unopened(submission: Submission, *, actor: Actor, envelope: Envelope) -> tuple[SubmissionVersion, SealedLine]:
    """Lock a submission; return its version and what the receipt says of an envelope that could not be opened.

    Refuses where there is nothing to hand in again, where it would come too late, and a receipt that does not hold.
    """
    check_own_submission(submission, actor=actor)
    Submission.objects.select_for_update(of=("self",)).get(pk=submission.pk)
    version = find_current(submission)
    refuse_if(unmet_to_redeliver(submission, envelope))
    if version is None:
        raise Refused(Unmet("redelivery_not_needed"))
    found = verify_receipt(json.dumps(version.receipt).encode(), public_key=public_key())
    require(found.verdict is Verdict.HOLDS, "receipt_does_not_hold")
    return version, version.statement.line(envelope)


def redeliver_file(deed: Deed, submission: Submission, *, envelope: Envelope, code: str, stored: Stored) -> None:
    """Take one file once more, already encrypted to the key with which this instance reads what was opened.

    Only the bytes to whose SHA-256 the receipt commits are taken.
    """
    version, said = _unopened(submission, actor=deed.actor, envelope=envelope)
    files = {f.code: f for f in list_sealed_files(submission, version=version.number, envelope=envelope.value)}
    brought = replace(deed.must(files.get(code), "redelivery_not_needed"), size=stored.size, sha256=stored.sha256)
    require(
        brought.commitment in {f.commitment for f in said.files},
        "redelivery_file_differs",
        field=code,
        name=brought.name,
        sha=stored.sha256,
    )
    keep_unsealed_file(code, stored)
    _record(deed, "redeliver_file", submission, version, envelope=envelope.value, file=code)


def redeliver(deed: Deed, submission: Submission, *, envelope: Envelope, brought: object) -> None:
    """Put what an envelope held in its place, from the vendor's own copy: only what its receipt commits to."""
    version, said = _unopened(submission, actor=deed.actor, envelope=envelope)
    files = list_sealed_files(submission, version=version.number, envelope=envelope.value)
    missing = [f.name for f in files if not f.is_open]
    require(not missing, "redelivery_files_first", field="file", names=", ".join(missing))
    known = (
        isinstance(brought, dict) and brought.get("kind") == COPY_KIND and isinstance(brought.get("envelopes"), dict)
    )
    content = brought["envelopes"].get(envelope.value) if isinstance(brought, dict) and known else None
    require(isinstance(content, dict), "copy_unreadable", field="file")
    try:
        mark = hashlib.sha256(canonical(content)).hexdigest()
    except (TypeError, RecursionError):
        mark = ""
    require(mark == said.commitment, "redelivery_copy_differs", field="file")
    OpenedEnvelope.objects.create(
        submission=submission,
        envelope=envelope.value,
        answers=dict(content["answers"]) if isinstance(content, dict) else {},
        opened_by=deed.actor.someone,
        opened_at=deed.now,
    )
    if isinstance(content, dict) and content.get(BESIDE):
        submission.beside = content[BESIDE]
        submission.save(update_fields=["beside"])
    challenge = submission.solicitation.step.challenge
    officers = list_with_role([challenge.municipality_id], Role.PROCUREMENT_OFFICER)
    path = f"city/challenges/{challenge.code}/{submission.solicitation.step.key}/"
    deed.tell(
        officers,
        "redelivered",
        challenge=challenge,
        path=path,
        vendor=submission.names,
        reference=version.reference,
    )
    _record(deed, "redeliver", submission, version, envelope=envelope.value, commitment=mark)


def _record(deed: Deed, verb: str, submission: Submission, version: SubmissionVersion, **payload: str) -> None:
    deed.record(
        f"redelivery.{verb}", submission, role=Role.VENDOR.value, payload={"reference": version.reference, **payload}
    )
