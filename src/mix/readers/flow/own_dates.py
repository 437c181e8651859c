"""The dates of one person: of the calls that its vendors answer, what these owe, where they are met, and its scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Conversation, DataGrant, Deliverable, PanelMember, StageInvitation, Submission
from mix.readers.city.calendars import calendars_of
from mix.readers.core.actors import Actor
from mix.readers.flow.dates import Dated, order_of, whole
from mix.readers.market.co_applicants import answered_by
from mix.rules.case.states import ChallengeStatus
from mix.rules.delivery.states import ConversationState

_CITY = "challenge__municipality"


def list_own_dates(actor: Actor, *, now: datetime) -> list[Dated]:
    """List what comes to a person as a vendor's or as a panel's member, and what it owes, the earliest first."""
    vendors = tuple(sorted(actor.vendors))
    found: list[tuple[str, int, date | datetime | None, Any, str, bool]] = []
    for own in _submissions(vendors, now) if vendors else ():
        call, path = own.solicitation, f"vendor/submissions/{own.code}/"
        found += [("closing", call.pk, call.closes_at, call.step, path, False)]
        if call.questions_until > now:
            asks = f"vendor/calls/{call.reference}/"
            found += [("questions_until", call.pk, call.questions_until, call.step, asks, False)]
    for meeting in _meetings(vendors, now) if vendors else ():
        found.append(("meeting", meeting.pk, meeting.meets_at, meeting.evaluation.step, "vendor/", False))
    for plan in _writing(vendors, now) if vendors else ():
        found.append(("written_until", plan.pk, plan.until, plan.step, f"vendor/conversations/{plan.code}/", False))
    for due in _deliverables(vendors) if vendors else ():
        path = f"vendor/agreements/{due.agreement.code}/"
        found.append(("deliverable", due.pk, due.due_on, due.agreement.step, path, True))
    for seat in _seats(actor.code, now):
        step = seat.evaluation.step
        path = f"evaluation/{step.challenge.code}/{step.key}/"
        found.append(("scores_due", seat.evaluation_id, seat.evaluation.due_at, step, path, False))
    calendars = calendars_of({step.challenge.municipality_id for _c, _k, _on, step, _p, _d in found})
    dates = [
        replace(whole(on, s.challenge, calendars, kind=kind, key=f"{kind}-{key}", is_duty=duty), path=path)
        for kind, key, on, s, path, duty in found
        if on
    ]
    return sorted([*dates, *_lent(vendors)], key=order_of)


def _lent(vendors: tuple[int, ...]) -> Iterator[Dated]:
    """Yield until when data of a city is given back."""
    rows = list(_grants(vendors)) if vendors else []
    calendars = calendars_of({row.challenge.municipality_id for row in rows})
    for row in rows:
        due = whole(row.expires_on, row.challenge, calendars, kind="data_return", key=f"data_return-{row.pk}")
        yield replace(due, path="vendor/", is_duty=True)


@asked
def _submissions(vendors: tuple[int, ...], now: datetime) -> QuerySet[Submission]:
    rows = answered_by(vendors).filter(solicitation__closes_at__gt=now)
    running = rows.filter(solicitation__step__challenge__status=ChallengeStatus.RUNNING)
    return running.select_related(f"solicitation__step__{_CITY}")


@asked
def _meetings(vendors: tuple[int, ...], now: datetime) -> QuerySet[StageInvitation]:
    rows = StageInvitation.objects.filter(submission__in=answered_by(vendors), meets_at__gt=now, recorded_at=None)
    return rows.select_related(f"evaluation__step__{_CITY}")


@asked
def _writing(vendors: tuple[int, ...], now: datetime) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(vendor__in=vendors, state=ConversationState.OPEN, until__gt=now)
    running = rows.filter(step__challenge__status=ChallengeStatus.RUNNING)
    return running.select_related(f"step__{_CITY}")


@asked
def _deliverables(vendors: tuple[int, ...]) -> QuerySet[Deliverable]:
    rows = Deliverable.objects.filter(agreement__vendor__in=vendors, accepted_at=None)
    running = rows.filter(agreement__step__challenge__status=ChallengeStatus.RUNNING)
    return running.select_related(f"agreement__step__{_CITY}")


@asked
def _grants(vendors: tuple[int, ...]) -> QuerySet[DataGrant]:
    rows = DataGrant.objects.filter(vendor__in=vendors, returned_on=None)
    return rows.filter(challenge__status=ChallengeStatus.RUNNING).select_related(_CITY)


@asked
def _seats(person: str, now: datetime) -> QuerySet[PanelMember]:
    rows = PanelMember.objects.filter(person__code=person, left_at=None, handed_in_at=None)
    due = rows.filter(evaluation__due_at__gt=now, evaluation__finalised_at=None)
    return due.select_related(f"evaluation__step__{_CITY}")
