"""Verbs of the sprint room."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mix.actions.case.locking import keep_open, lock_challenge
from mix.actions.core.deeds import Deed
from mix.data.models import (
    CheckIn,
    DataGrant,
    Demo,
    Evidence,
    Incident,
    ParityEntry,
    ParityReason,
    SignOff,
    Step,
    Vendor,
)
from mix.readers.case.challenges import get_step
from mix.readers.city.people import list_members, list_on_duty
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden
from mix.readers.delivery.sprints import (
    Room,
    gather_data_sets,
    get_room,
    list_hypotheses,
    list_room_steps,
    list_sprint_vendors,
)
from mix.readers.market.vendors import get_own_vendor
from mix.rules.city.calendar import day_in
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import require
from mix.rules.delivery.states import Area, Side


def _record(deed: Deed, verb: str, room: Room, *, role: str, subject: str = "") -> None:
    payload = {"room": room.step.key, "round": room.step.round}
    deed.record(f"sprints.{verb}", room.challenge, subject=subject, role=role, payload=payload)


def _in_sprint(room: Room, vendor: Vendor) -> None:
    require(vendor in list_sprint_vendors(room), "vendor_not_in_sprint", vendor=vendor.name)


def _open_room(step: Step) -> Room:
    """Return the room of a step; its sprint is still going on. Raises Unknown, Refused."""
    room = get_room(step)
    keep_open(list_room_steps(room))
    return room


def _either_side(room: Room, vendor: Vendor, *, actor: Actor) -> tuple[str, str]:
    """Return the side and role of whoever writes: a member of the vendor's team, or the city."""
    _in_sprint(room, vendor)
    if vendor.id in actor.vendors:
        get_own_vendor(vendor.code, actor=actor)
        return "vendor", "vendor"
    _, role = lock_challenge(room.challenge, actor=actor, needs=Permission.SPRINT_RUN)
    return "city", role.value


def _lock_room(step: Step, *, actor: Actor) -> tuple[Room, Role]:
    """Enter the room of a step for the city. Raises Unknown, Forbidden, Refused."""
    room = get_room(step)
    _, role = lock_challenge(room.challenge, actor=actor, needs=Permission.SPRINT_RUN)
    return _open_room(step), role


def _room_for(row: DataGrant | Incident) -> Room:
    """Return the room to which a row belongs."""
    return get_room(get_step(row.challenge, row.room))


def sign_off(deed: Deed, step: Step, *, area: str, note: str = "") -> SignOff:
    """Give a word that the sprint may start: the department by its sponsor, the other areas by a specialist."""
    room = get_room(step)
    challenge, _ = lock_challenge(room.challenge, actor=deed.actor, needs=Permission.SPRINT_SIGN_OFF)
    keep_open(list_room_steps(room))
    needed = Role.SPONSOR if area == Area.DEPARTMENT else Role.SPECIALIST
    if needed not in deed.actor.roles_at(challenge.municipality.code):
        raise Forbidden(Permission.SPRINT_SIGN_OFF)
    require(not SignOff.objects.filter(**room.key, area=area).exists(), "already_signed_off")
    made = SignOff.objects.create(
        municipality_id=room.challenge.municipality_id,
        **room.key,
        area=area,
        person=deed.actor.someone,
        note=note,
        signed_at=deed.now,
    )
    _record(deed, "sign_off", room, role=needed.value, subject=area)
    return made


def grant_data(
    deed: Deed,
    step: Step,
    *,
    vendor: Vendor,
    data_set: str,
    legal_basis: str = "",
    granted_on: date,
    expires_on: date,
    reason: str = "",
) -> DataGrant:
    """Give a vendor access to a data set until a day, after which it ends by itself.

    What the framework names is given as it says there, with its legal basis; anything else needs a reason.
    """
    room, role = _lock_room(step, actor=deed.actor)
    _in_sprint(room, vendor)
    named = gather_data_sets(room)
    legal_basis = legal_basis.strip() or named.get(data_set, "")
    for value, field in ((data_set, "data_set"), (legal_basis, "legal_basis")):
        require(bool(value.strip()), "answer_missing", field=field)
    differs = bool(named) and (data_set not in named or named[data_set] not in ("", legal_basis))
    require(bool(reason.strip()) or not differs, "data_set_differs", field="reason", data=data_set)
    require(expires_on > granted_on, "ends_before_start", field="expires_on")
    require(
        not DataGrant.objects.filter(**room.key, vendor=vendor, data_set=data_set).exists(),
        "data_granted_already",
    )
    made = DataGrant.objects.create(
        municipality_id=room.challenge.municipality_id,
        **room.key,
        vendor=vendor,
        data_set=data_set,
        legal_basis=legal_basis,
        reason=reason.strip() if differs else "",
        granted_on=granted_on,
        expires_on=expires_on,
    )
    deed.tell(
        list_members(vendor.id),
        "data_granted",
        challenge=room.challenge,
        path=f"vendor/sprints/{room.challenge.code}/{room.step.key}/",
        data=data_set,
        until=expires_on.isoformat(),
    )
    _record(deed, "grant_data", room, role=role.value)
    return made


def return_data(deed: Deed, grant: DataGrant) -> DataGrant:
    """Confirm, as the vendor, that the data was returned or deleted."""
    get_own_vendor(grant.vendor.code, actor=deed.actor)
    require(grant.returned_on is None, "data_returned_already")
    grant.returned_on = day_in(grant.challenge.municipality.zone, deed.now)
    grant.save(update_fields=["returned_on"])
    _record(deed, "return_data", _room_for(grant), role=Role.VENDOR)
    return grant


