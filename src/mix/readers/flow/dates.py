"""Every date that a challenge or a pilot leads to, computed from what happened: what is due, what is coming, why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, Exists, Func, Max, Model, OuterRef, Q, QuerySet
from django.db.models.sql.compiler import SQLCompiler

from mix.data.asked import asked
from mix.data.models import (
    Award,
    Challenge,
    Conversation,
    DataGrant,
    Debrief,
    Deliverable,
    Dispute,
    Engagement,
    Evaluation,
    Letter,
    Milestone,
    Municipality,
    Pilot,
    Solicitation,
    StageInvitation,
)
from mix.readers.case.challenge_lists import list_own_challenges
from mix.readers.case.pilots import list_pilots, standing
from mix.readers.city.calendars import calendars_of
from mix.readers.city.policies import dispute_days
from mix.readers.core.actors import Actor
from mix.rules.case.pilots import PilotState
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.states import AwardState
from mix.rules.city.calendar import CityCalendar, Closed, day_in
from mix.rules.delivery.states import ConversationState

RECORD_YEARS = (
    3  # the least that trade agreements ask for (CFTA 516.3, CETA 19.15); a city's own schedule may be longer
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where dates of one code come from: rows that are still open, the column, and the way to their challenge.

    `is_duty`: somebody owes something, so that it is late once it is past; anything else is over then.
    """

    code: str
    model: type[Model]
    column: str
    to_step: str
    to_challenge: str
    is_open: Q
    is_duty: bool = False

    @property
    def is_day(self) -> bool:
        """Say whether the column holds days of the city; else it holds instants."""
        return not isinstance(self.model._meta.get_field(self.column), DateTimeField)  # noqa: SLF001 - Django's public name of it


def _by_step(code: str, model: type[Model], column: str, is_open: Q, *, to: str = "step", duty: bool = False) -> Source:
    return Source(code, model, column, f"{to}__key", f"{to}__challenge_id", is_open, duty)


def _direct(code: str, model: type[Model], column: str, is_open: Q) -> Source:
    return Source(code, model, column, "", "challenge_id", is_open, is_duty=True)


_PUBLISHED = Q(published_at__isnull=False)
_TO_MEET = Q(meets_at__isnull=False, recorded_at=None)
# All that are open have one date (`conversations.begin`): the row of the vendor that came first stands for them.
_EARLIER = Conversation.objects.filter(
    step=OuterRef("step"), round=OuterRef("round"), state=ConversationState.OPEN, pk__lt=OuterRef("pk")
)
_WRITTEN = Q(~Exists(_EARLIER), state=ConversationState.OPEN)
_UNTOLD = Q(notice_due_on__isnull=False, state=AwardState.APPROVED, notice=None)
SOURCES = (
    _by_step("questions_until", Solicitation, "questions_until", _PUBLISHED),
    _by_step("closing", Solicitation, "closes_at", _PUBLISHED),
    _by_step("event", Engagement, "starts_at", _PUBLISHED & Q(held_at=None)),
    _by_step("written_until", Conversation, "until", _WRITTEN),
    _by_step("scores_due", Evaluation, "due_at", Q(due_at__isnull=False, finalised_at=None)),
    _by_step("meeting", StageInvitation, "meets_at", _TO_MEET, to="evaluation__step"),
    _by_step("award_notice", Award, "notice_due_on", _UNTOLD, duty=True),
    _by_step("debrief", Debrief, "due_on", Q(held_at=None), duty=True),
    _by_step("objection", Dispute, "due_on", Q(answered_at=None), duty=True),
    _by_step("deliverable", Deliverable, "due_on", Q(accepted_at=None), to="agreement__step", duty=True),
    _direct("milestone", Milestone, "due_on", Q(accepted_at=None)),
    _direct("data_return", DataGrant, "expires_on", Q(returned_on=None)),
)


@dataclass(frozen=True, slots=True)
class Dated:
    """One date: `on` is a day of its city or an instant (UTC). `closed` says why the city does not work that day.

    `key` stays the same when the date moves.
    """

    code: str
    key: str
    on: date | datetime
    day: date
    city: Municipality
    challenge: Challenge | None = None
    pilot: Pilot | None = None
    step: str = ""
    is_duty: bool = False
    closed: Closed | None = None
    path: str = ""  # without language, where it is no page of the city

    def is_late(self, today: date) -> bool:
        """Say whether somebody owes this and it is past."""
        return self.is_duty and self.day < today


MORNING = time(5, tzinfo=UTC)  # where a day stands among instants: when it begins in Ontario


