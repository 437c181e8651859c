"""Verbs on pilots: register or declare, describe, ask, decide, extend once, stop, report, turn into a challenge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from mix.actions.case.challenges import City, commission
from mix.actions.city.departments import require_open
from mix.actions.core.deeds import Deed
from mix.actions.core.kept import require_as_logged
from mix.actions.core.outbox import tell
from mix.data.models import Challenge, Department, MethodVersion, Person, Pilot, PilotExtension, PilotWord
from mix.data.models.core.wordings import columns_of
from mix.readers.case.pilots import (
    dates_of,
    find_extension,
    get_pilot,
    may_edit,
    most_days,
    needed_words,
    open_words,
    record_mark,
    register,
    standing,
    today_at,
)
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import list_with_role
from mix.readers.core.errors import Forbidden
from mix.rules.case.pilot_records import UNSOLICITED, PilotRecord, PilotReport
from mix.rules.case.pilots import (
    PilotState,
    Word,
    reminder_for,
    unmet_extension,
    unmet_to_ask,
    value_of,
)
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import FieldSpec, Wording, missing_answers, read_answers
from mix.rules.core.kinds import Route
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require

_EDITABLE = (PilotState.DRAFT, PilotState.DECLARED)
_OVER = (PilotState.ENDED, PilotState.OVERDUE)


def _path(pilot: Pilot) -> str:
    return f"city/pilots/{pilot.code}/"


def _record(deed: Deed, verb: str, pilot: Pilot, *, reason: str = "", **payload: Any) -> None:  # noqa: ANN401 - JSON
    deed.record(f"pilots.{verb}", pilot, payload={"title": pilot.title, **payload}, reason=reason)


def _managers(pilot: Pilot) -> list[Person]:
    return list_with_role([pilot.municipality_id], Role.PROCUREMENT_MANAGER)


def _lock_pilot(deed: Deed, pilot: Pilot, *, keeps: bool, states: tuple[PilotState, ...]) -> Pilot:
    """Lock a pilot and return it as it is now. Raises Unknown, Forbidden, and Refused in another state than these."""
    Pilot.objects.select_for_update().get(pk=pilot.pk)
    fresh = get_pilot(pilot.code, actor=deed.actor)
    if keeps and not may_edit(fresh, deed.actor):
        raise Forbidden(Permission.PILOT_MANAGE)
    require(standing(fresh, now=deed.now).state in states, "pilot_moved_on")
    return fresh


def register_pilot(
    deed: Deed, department: Department, *, title: Wording, runs_already: bool = False, code: str = ""
) -> Pilot:
    """Begin a record before a pilot starts; or declare one that runs already, which is nobody's fault here."""
    city = get_own_municipality(department.municipality.code, actor=deed.actor, needs=Permission.PILOT_REGISTER)
    require_open(department)
    pilot = Pilot(
        municipality=city,
        department=department,
        **columns_of(title=title),
        owner=deed.actor.someone,
        record=PilotRecord({}).write(),
        registered_at=deed.now,
        is_trial=city.is_on_trial,
        declared_on=today_at(city, deed.now) if runs_already else None,
    )
    if code:
        pilot.code = code
    pilot.save()
    _record(deed, "register_pilot", pilot, runs_already=runs_already)
    if runs_already:
        deed.tell(_managers(pilot), "pilot_declared", path=_path(pilot), pilot=pilot.wording("title"))
    return pilot


def _read(specs: tuple[FieldSpec, ...], raw: Mapping[str, Any]) -> dict[str, Any]:
    good, bad = read_answers(specs, raw)
    refuse_if(Unmet(error.code, error.params, field=key) for key, error in bad.items())
    return good


def describe(deed: Deed, pilot: Pilot, *, answers: Mapping[str, Any], based_on: str = "") -> Pilot:
    """Keep what was written, complete or not. Procurement hears at once of an unsolicited proposal.

    `based_on` is the mark of the record that was edited; where somebody saved in between, nothing is overwritten.
    """
    fresh = _lock_pilot(deed, pilot, keeps=True, states=_EDITABLE)
    require(based_on in ("", record_mark(fresh)), "pilot_edited")
    before = fresh.written.facts.found_by
    made = PilotRecord(_read(register().fields, answers))
    fresh.record = made.write()
    fresh.save(update_fields=["record"])
    _record(deed, "describe", fresh, fields=sorted(k for k, v in made.answers.items() if v is not None))
    if made.facts.found_by == UNSOLICITED != before:
        deed.tell(
            _managers(fresh),
            "pilot_unsolicited",
            of=fresh.municipality,
            path=_path(fresh),
            pilot=fresh.wording("title"),
        )
    return fresh


