"""Verbs on who answers a call together: the lead asks and takes out, the other joins, declines or leaves.

A vendor is in one answer of a call at most. What was finalised is sealed with those who had joined, and while it counts
nobody comes or goes.
"""

from __future__ import annotations

from mix.actions.core.deeds import Deed
from mix.actions.market.locking import lock_submission, refuse_over, share_call
from mix.actions.market.vendors import lock_vendor
from mix.data.models import CoApplicant, Solicitation, Submission, Vendor
from mix.phrases.mails import local_text
from mix.readers.case.challenges import spec_of
from mix.readers.city.people import list_members
from mix.readers.core.errors import Unknown
from mix.readers.core.events import sealed_chain
from mix.readers.market.co_applicants import (
    LIVE,
    most_beside,
    unmet_of_joined,
    unmet_to_answer_once,
    unmet_to_stand_beside,
)
from mix.readers.market.vendors import check_own_vendor, list_alike
from mix.rules.core.access import Role
from mix.rules.core.unmet import refuse_if, require
from mix.rules.market.states import Joining, SubmissionState


def ask(deed: Deed, submission: Submission, *, vendor: str) -> CoApplicant:
    """Ask another registered vendor, by its exact name or one that looks alike, to answer together with one's own.

    Its people are told by mail; nobody else learns of it. Raises Late at or after closing.
    """
    submission = _lock_draft(deed, submission)
    call, lead = submission.solicitation, submission.vendor
    most = most_beside(call)
    require(most > 0, "answers_are_alone")
    others = [v for v in list_alike(vendor) if v.pk != lead.pk]
    require(bool(others), "no_such_vendor", field="vendor")
    exact = [v for v in others if v.name == vendor.strip()] or others
    require(len(exact) == 1, "several_such_vendors", field="vendor", names=", ".join(v.name for v in exact))
    found = submission.co_applicants.filter(state__in=LIVE)
    require(not found.filter(vendor=exact[0]).exists(), "co_applicant_asked", field="vendor", name=exact[0].name)
    require(found.count() < most, "too_many_co_applicants", field="vendor", most=str(most))
    require(exact[0].merged_into_id is None, "co_applicant_may_not", field="vendor", name=exact[0].name)
    refuse_twice(call, lead)
    row = CoApplicant.objects.create(
        submission=submission,
        solicitation=call,
        lead=lead,
        vendor=exact[0],
        asked_by=deed.actor.someone,
        asked_at=deed.now,
    )
    _tell(deed, row, "co_applicant_asked", to=row.vendor)
    _record(deed, "ask", row)
    return row


def take_out(deed: Deed, row: CoApplicant) -> CoApplicant:
    """Answer without a vendor that was asked or had joined; it is told, and reads the draft no more."""
    _lock_draft(deed, row.submission)
    row = _lock(row)
    require(row.state in LIVE, "co_applicant_answered")
    _end(deed, row, Joining.TAKEN_OUT)
    _tell(deed, row, "co_applicant_taken_out", to=row.vendor)
    _record(deed, "take_out", row)
    return row


def join(deed: Deed, row: CoApplicant) -> CoApplicant:
    """Answer together with the vendor that asked, as somebody who may bind one's own: its people write the draft, too.

    Raises Late at or after closing.
    """
    row = _lock_asked(deed, row)
    refuse_if(unmet_to_stand_beside(row.solicitation, row.vendor, lead=row.lead))
    row.state, row.answered_by, row.answered_at = Joining.JOINED, deed.actor.someone, deed.now
    row.save(update_fields=["state", "answered_by", "answered_at"])
    _tell(deed, row, "co_applicant_joined", to=row.lead)
    _record(deed, "join", row)
    return row


def decline(deed: Deed, row: CoApplicant) -> CoApplicant:
    """Say no to the vendor that asked; it is told, and may finalise without."""
    row = _lock_asked(deed, row)
    row.answered_by, row.answered_at = deed.actor.someone, deed.now
    _end(deed, row, Joining.DECLINED)
    _tell(deed, row, "co_applicant_declined", to=row.lead)
    _record(deed, "decline", row)
    return row


