"""The register of pilots as people see it: who may read which, where each stands, whose word it waits for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import Challenge, Department, Municipality, Pilot, PilotExtension, PilotWord
from mix.readers.city.municipalities import gather_bands
from mix.readers.city.policies import in_force, table_of
from mix.readers.city.trials import check_trial
from mix.readers.core.actors import Actor
from mix.readers.core.catalogue import CATALOGUE
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.paging import Page, page_of
from mix.rules.case.pilot_records import Risk
from mix.rules.case.pilots import (
    PilotDates,
    PilotState,
    Register,
    Word,
    close_out_due,
    deciders,
    declare_due,
    state_of,
    still_needed,
)
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.catalogue import read
from mix.rules.core.chain import digest
from mix.rules.core.unmet import Unmet

_LIVE = (PilotState.RUNNING, PilotState.APPROVED)


@lru_cache(maxsize=1)
def register() -> Register:
    """Return the register of the catalogue, read once. Raises DocumentInvalid."""
    return read(CATALOGUE.joinpath("pilots.yaml").read_text(encoding="utf-8"), Register)


def today_at(city: Municipality, now: datetime) -> date:
    """Return the day at a city."""
    return day_in(city.zone, now)


def find_extension(pilot: Pilot) -> PilotExtension | None:
    """Return a pilot's one extension, if it was asked for."""
    return getattr(pilot, "extension", None)


