"""Verbs on absences: somebody of a city's staff is away and names who stands in, or is back early."""

from __future__ import annotations

from datetime import date

from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.data.models import Absence, Municipality, Person, StaffRole
from mix.phrases.words import wording
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.core.absences import days_of, standing_at
from mix.rules.city.calendar import day_in
from mix.rules.core.absences import Days, Standing, unmet_days
from mix.rules.core.access import Permission
from mix.rules.core.unmet import refuse_if, require


def enter(deed: Deed, duty: StaffRole, *, deputy: Person, first_on: date, last_on: date) -> Absence:
    """Say from which day to which somebody is away for a duty, and who of the same duty stands in.

    Of oneself, or of somebody else as who manages a city's people. It gives the deputy nothing that they may not do:
    both are told. Raises Refused where the deputy lacks the duty or is away too, or the days are no such days.
    """
    city, days = duty.municipality, Days(first_on, last_on)
    _may(deed, city, duty.person)
    person = lock_person(duty.person)
    held = StaffRole.objects.filter(municipality=city, role=duty.role, ended_at=None)
    require(held.filter(person=person).exists(), "no_duties", name=person.name)
    refuse_if(unmet_days(days, on=day_in(city.zone, deed.now)))
    require(deputy.pk != person.pk, "deputy_oneself", field="deputy")
    said = {**wording("role", duty.role).params("role"), **city.wording("name").params("city")}
    stands = held.filter(person=deputy, person__is_active=True).exists()
    require(stands, "deputy_needs_role", field="deputy", name=deputy.name, **said)
    _keep_apart(duty, days, deputy=deputy)
    made = Absence.objects.create(
        municipality=city,
        person=person,
        role=duty.role,
        deputy=deputy,
        first_on=first_on,
        last_on=last_on,
        entered_by=deed.actor.someone,
        entered_at=deed.now,
    )
    _tell(deed, made, "stands_in", "away_entered")
    deed.record("absences.enter", person, chain=city.code)
    return made


def _may(deed: Deed, city: Municipality, person: Person) -> None:
    """Raise Unknown or Forbidden for whoever is neither the person nor manages the city's people."""
    if deed.actor.someone.pk != person.pk:
        get_own_municipality(city.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)


def _keep_apart(duty: StaffRole, days: Days, *, deputy: Person) -> None:
    """Refuse days of which some are of another absence of the same person, or of the deputy, for this duty."""
    rows = Absence.objects.filter(municipality=duty.municipality_id, role=duty.role, ended_at=None)
    for row in rows.filter(person__in=[duty.person_id, deputy.pk]).order_by("first_on", "id"):
        if days.meets(days_of(row)):
            params = {"first": row.first_on.isoformat(), "last": row.last_on.isoformat()}
            require(row.person_id != duty.person_id, "away_already", field="first_on", **params)
            require(row.person_id != deputy.pk, "deputy_away", field="deputy", name=deputy.name, **params)


def end(deed: Deed, absence: Absence) -> Absence:
    """End an absence early, or withdraw one that has not begun: nobody stands in from now on. The row stays."""
    _may(deed, absence.municipality, absence.person)
    rows = Absence.objects.select_for_update(of=("self",)).select_related("municipality", "person", "deputy")
    found = rows.get(pk=absence.pk)
    require(standing_at(found, now=deed.now) in (Standing.COMING, Standing.LASTING), "absence_over")
    found.ended_by, found.ended_at = deed.actor.someone, deed.now
    found.save(update_fields=["ended_by", "ended_at"])
    _tell(deed, found, "stands_in_no_more", "away_ended")
    deed.record("absences.end", found.person, chain=found.municipality.code)
    return found


def _tell(deed: Deed, absence: Absence, code: str, own_code: str) -> None:
    """Tell the deputy, and the person unless they act themselves."""
    person, who = absence.person, deed.actor.someone
    told = [(absence.deputy, code)] + ([(person, own_code)] if person.pk != who.pk else [])
    for one, what in told:
        deed.tell(
            [one],
            what,
            of=absence.municipality,
            path="me/account/",
            city=absence.municipality.wording("name"),
            role=wording("role", absence.role),
            person=person.name,
            deputy=absence.deputy.name,
            who=who.name,
            first=absence.first_on.isoformat(),
            last=absence.last_on.isoformat(),
        )
