"""The way of a submission: which pages it leads over, and what each of them draws around its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.data.models import Challenge, Solicitation, Submission, SubmissionVersion
from mix.readers.case.challenges import spec_of
from mix.readers.market.co_applicants import most_beside
from mix.readers.market.solicitations import hides_names, spec_of_call
from mix.readers.market.submissions import find_current, get_own_submission
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope
from mix.web.drawing.requests import now_of, signed_in
from mix.web.drawing.showing import use_clock


@dataclass(frozen=True)
class WayContext:
    """What every page on the way of a submission draws: `ways` are key, title and address."""

    submission: Submission
    call: Solicitation
    challenge: Challenge
    title: Bilingual
    ways: list[tuple[str, str, str]]
    here: str
    current: SubmissionVersion | None
    hides_names: bool


def own_submission(request: HttpRequest, code: str) -> Submission:
    """Return a submission in which the actor's vendor answers, with times on the clock of its call. Raises Unknown."""
    submission = get_own_submission(code, actor=signed_in(request))
    use_clock(submission.solicitation.zone)
    return submission


def is_open(request: HttpRequest, submission: Submission) -> bool:
    """Say whether the call is open at the time of the request."""
    return now_of(request) < submission.solicitation.closes_at


def way_of(submission: Submission, here: str) -> WayContext:
    """Return the way of a submission, at one of its pages."""
    part = spec_of_call(submission.solicitation)
    ways = [("answers", _("Answers"), reverse("vendor-submission", args=[submission.code]))]
    ways.append(("files", _("Files"), reverse("vendor-files", args=[submission.code])))
    if Envelope.PRICE in part.envelopes:
        ways.append(("price", _("Price"), reverse("vendor-price", args=[submission.code])))
    if most_beside(submission.solicitation):
        ways.append(("together", _("Who answers"), reverse("vendor-together", args=[submission.code])))
    ways.append(("check", _("Check and finalise"), reverse("vendor-check", args=[submission.code])))
    return WayContext(
        submission=submission,
        call=submission.solicitation,
        challenge=submission.solicitation.step.challenge,
        title=spec_of(submission.solicitation.step).title,
        ways=ways,
        here=here,
        current=find_current(submission),
        hides_names=hides_names(submission.solicitation),
    )