def ask(deed: Deed, pilot: Pilot) -> Pilot:
    """Put a complete record before its deciders: by value in kind included, and by risk. Its terms are fixed."""
    fresh = _lock_pilot(deed, pilot, keeps=True, states=_EDITABLE)
    today = today_at(fresh.municipality, deed.now)
    written, facts = fresh.written, fresh.written.facts
    refuse_if(
        unmet_to_ask(
            written,
            register=register(),
            most_days=most_days(fresh.municipality, on=today),
            today=today,
            is_declared=fresh.declared_on is not None,
        )
    )
    fresh.asked_at, fresh.value_cents = deed.now, value_of(facts, register=register())
    fresh.risk, fresh.starts_on, fresh.ends_on = facts.risk or "", facts.starts_on, facts.ends_on
    needed, nobody = needed_words(fresh)
    refuse_if(nobody)
    fresh.save(update_fields=["asked_at", "value_cents", "risk", "starts_on", "ends_on"])
    _record(deed, "ask", fresh, value=fresh.value_cents, deciders=[r.value for r in needed])
    for role in needed:
        people = list_with_role([fresh.municipality_id], role)
        deed.tell(people, "pilot_asked", of=fresh.municipality, path=_path(fresh), pilot=fresh.wording("title"))
    return fresh


def take_back(deed: Deed, pilot: Pilot) -> Pilot:
    """Take a record back before it is decided, to change it. Words that were given must be given again."""
    fresh = _lock_pilot(deed, pilot, keeps=True, states=(PilotState.ASKED,))
    for word in fresh.words.all():
        word.delete()
    fresh.asked_at = fresh.value_cents = fresh.starts_on = fresh.ends_on = None
    fresh.risk = ""
    fresh.save(update_fields=["asked_at", "value_cents", "starts_on", "ends_on", "risk"])
    _record(deed, "take_back", fresh)
    return fresh


def say(deed: Deed, pilot: Pilot, *, role: Role, word: Word, reason: str = "") -> Pilot:
    """Give a decider's word. One refusal ends it; the last agreement lets it run. The owner decides nothing."""
    fresh = _lock_pilot(deed, pilot, keeps=False, states=(PilotState.ASKED,))
    if role not in deed.actor.roles_at(fresh.municipality.code) or role not in open_words(fresh):
        raise Forbidden(Permission.PILOT_MANAGE)
    require(fresh.owner_id != deed.actor.someone.pk, "pilot_owner_decides")
    require(not fresh.words.filter(person=deed.actor.someone).exists(), "pilot_spoken")
    require(word is Word.AGREE or bool(reason.strip()), "reason_missing", field="reason")
    PilotWord.objects.create(
        pilot=fresh,
        role=role.value,
        person=deed.actor.someone,
        word=word.value,
        reason=reason.strip(),
        said_at=deed.now,
    )
    if word is Word.REFUSE or not open_words(fresh):
        fresh.decision, fresh.decided_at = word.value, deed.now
        fresh.save(update_fields=["decision", "decided_at"])
        told = [fresh.owner, *_managers(fresh)]
        code = "pilot_refused" if word is Word.REFUSE else "pilot_approved"
        deed.tell(
            told, code, of=fresh.municipality, path=_path(fresh), pilot=fresh.wording("title"), reason=reason.strip()
        )
    _record(deed, "say", fresh, reason=reason.strip(), role=role.value, word=word.value)
    return fresh


def ask_extension(deed: Deed, pilot: Pilot, *, ends_on: date, reason: str) -> PilotExtension:
    """Ask for the one extension, before the last day is over."""
    fresh = _lock_pilot(deed, pilot, keeps=True, states=(PilotState.RUNNING,))
    require(find_extension(fresh) is None, "pilot_extended")
    require(bool(reason.strip()), "reason_missing", field="reason")
    present = fresh.ends_on
    if present is None:
        raise Refused(Unmet("pilot_moved_on"))
    refuse_if(unmet_extension(present, ends_on, today_at(fresh.municipality, deed.now), register=register()))
    made = PilotExtension.objects.create(
        pilot=fresh, ends_on=ends_on, reason=reason.strip(), asked_by=deed.actor.someone, asked_at=deed.now
    )
    _record(deed, "ask_extension", fresh, reason=made.reason, to=ends_on.isoformat())
    role = needed_words(fresh)[0][:1]
    people = [person for one in role for person in list_with_role([fresh.municipality_id], one)]
    deed.tell(people, "pilot_extension_asked", of=fresh.municipality, path=_path(fresh), pilot=fresh.wording("title"))
    return made


