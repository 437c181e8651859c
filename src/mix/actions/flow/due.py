"""What the clock alone makes due: reminders of dates, and checkpoints of the log."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction

from mix.actions.core.checkpoints import LogBroken, make_checkpoint
from mix.actions.core.outbox import tell
from mix.data.models import Challenge, Checkpoint, DateReminder
from mix.phrases.words import wording
from mix.readers.city.calendars import calendars_of
from mix.readers.city.people import list_with_role
from mix.readers.core.events import list_chains_to_sign
from mix.readers.flow.dates import Dated, dates_of_challenges
from mix.readers.market.solicitations import last_closing
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Role

logger = logging.getLogger(__name__)
AHEAD = 5  # working days before something is due


def remind_of_dates(*, now: datetime) -> int:
    """Remind those who lead a challenge of what is due within five working days, and of what is late; once each.

    Called by the worker. Returns how many dates were told.
    """
    challenges = list(Challenge.objects.filter(status=ChallengeStatus.RUNNING).select_related("municipality"))
    calendars = calendars_of({c.municipality_id for c in challenges})
    told = 0
    for dated in dates_of_challenges(challenges, now=now):
        today = day_in(dated.city.zone, now)
        late = dated.is_late(today)
        if dated.challenge and dated.is_duty and (late or calendars[dated.city.pk].between(today, dated.day) <= AHEAD):
            told += _remind(dated, dated.challenge, "late" if late else "soon", now=now)
    return told


def _remind(dated: Dated, challenge: Challenge, stage: str, *, now: datetime) -> bool:
    _, is_new = DateReminder.objects.get_or_create(challenge=challenge, code=dated.key, on=dated.day, stage=stage)
    if is_new:
        people = [
            person
            for role in (Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER)
            for person in list_with_role([challenge.municipality_id], role)
        ]
        path = f"city/challenges/{challenge.code}/" + (f"{dated.step}/" if dated.step else "")
        tell(
            people,
            f"date_{stage}",
            now=now,
            challenge=challenge,
            path=path,
            day=dated.day.isoformat(),
            what=wording("date", dated.code),
            why=wording("date_reason", dated.code),
        )
    return is_new


EVERY = timedelta(days=1)


def make_due(*, now: datetime) -> list[Checkpoint]:
    """Make the checkpoints that are due: a day after the last, or when a call has closed since.

    Each chain in a transaction of its own: one that does not hold is noted, and the others are signed.
    """
    made = []
    closed_at = last_closing(now=now)
    day_ago = now - EVERY + timedelta(microseconds=1)  # one of exactly a day ago is due
    for chain in list_chains_to_sign(before=max(day_ago, closed_at) if closed_at else day_ago):
        try:
            with transaction.atomic():
                checkpoint = make_checkpoint(chain.code, now=now, goes_on=True)
        except LogBroken:
            logger.exception("no checkpoint of %s", chain.code)
            continue
        made += [checkpoint] if checkpoint else []
    return made