def dates_of(pilot: Pilot) -> PilotDates:
    """Return what a pilot's state is computed from."""
    zone = pilot.municipality.zone
    extension = find_extension(pilot)
    extended = extension.ends_on if extension and extension.agreed_at else None
    return PilotDates(
        declared_on=pilot.declared_on,
        asked_on=day_in(zone, pilot.asked_at) if pilot.asked_at else None,
        refused=pilot.decision == Word.REFUSE,
        approved=pilot.decision == Word.AGREE,
        starts_on=pilot.starts_on,
        ends_on=extended or pilot.ends_on,
        stopped_on=pilot.stopped_on,
        closed_on=day_in(zone, pilot.closed_at) if pilot.closed_at else None,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a pilot stands today: its state, its last day, and until when its report or its declaration is due."""

    pilot: Pilot
    state: PilotState
    last_day: date | None
    due: date | None

    @property
    def is_late(self) -> bool:
        """Say whether somebody is behind: no authority, or no report in time."""
        return self.state in (PilotState.DECLARED, PilotState.OVERDUE)


def standing(pilot: Pilot, *, now: datetime) -> Standing:
    """Return where a pilot stands now."""
    dates = dates_of(pilot)
    state = state_of(dates, today_at(pilot.municipality, now), register=register())
    due = (
        declare_due(pilot.declared_on, register=register())
        if state is PilotState.DECLARED and pilot.declared_on
        else None
    )
    if state in (*_LIVE, PilotState.ENDED, PilotState.OVERDUE):
        due = close_out_due(dates, register=register())
    return Standing(pilot, state, dates.last_day, due)


_ROWS = Pilot.objects.select_related("municipality", "department", "owner", "extension", "challenge__municipality")


def get_pilot(code: str, *, actor: Actor) -> Pilot:
    """Return a pilot of a city that the actor works for. Raises Unknown, Forbidden."""
    found = _ROWS.all().filter(code=code).first()
    if found is None or not actor.roles_at(found.municipality.code):
        raise Unknown
    if not grants(actor.roles_at(found.municipality.code), Permission.PILOT_READ):
        raise Forbidden(Permission.PILOT_READ)
    return found


def _public_pilots(rows: QuerySet[Pilot]) -> QuerySet[Pilot]:
    """Return those that were approved, latest first. What a city registered on trial is in no public register."""
    return rows.filter(decision=Word.AGREE.value, is_trial=False).order_by("-starts_on", "-id")


def get_public_pilot(code: str, *, actor: Actor) -> Pilot:
    """Return a pilot that was approved, or one of a trial in which the actor plays along. Raises Unknown."""
    found = _ROWS.all().filter(code=code, decision=Word.AGREE.value).first()
    if found is None:
        raise Unknown
    check_trial(found, actor=actor)
    return found


def find_pilot_before(challenge: Challenge) -> Pilot | None:
    """Return the pilot that a challenge grew out of, if it did."""
    return next(iter(_before(challenge)), None)


@asked
def _before(challenge: Challenge) -> QuerySet[Pilot]:
    return _ROWS.filter(challenge=challenge)


def list_pilots(actor: Actor) -> list[Pilot]:
    """List every pilot of the actor's cities, latest first."""
    return _of_cities(tuple(c for c in actor.duties if grants(actor.roles_at(c), Permission.PILOT_READ)))


@asked
def _of_cities(cities: tuple[str, ...]) -> QuerySet[Pilot]:
    return _ROWS.filter(municipality__code__in=cities).order_by("-registered_at", "-id")


def page_public_pilots(page: int) -> Page[Pilot]:
    """Return a page of the pilots that were approved, the latest first."""
    return page_of(_public_pilots(_ROWS.all()), page)


def list_public_pilot_codes(most: int) -> list[str]:
    """List the codes of the latest pilots that were approved."""
    return list(_public_pilots(Pilot.objects.all()).values_list("code", flat=True)[:most])


def may_edit(pilot: Pilot, actor: Actor) -> bool:
    """Say whether the actor keeps this record: its owner, while on the city's staff, or procurement."""
    roles = actor.roles_at(pilot.municipality.code)
    owns = pilot.owner_id == actor.someone.pk and grants(roles, Permission.PILOT_REGISTER)
    return owns or grants(roles, Permission.PILOT_MANAGE)


def most_days(city: Municipality, *, on: date) -> int:
    """Return how long a pilot may run: as the city's by-law says on a day, else as good practice does."""
    governing = in_force(city.bylaws.filter(signed_at__isnull=False), on)
    own = table_of(governing).pilot_days if governing else None
    return own or register().most_days


def record_mark(pilot: Pilot) -> str:
    """Return what tells one state of a record from another."""
    return digest(pilot.record)[:16]


def needed_words(pilot: Pilot) -> tuple[tuple[Role, ...], tuple[Unmet, ...]]:
    """Return every role whose word an asked pilot needs, and why nobody can be named. Raises ValueError before that."""
    bands = gather_bands([pilot.municipality_id]).get(pilot.municipality.code, ())
    return deciders(Risk(pilot.risk), pilot.value_cents or 0, bands, register=register())


def open_words(pilot: Pilot) -> tuple[Role, ...]:
    """Return the roles whose word is missing."""
    needed, _unmet = needed_words(pilot)
    return still_needed(needed, [Role(word.role) for word in pilot.words.all()])


def gather_words(pilot: Pilot) -> dict[str, PilotWord]:
    """Return what was said of a pilot, by the role in which it was said."""
    return {w.role: w for w in pilot.words.select_related("person").order_by("said_at")}


def roles_to_speak_in(pilot: Pilot, actor: Actor) -> tuple[Role, ...]:
    """Return the roles in which the actor may speak of an asked pilot: none for its owner, none for who has spoken."""
    if pilot.owner_id == actor.someone.pk or pilot.words.filter(person=actor.someone).exists():
        return ()
    return tuple(r for r in open_words(pilot) if r in actor.roles_at(pilot.municipality.code))


def may_agree(pilot: Pilot, actor: Actor) -> bool:
    """Say whether an extension waits for the actor's word: who decides on the value, and neither owns nor asked."""
    extension = find_extension(pilot)
    if extension is None or extension.agreed_at or actor.someone.pk in (extension.asked_by_id, pilot.owner_id):
        return False
    return needed_words(pilot)[0][0] in actor.roles_at(pilot.municipality.code)


@dataclass(slots=True)
class DepartmentRow:
    """What one department has under trial; value in cents, in kind included, of what runs or ran."""

    department: Department
    active: int = 0
    declared: int = 0
    overdue: int = 0
    closed: int = 0
    converted: int = 0
    value_cents: int = 0


def dashboard(standings: Iterable[Standing]) -> list[DepartmentRow]:
    """Count pilots by department, those with something late first."""
    rows: dict[int, DepartmentRow] = {}
    for one in standings:
        pilot = one.pilot
        row = rows.setdefault(pilot.department_id, DepartmentRow(pilot.department))
        row.active += one.state in _LIVE
        row.declared += one.state is PilotState.DECLARED
        row.overdue += one.state is PilotState.OVERDUE
        row.closed += one.state is PilotState.CLOSED
        row.converted += pilot.challenge_id is not None
        row.value_cents += (pilot.value_cents or 0) if pilot.decision == Word.AGREE else 0
    return sorted(rows.values(), key=lambda r: (-(r.overdue + r.declared), r.department.name))