def leave(deed: Deed, row: CoApplicant) -> CoApplicant:
    """Answer no longer together with the lead, before it finalises; from then on the draft is unknown to one's people.

    What was written stays in it, and the lead is told.
    """
    check_own_vendor(row.vendor_id, actor=deed.actor)
    require(row.state == Joining.JOINED, "co_applicant_answered")
    _lock_draft(deed, row.submission, by_lead=False)
    row = _lock(row)
    require(row.state == Joining.JOINED, "co_applicant_answered")
    _end(deed, row, Joining.LEFT)
    _tell(deed, row, "co_applicant_left", to=row.lead)
    _record(deed, "leave", row)
    return row


def settle(submission: Submission) -> None:
    """Refuse to finalise where somebody who was asked has not answered, or one of those that joined may not answer.

    Does nothing where each answers alone. The caller holds the lock of the submission.
    """
    call = submission.solicitation
    if not most_beside(call):
        return
    refuse_twice(call, submission.vendor)
    rows = CoApplicant.objects.select_for_update(of=("self",)).select_related("vendor")
    names = [r.vendor.name for r in rows.filter(submission=submission, state=Joining.ASKED).order_by("id")]
    require(not names, "co_applicant_has_not_answered", place="together", names=", ".join(names))
    refuse_if(unmet_of_joined(submission))


def refuse_twice(call: Solicitation, vendor: Vendor) -> None:
    """Refuse where a vendor answers a call together with another already; locks it where any may."""
    if most_beside(call):
        lock_vendor(vendor)
        refuse_if(u for u in unmet_to_answer_once(call, vendor) if u.code == "answers_with_another")


def _lock_draft(deed: Deed, submission: Submission, *, by_lead: bool = True) -> Submission:
    """Lock a submission that no finalised version stands for. Raises Late."""
    if by_lead:
        check_own_vendor(submission.vendor_id, actor=deed.actor)
    locked = lock_submission(deed, submission)
    require(locked.state != SubmissionState.FINALISED, "co_applicants_are_sealed")
    return locked


def _lock_asked(deed: Deed, row: CoApplicant) -> CoApplicant:
    """Lock a question to one's own vendor that waits for an answer. Raises Late.

    While it waits nothing was finalised: `refuse_pending`. The answer of the lead is not one's own to see yet.
    """
    check_own_vendor(row.vendor_id, actor=deed.actor)
    call, status = share_call(row.solicitation)
    refuse_over(call, status, now=deed.now)
    vendor, found = lock_vendor(row.vendor), _lock(row)
    require(found.state == Joining.ASKED, "co_applicant_answered")
    found.vendor, found.lead, found.solicitation = vendor, row.lead, call
    return found


def _lock(row: CoApplicant) -> CoApplicant:
    found = CoApplicant.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise Unknown
    found.vendor, found.lead, found.solicitation = row.vendor, row.lead, row.solicitation
    return found


def _end(deed: Deed, row: CoApplicant, state: Joining) -> None:
    row.state, row.ended_at = state, deed.now
    row.save(update_fields=["state", "ended_at", "answered_by", "answered_at"])


def _tell(deed: Deed, row: CoApplicant, code: str, *, to: Vendor) -> None:
    """Write to the people of one side."""
    call = row.solicitation
    deed.tell(
        list_members(to.pk),
        code,
        challenge=call.step.challenge,
        path=f"vendor/together/{row.code}/",
        vendor=row.vendor.name,
        lead=row.lead.name,
        who=deed.actor.someone.name,
        call=call.reference,
        step=spec_of(call.step).title,
        closes=local_text(call.closes_at, call.zone),
    )


def _record(deed: Deed, verb: str, row: CoApplicant) -> None:
    deed.record(
        f"co_applicants.{verb}",
        row,
        chain=sealed_chain(row.solicitation),
        role=Role.VENDOR,
        payload={"vendor": row.vendor.code},
    )
