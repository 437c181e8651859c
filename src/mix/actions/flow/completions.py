"""What the end of a step does, kind by kind. Called inside the verb that completes it."""

from __future__ import annotations

from mix.actions.case.publishing import publish
from mix.actions.choice import awards, evaluations
from mix.actions.choice.letters import send_letters
from mix.actions.core.deeds import Deed
from mix.actions.delivery import disclosures
from mix.actions.flow.findings import keep_category
from mix.actions.market import item_checks
from mix.actions.market.participations import raise_standing
from mix.data.models import Step
from mix.readers.case.challenges import method_for, spec_of
from mix.readers.choice.awards import find_live
from mix.readers.choice.evaluations import find_evaluation
from mix.readers.choice.prizes import prize_details
from mix.readers.core.errors import Unknown
from mix.readers.market.co_applicants import list_joined
from mix.readers.market.solicitations import find_solicitation, spec_of_call
from mix.rules.case.states import NoticeKind
from mix.rules.city.methods import Fact
from mix.rules.core.fields import Said
from mix.rules.core.kinds import Standing
from mix.rules.market.states import SubmissionState


def nothing(deed: Deed, step: Step, summary: Said) -> None:
    """Do nothing more: the artifact itself is the effect."""


def after_document(deed: Deed, step: Step, summary: Said) -> None:  # noqa: ARG001 - one shape
    """Keep what is bought, where this document says so: purchases of the year add up by it."""
    place = method_for(step.challenge).place_of(Fact.CATEGORY)
    if place and place[0] == step.key:
        keep_category(step.challenge, now=deed.now)


def after_solicitation(deed: Deed, step: Step, summary: Said) -> None:  # noqa: ARG001 - one shape
    """Give those who answered the call their standing; tell who failed a mandatory item that nobody scores it."""
    call = find_solicitation(step)
    if call is None:
        raise Unknown
    for submission in call.submissions.filter(state=SubmissionState.FINALISED).select_related("vendor"):
        raise_standing(step.challenge, submission.vendor, to=spec_of_call(call).gives, now=deed.now)
        for row in list_joined(submission):  # they take part; who comes further is the vendor that leads
            raise_standing(step.challenge, row.vendor, to=Standing.INTERESTED, now=deed.now)
    item_checks.tell_failed(deed, call)


def after_evaluation(deed: Deed, step: Step, summary: Said) -> None:
    """Give those who were chosen their standing, tell everybody, and publish the result."""
    evaluation = find_evaluation(step)
    if evaluation is None:
        raise Unknown
    evaluations.grant_standings(evaluation, now=deed.now)
    if method_for(step.challenge).is_only_recommended(step.key):
        evaluations.announce_result(evaluation, now=deed.now)
    else:
        send_letters(deed, evaluation)
    if step.challenge.route_frozen_at:
        publish(
            step.challenge,
            kind=NoticeKind.RESULT,
            title=spec_of(step).title.en,
            text=summary,
            now=deed.now,
            details=prize_details(evaluation),
        )


def after_award(deed: Deed, step: Step, summary: Said) -> None:
    """Approve the award that was recommended."""
    award = find_live(step)
    if award is None:
        raise Unknown
    awards.approve(deed, award, summary=summary)


def after_disclosure(deed: Deed, step: Step, summary: Said) -> None:
    """Publish the pack."""
    disclosures.publish_pack(deed, step, summary=summary)
