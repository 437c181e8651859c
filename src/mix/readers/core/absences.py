"""Who of a city's staff is away, until when, and who stands in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, QuerySet, When

from mix.data.models import Absence, Municipality, Person, StaffRole
from mix.data.wall import lifted
from mix.readers.core.rows import get_row
from mix.rules.core.absences import Days, DeputyAnswer, Standing, standing_of

PAST = 20  # of those that are over, how many a page shows
_DAY = timedelta(days=1)  # by which the day of a city may differ from that in UTC
_HELD = StaffRole.objects.filter(municipality=OuterRef("municipality"), role=OuterRef("role"), ended_at=None)
_HAS_DUTY = Exists(_HELD.filter(person=OuterRef("deputy"), person__is_active=True))
_STANDS = Case(
    When(_HAS_DUTY, answer=DeputyAnswer.ACCEPTED.value, then=True), default=False, output_field=BooleanField()
)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away today for a duty: until which day, and who stands in.

    None: who was asked has not accepted, or lost the duty.
    """

    city: str
    role: str
    person: Person
    until: date
    deputy: Person | None


@dataclass(frozen=True, slots=True)
class Entered:
    """An absence as it was entered, how it stands now, and whether its deputy stands in, and still has the duty."""

    row: Absence
    standing: Standing
    stands: bool
    has_duty: bool

    @property
    def is_over(self) -> bool:
        """Say whether nothing of it is to come."""
        return self.standing in (Standing.PAST, Standing.ENDED)


def days_of(absence: Absence) -> Days:
    """Return the days of an absence."""
    return Days(absence.first_on, absence.last_on)


def standing_at(absence: Absence, *, now: datetime) -> Standing:
    """Say how an absence stands, on the clock of its city."""
    on = now.astimezone(ZoneInfo(absence.municipality.zone)).date()
    return standing_of(days_of(absence), on=on, is_ended=absence.ended_at is not None)


def list_away_at(cities: Collection[str], *, now: datetime) -> list[Away]:
    """List who is away today in these cities, by name. One query, none without a city.

    Whoever waits for somebody of another city reads it, too.
    """
    return _lasting(Q(municipality__code__in=cities), now=now) if cities else []


def list_away_among(people: Collection[int], *, now: datetime) -> list[Away]:
    """List who of some people is away today, by name, whoever asks: the right people must be told. One query."""
    return _lasting(Q(person__in=people), now=now) if people else []


def _lasting(whose: Q, *, now: datetime) -> list[Away]:
    """Return the absences of today for duties that are still held; whoever lost theirs stands in no more."""
    day = now.astimezone(UTC).date()
    rows = Absence.objects.filter(
        whose,
        Exists(_HELD.filter(person=OuterRef("person"))),
        ended_at=None,
        first_on__lte=day + _DAY,
        last_on__gte=day - _DAY,
    )
    known = rows.annotate(stands=_STANDS).select_related("municipality", "person", "deputy")
    with lifted():
        found = list(known.order_by("person__name", "id"))
    return [
        Away(row.municipality.code, row.role, row.person, row.last_on, row.deputy if row.stands else None)
        for row in found
        if standing_at(row, now=now) is Standing.LASTING
    ]


def list_absences_in(city: Municipality, *, now: datetime) -> list[Entered]:
    """List the absences in a city: those that last or come by their days, then some that are over, latest first."""
    return _with_past(city.absences.all(), now=now)


def list_absences_of(person: Person, *, now: datetime) -> list[Entered]:
    """List somebody's own absences and those in which they stand in, ordered as those of a city are."""
    return _with_past(Absence.objects.filter(Q(person=person) | Q(deputy=person)), now=now)


def _with_past(rows: QuerySet[Absence], *, now: datetime) -> list[Entered]:
    """Return what lasts or comes, and the last of what is over. Two queries."""
    known = rows.annotate(stands=_STANDS, has_duty=_HAS_DUTY)
    known = known.select_related("municipality", "person", "deputy", "entered_by", "ended_by")
    open_ = Q(ended_at=None, last_on__gte=now.astimezone(UTC).date() - _DAY)
    parts = known.filter(open_).order_by("first_on", "id"), known.exclude(open_).order_by("-last_on", "-id")[:PAST]
    return [Entered(row, standing_at(row, now=now), row.stands, row.has_duty) for part in parts for row in part]


def get_absence_in(city: Municipality, item: str) -> Absence:
    """Return one absence in a city. Raises Unknown."""
    return get_row(city.absences.select_related("municipality", "person", "deputy"), item)


def get_absence_of(person: Person, item: str) -> Absence:
    """Return one absence of a person. Raises Unknown."""
    return get_row(person.absences.select_related("municipality", "person", "deputy"), item)


def get_asked(deputy: Person, item: str) -> Absence:
    """Return an absence in which a person is asked to stand in, or does. Raises Unknown."""
    return get_row(deputy.stands_in.select_related("municipality", "person", "deputy"), item)


def list_same_duties(duties: Collection[StaffRole], *, but: Person) -> list[StaffRole]:
    """List who else has one of some duties in its city, by name: who may stand in. One query, none without a duty."""
    same = Q()
    for duty in duties:
        same |= Q(municipality=duty.municipality_id, role=duty.role)
    if not same:
        return []
    rows = StaffRole.objects.filter(same, ended_at=None, person__is_active=True).exclude(person=but)
    return list(rows.select_related("person", "municipality").order_by("person__name", "id"))