def check_in(
    deed: Deed, step: Step, *, vendor: Vendor, week: int, mood: int, progress: str, blockers: str = ""
) -> CheckIn:
    """Say how a week went, from one's own side; again in the same week replaces it."""
    room = get_room(step)
    side, role = _either_side(room, vendor, actor=deed.actor)
    _open_room(step)
    require(1 <= mood <= 5, "mood_out_of_range", field="mood")
    require(1 <= week <= 52, "week_out_of_range", field="week")
    require(bool(progress.strip()), "answer_missing", field="progress")
    made, _ = CheckIn.objects.update_or_create(
        **room.key,
        vendor=vendor,
        week=week,
        side=side,
        defaults={
            "municipality_id": room.challenge.municipality_id,
            "mood": mood,
            "progress": progress,
            "blockers": blockers,
            "person": deed.actor.someone,
            "at": deed.now,
        },
    )
    _record(deed, "check_in", room, role=role, subject=f"{vendor.code}/{week}/{side}")
    return made


def record_evidence(
    deed: Deed, step: Step, *, vendor: Vendor, hypothesis: str, how: str, result: str, verdict: str, confidence: str
) -> Evidence:
    """Record what a test of a hypothesis showed, against the frozen threshold."""
    room, role = _lock_room(step, actor=deed.actor)
    _in_sprint(room, vendor)
    require(hypothesis in {h["key"] for h in list_hypotheses(room.challenge)}, "hypothesis_unknown")
    for value, field in ((how, "how"), (result, "result")):
        require(bool(value.strip()), "answer_missing", field=field)
    made = Evidence.objects.create(
        municipality_id=room.challenge.municipality_id,
        **room.key,
        vendor=vendor,
        hypothesis=hypothesis,
        how=how,
        result=result,
        verdict=verdict,
        confidence=confidence,
        recorded_by=deed.actor.someone,
        recorded_at=deed.now,
    )
    _record(deed, "record_evidence", room, role=role.value, subject=f"{vendor.code}/{hypothesis}")
    return made


def report_incident(deed: Deed, step: Step, *, vendor: Vendor, kind: str, text: str) -> Incident:
    """Report that something went wrong, from either side; the other hears of it, and so does who leads it here."""
    room = get_room(step)
    side, role = _either_side(room, vendor, actor=deed.actor)
    _open_room(step)
    require(bool(text.strip()), "answer_missing", field="text")
    made = Incident.objects.create(
        municipality_id=room.challenge.municipality_id,
        **room.key,
        vendor=vendor,
        kind=kind,
        text=text,
        reported_by=deed.actor.someone,
        reported_at=deed.now,
    )
    city = list_on_duty(room.challenge.municipality_id, Role.PROJECT_LEAD, Role.PROCUREMENT_OFFICER)
    path = f"city/challenges/{room.challenge.code}/{room.step.key}/"
    deed.tell(city, "incident_reported", challenge=room.challenge, path=path, vendor=vendor.name, text=text)
    if side == Side.CITY:
        path = f"vendor/sprints/{room.challenge.code}/{room.step.key}/"
        team = list_members(vendor.id)
        deed.tell(team, "incident_reported", challenge=room.challenge, path=path, vendor=vendor.name, text=text)
    _record(deed, "report_incident", room, role=role, subject=kind)
    return made


def settle_incident(deed: Deed, incident: Incident, *, settlement: str) -> Incident:
    """Say how an incident was settled and who was told."""
    room, role = _lock_room(get_step(incident.challenge, incident.room), actor=deed.actor)
    require(bool(settlement.strip()), "answer_missing", field="settlement")
    incident.settled_at, incident.settlement = deed.now, settlement
    incident.save(update_fields=["settled_at", "settlement"])
    _record(deed, "settle_incident", room, role=role.value)
    return incident


def hold_demo(deed: Deed, step: Step, *, vendor: Vendor, held_on: date, answers: str, recording: str = "") -> Demo:
    """Note what a vendor showed and answered."""
    room, role = _lock_room(step, actor=deed.actor)
    _in_sprint(room, vendor)
    require(bool(answers.strip()), "answer_missing", field="answers")
    made, _ = Demo.objects.update_or_create(
        **room.key,
        vendor=vendor,
        defaults={
            "municipality_id": room.challenge.municipality_id,
            "held_on": held_on,
            "answers": answers,
            "recording": recording,
        },
    )
    _record(deed, "hold_demo", room, role=role.value, subject=vendor.code)
    return made


def enter_parity(
    deed: Deed, step: Step, *, vendor: Vendor, kind: str, amount: Decimal, given_on: date, note: str = ""
) -> ParityEntry:
    """Enter what a vendor got from the city."""
    room, role = _lock_room(step, actor=deed.actor)
    _in_sprint(room, vendor)
    require(0 < amount < 10000, "amount_out_of_range", field="amount")
    made = ParityEntry.objects.create(
        municipality_id=room.challenge.municipality_id,
        **room.key,
        vendor=vendor,
        kind=kind,
        amount=amount,
        given_on=given_on,
        note=note,
        entered_by=deed.actor.someone,
    )
    _record(deed, "enter_parity", room, role=role.value, subject=f"{vendor.code}/{kind}")
    return made


def explain_parity(deed: Deed, step: Step, *, vendor: Vendor, kind: str, reason: str) -> ParityReason:
    """Put on record why a vendor got more or less than the middle one."""
    room, role = _lock_room(step, actor=deed.actor)
    require(bool(reason.strip()), "reason_missing", field="reason")
    made, _ = ParityReason.objects.update_or_create(
        **room.key,
        vendor=vendor,
        kind=kind,
        defaults={"municipality_id": room.challenge.municipality_id, "reason": reason, "given_at": deed.now},
    )
    _record(deed, "explain_parity", room, role=role.value, subject=f"{vendor.code}/{kind}")
    return made
