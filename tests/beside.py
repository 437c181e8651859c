"""A call that lets vendors answer together, and an answer of Tamarack with Relevé beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from mix.actions.core.run import run
from mix.actions.market import call_forms, co_applicants, solicitations, submissions
from mix.data.models import CoApplicant, Solicitation, Step, Submission, Vendor
from mix.readers.case.challenges import get_step
from mix.readers.market.submissions import get_own_submission
from mix.rules.core.fields import Wording
from mix.rules.market.call_changes import AnswerTogether, Reword
from tests.two_hands import publish_in_two_hands

ANSWERS = {"team": "Seven of two firms", "approach": "Listen", "insurance": True}
NAMES = {
    "releve": "Relevé Souterrain inc.",
    "northlight": "Northlight Sensing Inc.",
    "kestrel": "Kestrel Analytics Ltd.",
}
TIE = Reword(question="approach", title=Wording(en="How?"), scored_by=("shortlist.fit", "shortlist.feasible"))


def drafted(challenge: Any, actor: Callable[[str], Any], now: datetime, *, most: int = 2) -> Solicitation:
    """Return a call of another round that lets a vendor answer together with so many others, not yet published."""
    step: Step = get_step(challenge("water-leaks"), "invitation")
    step.round += 1
    step.save()
    facts: dict[str, Any] = {"closes_at": now + timedelta(days=60), "questions_until": now + timedelta(days=30)}
    facts |= {"body": "Answer this.", "contact": "Olivia", "purchase_most_cents": 100_00}
    made = run(actor("olivia"), now, solicitations.draft, step, **facts)
    for change in (TIE, AnswerTogether(most=most)):
        run(actor("olivia"), now, call_forms.fit, step, change)
    Solicitation.objects.filter(pk=made.pk).update(outage_rule="bidder")
    return again(made)


def published(challenge: Any, actor: Callable[[str], Any], now: datetime, *, most: int = 2) -> Solicitation:
    """Return the same call, open."""
    made = drafted(challenge, actor, now, most=most)
    publish_in_two_hands(made, now)
    return again(made)


def again(call: Solicitation) -> Solicitation:
    """Return a call as it is by now."""
    around = ("step__challenge__method", "step__challenge__municipality")
    return Solicitation.objects.select_related(*around).get(pk=call.pk)


def begun(call: Solicitation, actor: Callable[[str], Any], now: datetime, vendor: str, who: str) -> Submission:
    """Return an answer that a vendor began and wrote."""
    row = run(actor(who), now, submissions.start, again(call), Vendor.objects.get(code=vendor))
    run(actor(who), now, submissions.save_answers, row, answers=ANSWERS)
    return get_own_submission(row.code, actor=actor(who))


def asked(row: Submission, actor: Callable[[str], Any], now: datetime, vendor: str, who: str = "tess") -> CoApplicant:
    """Ask a vendor to answer together."""
    return run(actor(who), now, co_applicants.ask, row, vendor=NAMES[vendor])


def joined(row: Submission, actor: Callable[[str], Any], now: datetime, vendor: str, by: str) -> CoApplicant:
    """Ask a vendor, and have somebody of it join."""
    return run(actor(by), now, co_applicants.join, asked(row, actor, now, vendor))
