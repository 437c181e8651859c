"""Verbs on absences: somebody of a city's staff is away and names who stands in, or is back early."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.data.models import Absence, Municipality, Person, StaffRole
from mix.phrases.words import wording
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.core.absences import days_of, standing_at
from mix.rules.city.calendar import day_in
from mix.rules.core.absences import Days, DeputyAnswer, Standing, unmet_days
from mix.rules.core.access import Permission
from mix.rules.core.unmet import refuse_if, require


def enter(deed: Deed, duty: StaffRole, *, deputy: Person, first_on: date, last_on: date) -> Absence:
    """Say from which day to which somebody is away for a duty, and ask who of the same duty stands in.

    Of oneself, or of somebody else as who manages a city's people. The deputy stands in once they accepted; that gives
    them nothing that they may not do. Both are told. It replaces an absence of these days whose deputy declined.
    Raises Refused where the deputy lacks the duty or is away too, or the days are no such days.
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
    _keep_apart(deed, duty, days, deputy=deputy)
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
    _tell(deed, made, "asked_to_stand_in", "away_entered")
    deed.record("absences.enter", person, chain=city.code)
    return made


def _may(deed: Deed, city: Municipality, person: Person) -> None:
    """Raise Unknown or Forbidden for whoever is neither the person nor manages the city's people."""
    if deed.actor.someone.pk != person.pk:
        get_own_municipality(city.code, actor=deed.actor, needs=Permission.PEOPLE_MANAGE)


def _keep_apart(deed: Deed, duty: StaffRole, days: Days, *, deputy: Person) -> None:
    """Refuse days of which some are of another absence of the same person, or of the deputy, for this duty.

    One of the same person in which nobody stands in, since who was asked declined, ends.
    """
    rows = Absence.objects.filter(municipality=duty.municipality_id, role=duty.role, ended_at=None)
    for row in rows.filter(person__in=[duty.person_id, deputy.pk]).order_by("first_on", "id"):
        if days.meets(days_of(row)):
            if row.person_id == duty.person_id and row.answer == DeputyAnswer.DECLINED:
                row.ended_by, row.ended_at = deed.actor.someone, deed.now
                row.save(update_fields=["ended_by", "ended_at"])
                continue
            params = {"first": row.first_on.isoformat(), "last": row.last_on.isoformat()}
            require(row.person_id != duty.person_id, "away_already", field="first_on", **params)
            require(row.person_id != deputy.pk, "deputy_away", field="deputy", name=deputy.name, **params)


def accept(deed: Deed, absence: Absence) -> Absence:
    """Accept to stand in, as who was asked: from the first day on, or now where that is past."""
    return _answer(deed, absence, DeputyAnswer.ACCEPTED, "stands_in_for_you")


def decline(deed: Deed, absence: Absence) -> Absence:
    """Decline to stand in, as who was asked, or stand in no longer: whoever is away asks somebody else."""
    return _answer(deed, absence, DeputyAnswer.DECLINED, "stands_in_declined")


def _answer(deed: Deed, absence: Absence, answer: DeputyAnswer, code: str) -> Absence:
    require(absence.deputy_id == deed.actor.someone.pk, "not_asked_to_stand_in")
    rows = Absence.objects.select_for_update(of=("self",)).select_related("municipality", "person", "deputy")
    found = rows.get(pk=absence.pk)
    require(standing_at(found, now=deed.now) in (Standing.COMING, Standing.LASTING), "absence_over")
    if found.answer == answer:
        return found
    held = StaffRole.objects.filter(municipality=found.municipality, role=found.role, ended_at=None)
    require(
        answer is DeputyAnswer.DECLINED or held.filter(person=found.deputy).exists(),
        "no_duties",
        name=found.deputy.name,
    )
    found.answer, found.answered_at = answer, deed.now
    found.save(update_fields=["answer", "answered_at"])
    told = {found.person.pk: found.person, found.entered_by_id: found.entered_by}
    _mail(deed, told.values(), code, found)
    verb = "absences.accept" if answer is DeputyAnswer.ACCEPTED else "absences.decline"
    deed.record(verb, found.person, chain=found.municipality.code)
    return found


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
    """Tell the deputy, unless they declined, and the person unless they act themselves."""
    person, who = absence.person, deed.actor.someone
    told = [] if absence.answer == DeputyAnswer.DECLINED else [(absence.deputy, code)]
    told += [(person, own_code)] if person.pk != who.pk else []
    for one, what in told:
        _mail(deed, [one], what, absence)


def _mail(deed: Deed, people: Iterable[Person], code: str, absence: Absence) -> None:
    """Write a mail about an absence."""
    deed.tell(
        people,
        code,
        of=absence.municipality,
        path="me/account/",
        city=absence.municipality.wording("name"),
        role=wording("role", absence.role),
        person=absence.person.name,
        deputy=absence.deputy.name,
        who=deed.actor.someone.name,
        first=absence.first_on.isoformat(),
        last=absence.last_on.isoformat(),
    )