def agree_extension(deed: Deed, pilot: Pilot) -> PilotExtension:
    """Agree to the extension, as whoever decides on the pilot's value; not who asked for it."""
    fresh = _lock_pilot(deed, pilot, keeps=False, states=(PilotState.RUNNING,))
    extension = find_extension(fresh)
    if extension is None or needed_words(fresh)[0][0] not in deed.actor.roles_at(fresh.municipality.code):
        raise Forbidden(Permission.PILOT_MANAGE)
    require(extension.agreed_at is None, "pilot_extended")
    require(deed.actor.someone.pk not in (extension.asked_by_id, fresh.owner_id), "second_person")
    require_as_logged(extension)
    extension.agreed_by, extension.agreed_at = deed.actor.someone, deed.now
    extension.save(update_fields=["agreed_by", "agreed_at"])
    fresh.reminded = ""
    fresh.save(update_fields=["reminded"])
    _record(deed, "agree_extension", fresh, to=extension.ends_on.isoformat())
    return extension


def stop(deed: Deed, pilot: Pilot, *, reason: str) -> Pilot:
    """End a pilot before its time; today is its last day."""
    states = (PilotState.APPROVED, PilotState.RUNNING)
    fresh = _lock_pilot(deed, pilot, keeps=True, states=states)
    require(bool(reason.strip()), "reason_missing", field="reason")
    fresh.stopped_on, fresh.stopped_reason = today_at(fresh.municipality, deed.now), reason.strip()
    fresh.save(update_fields=["stopped_on", "stopped_reason"])
    _record(deed, "stop", fresh, reason=fresh.stopped_reason)
    deed.tell(
        [fresh.owner, *_managers(fresh)],
        "pilot_ended",
        of=fresh.municipality,
        path=_path(fresh),
        pilot=fresh.wording("title"),
    )
    return fresh


def close(deed: Deed, pilot: Pilot, *, answers: Mapping[str, Any]) -> Pilot:
    """Report what was seen and decided. The report is public."""
    fresh = _lock_pilot(deed, pilot, keeps=True, states=_OVER)
    report = _read(register().close_out, answers)
    refuse_if(missing_answers(register().close_out, report))
    fresh.close_out, fresh.closed_at = PilotReport(report).write(), deed.now
    fresh.save(update_fields=["close_out", "closed_at"])
    _record(deed, "close", fresh, result=report["result"], decision=report["decision"])
    deed.tell(_managers(fresh), "pilot_closed", of=fresh.municipality, path=_path(fresh), pilot=fresh.wording("title"))
    return fresh


def convert(
    deed: Deed,
    pilot: Pilot,
    *,
    code: str,
    title: Wording,
    question: Wording,
    method: MethodVersion,
    route: Route,
    route_reason: str,
    partners: Sequence[City] = (),
    is_fictional: bool = False,
) -> Challenge:
    """Begin a challenge that keeps the pilot's record; once, and only when its report is public for every vendor."""
    fresh = _lock_pilot(deed, pilot, keeps=False, states=(PilotState.CLOSED,))
    require(fresh.challenge_id is None, "pilot_converted")
    fresh.challenge = commission(
        deed,
        fresh.municipality,
        code=code,
        title=title,
        question=question,
        method=method,
        route=route,
        route_reason=route_reason,
        partners=partners,
        is_fictional=is_fictional,
    )
    fresh.save(update_fields=["challenge"])
    _record(deed, "convert", fresh, challenge=code)
    return fresh.challenge


def remind(*, now: datetime) -> int:
    """Remind owners and procurement of what ends, has ended, or is late, once each; called by the worker."""
    told = 0
    rows = Pilot.objects.filter(closed_at=None).exclude(decision=Word.REFUSE.value)
    for pilot in rows.select_related("municipality", "owner", "extension"):
        code = reminder_for(dates_of(pilot), today_at(pilot.municipality, now), register=register())
        if code and code != pilot.reminded:
            tell(
                [pilot.owner, *_managers(pilot)],
                f"pilot_{code}",
                now=now,
                of=pilot.municipality,
                path=_path(pilot),
                pilot=pilot.wording("title"),
            )
            pilot.reminded = code
            pilot.save(update_fields=["reminded"])
            told += 1
    return told
