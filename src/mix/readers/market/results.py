"""What came of a vendor's submissions once their calls were closed, and what they cost it: its own history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Letter, OpenedEnvelope, OwnHours, Submission
from mix.readers.core.actors import Actor
from mix.readers.core.paging import Page, page_of
from mix.readers.market.co_applicants import own, own_vendor
from mix.readers.market.solicitations import is_scored, title_of
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope
from mix.rules.market.states import SubmissionState

COST = "cost_to_bid"  # the question of the catalogue that asks for it, in cents
METHOD = "solicitation__step__challenge__method"


@dataclass(frozen=True, slots=True)
class Result:
    """A submission to a closed call: whether it counted, its latest letter, and what it cost: hours, and cents.

    `title` is that of the call's step; where it is not `is_scored`, no letter comes.
    """

    submission: Submission
    title: Bilingual
    is_scored: bool
    is_handed_in: bool
    letter: Letter | None
    hours: Decimal | None
    cost_cents: int | None


def page_results(actor: Actor, page: int, *, now: datetime) -> Page[Result]:
    """Return a page of the submissions to calls that are closed in which the actor's vendors answered, latest first.

    The letter is that to one's own vendor; hours are noted by the lead, for itself.
    """
    around = "solicitation__step__challenge__municipality"
    rows = Submission.objects.filter(own(actor.vendors), solicitation__closes_at__lte=now)
    rows = rows.select_related("vendor", around, METHOD).defer(f"{METHOD}__document")
    rows = rows.annotate(own_vendor=own_vendor(actor.vendors)).order_by("-solicitation__closes_at", "id")
    found: Page[Any] = page_of(rows, page)  # `own_vendor` is asked along
    keys = tuple(row.pk for row in found.rows)
    letters: dict[tuple[int, int], Letter] = {}
    for letter in _letters(tuple(row.solicitation_id for row in found.rows), tuple(sorted(actor.vendors))):
        letters.setdefault((letter.evaluation.solicitation_id, letter.vendor_id), letter)
    hours, costs = dict(_hours(keys)), {pk: answers.get(COST) for pk, answers in _answers(keys)}
    results = [
        Result(
            row,
            title_of(row.solicitation),
            is_scored(row.solicitation),
            row.state == SubmissionState.FINALISED,
            letters.get((row.solicitation_id, row.own_vendor)),
            hours.get(row.pk) if row.vendor_id in actor.vendors else None,
            cost if isinstance(cost := costs.get(row.pk), int) else None,
        )
        for row in found.rows
    ]
    return Page(results, found.number, found.last, found.total)


@asked
def _letters(calls: tuple[int, ...], vendors: tuple[int, ...]) -> QuerySet[Letter]:
    rows = Letter.objects.filter(evaluation__solicitation__in=calls, vendor_id__in=vendors)
    return rows.select_related("evaluation", "award").order_by("-sent_at", "-id")


@asked
def _hours(submissions: tuple[int, ...]) -> QuerySet[OwnHours, tuple[int, Decimal]]:
    return OwnHours.objects.filter(submission__in=submissions).values_list("submission_id", "hours")


@asked
def _answers(submissions: tuple[int, ...]) -> QuerySet[OpenedEnvelope, tuple[int, dict[str, Any]]]:
    rows = OpenedEnvelope.objects.filter(submission__in=submissions, envelope=Envelope.TECHNICAL.value)
    return rows.values_list("submission_id", "answers")