class Morning(Func):
    """The instant at which a day stands among instants."""

    output_field = DateTimeField()
    template = f"((%(expressions)s + time '{MORNING:%H:%M}') AT TIME ZONE 'UTC')"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Write it as SQLite keeps instants."""
        return self.as_sql(compiler, connection, template=f"(%(expressions)s || ' {MORNING:%H:%M:%S}')", **extra)


class NextMorning(Morning):
    """The instant at which a day is over: where the next one stands."""

    template = Morning.template.replace("%(expressions)s", "%(expressions)s + 1")

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any) -> Any:  # noqa: ANN401 - Django's signature
        """Write it as SQLite keeps instants."""
        return self.as_sql(
            compiler, connection, template=f"(date(%(expressions)s, '+1 day') || ' {MORNING:%H:%M:%S}')", **extra
        )


def order_of(dated: Dated) -> tuple[datetime, str, int]:
    """Return by what dates are ordered."""
    at = dated.on if isinstance(dated.on, datetime) else datetime.combine(dated.on, MORNING)
    return at, dated.code, int(dated.key.rpartition("-")[2])


def list_dates(actor: Actor, *, now: datetime) -> list[Dated]:
    """List what is due and what is coming in the actor's challenges and pilots, earliest first. Queries do not grow."""
    found = [*dates_of_challenges(list_own_challenges(actor), now=now), *dates_of_pilots(list_pilots(actor), now=now)]
    return sorted(found, key=order_of)


def dates_of_challenges(challenges: Sequence[Challenge], *, now: datetime) -> list[Dated]:
    """List the dates of some challenges: duties that are open, and what has not been yet."""
    running = {c.pk: c for c in challenges if c.status == ChallengeStatus.RUNNING}
    calendars = calendars_of({c.municipality_id for c in challenges})
    found = [
        whole(
            row[1],
            running[row[2]],
            calendars,
            kind=s.code,
            key=f"{s.code}-{row[0]}",
            step=row[3] if s.to_step else "",
            is_duty=s.is_duty,
        )
        for s in SOURCES
        for row in _rows(s, running, now=now)
    ]
    return [
        *(d for d in found if d.is_duty or d.day >= day_in(d.city.zone, now)),
        *dates_computed(challenges, calendars, now=now),
    ]


def dates_computed(
    challenges: Sequence[Challenge], calendars: dict[int, CityCalendar], *, now: datetime
) -> list[Dated]:
    """Return until when may be objected, and records are to be kept: dates that stand in no row."""
    found = []
    running = {c.pk: c for c in challenges if c.status == ChallengeStatus.RUNNING}
    sent = dict(_sent(tuple(running)))
    objecting = dispute_days([running[pk] for pk in sent], now=now) if sent else {}
    for pk, days in objecting.items():
        until = sent[pk] + timedelta(days=days)
        found.append(whole(until, running[pk], calendars, kind="objections_until", key=f"objections_until-{pk}"))
    for challenge in challenges:
        if challenge.ended_at and challenge.status == ChallengeStatus.COMPLETED:
            day = _years_after(day_in(challenge.municipality.zone, challenge.ended_at), RECORD_YEARS)
            key = f"records_until-{challenge.pk}"
            found.append(whole(day, challenge, calendars, kind="records_until", key=key))
    return [d for d in found if d.day >= day_in(d.city.zone, now)]


@asked
def _sent(challenges: tuple[int, ...]) -> QuerySet[Letter, tuple[int, datetime]]:
    letters = Letter.objects.filter(evaluation__step__challenge__in=challenges)
    return letters.values_list("evaluation__step__challenge_id").annotate(Max("sent_at")).order_by()


def _rows(source: Source, running: dict[int, Challenge], *, now: datetime) -> list[tuple[Any, ...]]:
    """Return the rows of a source; of what is over once it is past only those of the last day, wherever that ends."""
    columns = ["pk", source.column, source.to_challenge, *([source.to_step] if source.to_step else [])]
    rows = source.model._default_manager.filter(source.is_open, **{f"{source.to_challenge}__in": running})  # noqa: SLF001 - Django's public name of a manager
    if not source.is_duty:
        rows = rows.filter(**{f"{source.column}__gt": now - timedelta(days=1)})
    return list(rows.values_list(*columns))


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)


def whole(
    on: date | datetime,
    challenge: Challenge,
    calendars: dict[int, CityCalendar],
    *,
    kind: str,
    key: str,
    step: str = "",
    is_duty: bool = False,
) -> Dated:
    """Return a date with whether its city works then."""
    city = challenge.municipality
    day = day_in(city.zone, on) if isinstance(on, datetime) else on
    closed = calendars[city.pk].closed_for(day)
    return Dated(kind, key, on, day, city, challenge, step=step, is_duty=is_duty, closed=closed)


def dates_of_pilots(pilots: Sequence[Pilot], *, now: datetime) -> Iterator[Dated]:
    """Yield the dates of some pilots."""
    calendars = calendars_of({p.municipality_id for p in pilots})
    for pilot in pilots:
        found = standing(pilot, now=now)
        codes: list[tuple[str, date | None, bool]] = []
        if found.state in (PilotState.APPROVED, PilotState.RUNNING):
            codes = [("pilot_ends", found.last_day, False)]
        elif found.state in (PilotState.ENDED, PilotState.OVERDUE):
            codes = [("pilot_report", found.due, True)]
        elif found.state is PilotState.DECLARED:
            codes = [("pilot_declaration", found.due, True)]
        for code, day, is_duty in codes:
            if day:
                city = pilot.municipality
                closed = calendars[city.pk].closed_for(day)
                yield Dated(code, f"{code}-{pilot.pk}", day, day, city, pilot=pilot, is_duty=is_duty, closed=closed)
