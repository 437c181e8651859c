"""Locking a call: shared by all who write for it, so that none waits for another; apart from whoever changes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from mix.actions.core.deeds import Deed
from mix.data.asked import asked, shared
from mix.data.models import Solicitation, Submission
from mix.phrases.mails import local_text
from mix.readers.market.co_applicants import check_own_submission
from mix.readers.market.solicitations import closing_of
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.unmet import Refused, Unmet, require
from mix.rules.market.closing import is_in_time


class Late(Refused):
    """A submission whose last byte came at or after closing; carries both instants (UTC) and the zone of the call."""

    def __init__(self, call: Solicitation, *, received_at: datetime) -> None:
        received, closed = (local_text(at, call.zone) for at in (received_at, call.closes_at))
        super().__init__(Unmet("late", {"received": received, "closed": closed}))
        self.call = call
        self.received_at = received_at
        self.closed_at = call.closes_at
        self.zone = call.zone


def share_call(call: Solicitation) -> tuple[Solicitation, ChallengeStatus]:
    """Read a call anew, and whether its challenge runs; nobody changes it until the transaction ends."""
    fresh = _call(call.pk)[0]
    fresh.step = call.step
    return fresh, ChallengeStatus(fresh.challenge_status)


@shared
def _call(pk: int) -> QuerySet[Any]:
    return Solicitation.objects.filter(pk=pk).annotate(challenge_status=F("step__challenge__status"))


def lock_submission(deed: Deed, submission: Submission) -> Submission:
    """Lock the call (shared by all who write for it) and the submission; refuse what comes late."""
    locked, status = lock_whatever(deed, submission)
    refuse_over(locked.solicitation, status, now=deed.now)
    return locked


def lock_whatever(deed: Deed, submission: Submission) -> tuple[Submission, ChallengeStatus]:
    """Lock the call (shared) and the submission, closed or not; return whether the challenge runs, too."""
    check_own_submission(submission, actor=deed.actor)
    call, status = share_call(submission.solicitation)
    locked = _submission(submission.pk)[0]
    locked.vendor, locked.solicitation = submission.vendor, call
    return locked, status


@asked
def _submission(pk: int) -> QuerySet[Submission]:
    return Submission.objects.select_for_update().filter(pk=pk)


def refuse_over(call: Solicitation, status: ChallengeStatus, *, now: datetime) -> None:
    """Refuse where the challenge has ended; raise Late at or after closing."""
    require(status is ChallengeStatus.RUNNING, "challenge_over")
    refuse_late(call, now=now)


def refuse_late(call: Solicitation, *, now: datetime) -> None:
    """Raise Late at or after closing."""
    if not is_in_time(closing_of(call), received_at=now):
        raise Late(call, received_at=now)
