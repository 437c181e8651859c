"""Questions about the sprint room: one table from framework to plan to result, parity, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import DecimalField, Model, QuerySet, Value

from mix.data.asked import asked
from mix.data.models import (
    Challenge,
    CheckIn,
    DataGrant,
    Demo,
    Evidence,
    Incident,
    OpenedEnvelope,
    ParityEntry,
    ParityReason,
    Participation,
    Result,
    SignOff,
    Step,
    Vendor,
)
from mix.readers.case.challenges import get_step, list_steps, method_for, spec_of
from mix.readers.case.documents import fact_date, gather_facts
from mix.readers.core.errors import Unknown
from mix.readers.core.once import KNOWN, once
from mix.readers.core.rows import get_row
from mix.readers.delivery.acceptance import find_data_sets
from mix.readers.delivery.agreements import list_sprint_deliverables
from mix.readers.delivery.conversations import gather_agreed_content
from mix.readers.market.participations import has_reached, list_chosen
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.calendar import day_in
from mix.rules.city.methods import Fact
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import Envelope, SprintSection, Standing, StepState
from mix.rules.core.unmet import Unmet
from mix.rules.delivery.parity import outside_tolerance
from mix.rules.delivery.states import Area, ParityKind
from mix.rules.market.states import SubmissionState

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Room:
    """One sprint room of a challenge, in its present round; `step` opens it."""

    step: Step

    @property
    def known_to_page(self) -> dict[Any, Any] | None:
        """What a page knows already that reads the step of the room (`readers.core.once`)."""
        return getattr(self.step, KNOWN, None)

    @property
    def challenge(self) -> Challenge:
        """The challenge to which the room belongs."""
        return self.step.challenge

    @property
    def key(self) -> dict[str, Any]:
        """What every row of this room has in common, to look for rows and to make them."""
        return dict(zip(("challenge", "room", "round"), self.place, strict=True))

    @property
    def place(self) -> tuple[Challenge, str, int]:
        """The same, to ask for."""
        return self.step.challenge, self.step.key, self.step.round

    @property
    def title(self) -> Bilingual:
        """The name of the sprint that is run in this room."""
        method = method_for(self.step.challenge)
        runs = (s for s in method.steps if s.sprint is SprintSection.RUN and method.room_of(s.key) == self.step.key)
        return next(runs, method.step(self.step.key)).title


def room_of(step: Step) -> Room | None:
    """Return the sprint room in which a step works or on which it rests, if there is one."""
    key = method_for(step.challenge).room_of(step.key)
    if key is None:
        return None
    return Room(step if key == step.key else get_step(step.challenge, key))


def get_room(step: Step) -> Room:
    """Return the sprint room of a step. Raises Unknown."""
    room = room_of(step)
    if room is None:
        raise Unknown
    return room


def list_room_steps(room: Room) -> list[Step]:
    """List the steps that work in a sprint room, in reading order."""
    method = method_for(room.challenge)
    keys = [step.key for step in method.steps if step.sprint and method.room_of(step.key) == room.step.key]
    return list(
        room.challenge.steps.filter(key__in=keys)
        .select_related("challenge__method")
        .defer("challenge__method__document")
        .order_by("position")
    )


def list_rooms(challenge: Challenge) -> list[Room]:
    """List the sprint rooms that have begun, in reading order."""
    method = method_for(challenge)
    keys = {method.room_of(step.key) for step in method.steps if step.sprint}
    return [Room(step) for step in list_steps(challenge) if step.key in keys and step.begun_at]


def list_open_rooms(
    challenges: Iterable[Challenge], taking_part: Mapping[tuple[int, int], Participation]
) -> list[Room]:
    """List the rooms that have begun in running challenges and are for one of the vendors that take part. One query.

    The steps of the challenges are fetched already.
    """
    running = [c for c in challenges if c.status == ChallengeStatus.RUNNING]
    chosen = set(_chosen(tuple(running), tuple({vendor for _, vendor in taking_part})))
    rooms = []
    for challenge in running:
        method, steps = method_for(challenge), {s.key: s for s in challenge.steps.all()}
        keys = dict.fromkeys(method.room_of(s.key) for s in method.steps if s.sprint)
        mine = [row for (pk, _), row in taking_part.items() if pk == challenge.pk and row.disqualified_at is None]
        for key in keys:
            if key is None or steps[key].begun_at is None:
                continue
            made = [steps[s.key] for s in method.chosen_by(key) if steps[s.key].state == StepState.DONE]
            if any(
                has_reached(row, Standing.ADMITTED)
                if not made
                else any((s.pk, s.round, row.vendor_id) in chosen for s in made)
                for row in mine
            ):
                steps[key].challenge = challenge
                rooms.append(Room(steps[key]))
    return rooms


@asked
def _chosen(challenges: tuple[Challenge, ...], vendors: tuple[int, ...]) -> QuerySet[Result, tuple[int, int, int]]:
    made = Result.objects.in_force().filter(is_selected=True, ranking__evaluation__step__challenge__in=challenges)
    columns = ("ranking__evaluation__step_id", "ranking__evaluation__round", "submission__vendor_id")
    return made.filter(submission__vendor_id__in=vendors).values_list(*columns)


def _in_rooms(kind: type[M], *order: str, along: tuple[str, ...] = ()) -> Callable[[Challenge, str, int], list[M]]:
    """Return the question for the rows of one kind in a room, in an order and with what is fetched along."""

    def rows(challenge: Challenge, room: str, round_: int) -> QuerySet[M]:
        found = kind._default_manager.filter(challenge=challenge, room=room, round=round_)  # noqa: SLF001 - Django's public name of it
        return found.select_related(*along).order_by(*order)

    return asked(rows)


_evidence = _in_rooms(Evidence, "recorded_at", "id")
_check_ins = _in_rooms(CheckIn, "-week", "vendor__name", "side", along=("vendor", "person"))
_grants = _in_rooms(DataGrant, "vendor__name", "data_set", along=("vendor",))
_sign_offs = _in_rooms(SignOff, along=("person",))
_incidents = _in_rooms(Incident, "-reported_at", along=("vendor",))
_demos = _in_rooms(Demo, "vendor__name", along=("vendor",))


def list_sprint_vendors(room: Room) -> list[Vendor]:
    """List the vendors in the sprint, by name."""
    return list_chosen(room.step)


def week_of_sprint(facts: dict[Fact, Any], *, on: date) -> int | None:
    """Return which week of the sprint a day lies in, from 1; None outside of it, or where nobody said when it is."""
    starts, ends = fact_date(facts, Fact.SPRINT_STARTS), fact_date(facts, Fact.SPRINT_ENDS)
    return (on - starts).days // 7 + 1 if starts and ends and starts <= on <= ends else None


def list_hypotheses(challenge: Challenge) -> list[dict[str, Any]]:
    """List the hypotheses of the common framework, in its order."""
    return list(gather_facts(challenge).get(Fact.HYPOTHESES, []))


@once
def latest_evidence(room: Room) -> dict[tuple[int, str], Evidence]:
    """Return the latest evidence by vendor and hypothesis."""
    return {(e.vendor_id, e.hypothesis): e for e in _evidence(*room.place)}


def gather_own_evidence(room: Room, vendor: Vendor) -> dict[str, Evidence]:
    """Return one vendor's latest evidence by hypothesis."""
    return {e.hypothesis: e for e in _own_evidence(vendor, *room.place)}


@asked
def _own_evidence(vendor: Vendor, challenge: Challenge, room: str, round_: int) -> QuerySet[Evidence]:
    rows = Evidence.objects.filter(challenge=challenge, room=room, round=round_, vendor=vendor)
    return rows.order_by("recorded_at", "id")


def gather_plans(challenge: Challenge) -> dict[tuple[int, str], dict[str, Any]]:
    """Return what each vendor planned for each hypothesis, from opened plans and from those that were agreed on."""
    plans: dict[tuple[int, str], dict[str, Any]] = {}
    for vendor, answers in (*_opened_answers(challenge), *gather_agreed_content(challenge)):
        for row in answers.get("plans") or []:
            plans[(vendor, str(row.get("key")))] = row
    return plans


@asked
def _opened_answers(challenge: Challenge) -> QuerySet[OpenedEnvelope, tuple[int, dict[str, Any]]]:
    opened = OpenedEnvelope.objects.filter(
        submission__solicitation__step__challenge=challenge,
        submission__solicitation__technical_opened_at__isnull=False,
        submission__state=SubmissionState.FINALISED,
        envelope=Envelope.TECHNICAL.value,
    )
    return opened.order_by("submission_id").values_list("submission__vendor_id", "answers")


@dataclass(frozen=True, slots=True)
class ParityLine:
    """What one vendor got of one kind, and whether a reason is due."""

    vendor: Vendor
    total: Decimal
    share: int
    is_far: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Parity:
    """One kind of help, for every vendor."""

    kind: str
    lines: list[ParityLine] = field(default_factory=list)


@once
def parity(room: Room) -> list[Parity]:
    """Add up the ledger by kind and vendor; more than 10 % from the middle vendor is far."""
    vendors = list_sprint_vendors(room)
    totals: dict[tuple[str, int], Decimal] = {}
    reasons: dict[tuple[str, int], str] = {}
    for kind, vendor, amount, reason in _ledger(*room.place):
        totals[kind, vendor] = totals.get((kind, vendor), Decimal(0)) + amount
        reasons[kind, vendor] = reason or reasons.get((kind, vendor), "")
    for grant in list_grants(room):
        totals["data", grant.vendor_id] = totals.get(("data", grant.vendor_id), Decimal(0)) + 1
    tables = []
    for kind in (*ParityKind, "data"):
        amounts = {v.id: totals.get((kind, v.id), Decimal(0)) for v in vendors}
        far = outside_tolerance(amounts)
        most = max(amounts.values(), default=Decimal(0))
        tables.append(
            Parity(
                kind,
                [
                    ParityLine(
                        v,
                        amounts[v.id],
                        int(amounts[v.id] * 100 / most) if most else 0,
                        v.id in far,
                        reasons.get((kind, v.id), ""),
                    )
                    for v in vendors
                ],
            )
        )
    return tables


@asked
def _ledger(challenge: Challenge, room: str, round_: int) -> QuerySet[Any, tuple[str, int, Decimal, str]]:
    """Return what was given to vendors of each kind, and why they differ: kind, vendor, amount, reason. One query."""
    place = {"challenge": challenge, "room": room, "round": round_}
    given = ParityEntry.objects.filter(**place).values_list("kind", "vendor_id", "amount", Value(""))
    nothing = Value(Decimal(0), DecimalField(max_digits=8, decimal_places=2))
    why = ParityReason.objects.filter(**place).values_list("kind", "vendor_id", nothing, "reason")
    return given.union(why, all=True)


@once
def list_check_ins(room: Room) -> list[CheckIn]:
    """List the weekly check-ins, latest week first."""
    return _check_ins(*room.place)


def list_own_check_ins(room: Room, vendor: Vendor) -> list[CheckIn]:
    """List the weekly check-ins of one vendor and of the city with it, latest week first."""
    return _own_check_ins(vendor, *room.place)


@asked
def _own_check_ins(vendor: Vendor, challenge: Challenge, room: str, round_: int) -> QuerySet[CheckIn]:
    rows = CheckIn.objects.filter(challenge=challenge, room=room, round=round_, vendor=vendor)
    return rows.order_by("-week", "side")


@once
def list_grants(room: Room) -> list[DataGrant]:
    """List the data grants, by vendor and data set."""
    return _grants(*room.place)


@asked
def list_own_grants(challenge: Challenge, vendor: Vendor) -> QuerySet[DataGrant]:
    """List what data one vendor was given in any sprint of a challenge, by data set."""
    return challenge.datagrants.filter(vendor=vendor).order_by("data_set")


def gather_data_sets(room: Room) -> dict[str, str]:
    """Return the data sets that the framework of a sprint names for its vendors, each with its legal basis if said."""
    found = find_data_sets(room.step)
    return {str(r["name"]): str(r.get("legal_basis") or "") for r in found.rows if r.get("name")} if found else {}


def get_grant(challenge: Challenge, vendor: Vendor, item: str) -> DataGrant:
    """Return one data grant that a vendor has in any sprint of a challenge. Raises Unknown."""
    return get_row(challenge.datagrants.filter(vendor=vendor).select_related("vendor"), item)


@once
def gather_sign_offs(room: Room) -> dict[str, SignOff]:
    """Return the words that the sprint may start, by area."""
    return {s.area: s for s in _sign_offs(*room.place)}


@once
def list_incidents(room: Room) -> list[Incident]:
    """List the incidents, latest first."""
    return _incidents(*room.place)


def list_own_incidents(room: Room, vendor: Vendor) -> list[Incident]:
    """List the incidents with one vendor, latest first."""
    return _own_incidents(vendor, *room.place)


@asked
def _own_incidents(vendor: Vendor, challenge: Challenge, room: str, round_: int) -> QuerySet[Incident]:
    rows = Incident.objects.filter(challenge=challenge, room=room, round=round_, vendor=vendor)
    return rows.order_by("-reported_at")


def get_incident(room: Room, item: str) -> Incident:
    """Return one incident. Raises Unknown."""
    return get_row(Incident.objects.filter(**room.key).select_related("challenge"), item)


@once
def list_demos(room: Room) -> list[Demo]:
    """List the demos, by vendor."""
    return _demos(*room.place)


def is_live(grant: DataGrant, *, today: date) -> bool:
    """Say whether a grant still gives access: not returned, and before its last day has passed."""
    return grant.returned_on is None and grant.granted_on <= today <= grant.expires_on


def unmet_to_start(step: Step) -> tuple[Unmet, ...]:
    """List what keeps the sprint from starting: sign-offs by area, and the same data sets for each vendor."""
    room = get_room(step)
    signed = gather_sign_offs(room)
    found = [Unmet("sign_off_missing", {"area": area}, place="sign-offs") for area in Area if area not in signed]
    vendors = list_sprint_vendors(room)
    grants: dict[int, set[str]] = {v.id: set() for v in vendors}
    for grant in list_grants(room):
        grants.setdefault(grant.vendor_id, set()).add(grant.data_set)
    every = set().union(*grants.values()) if grants else set()
    found.extend(
        Unmet("data_grant_unequal", {"vendor": v.name, "data": ", ".join(sorted(every - grants[v.id]))}, place="grants")
        for v in vendors
        if every - grants[v.id]
    )
    return tuple(found)


def _unmet_deliverables(room: Room, vendors: Sequence[Vendor], *, today: date) -> list[Unmet]:
    """List what was due by today and neither came nor was refused with a reason, and what came and waits."""
    found = []
    for due in list_sprint_deliverables(room.challenge, tuple(vendors)):
        said = {"vendor": due.agreement.vendor.name, "title": due.title}
        if due.delivered_at is not None and due.accepted_at is None:
            found.append(Unmet("deliverable_unjudged", said, place="demos"))
        elif due.delivered_at is None and due.due_on <= today and not due.refused_reason:
            found.append(Unmet("deliverable_missing", said, place="demos"))
    return found


def unmet_to_close(step: Step, *, today: date) -> tuple[Unmet, ...]:
    """List what keeps the sprint from closing.

    That is evidence, both sides' check-ins, demos, deliverables, incidents, parity reasons.
    """
    room, challenge = get_room(step), step.challenge
    vendors = list_sprint_vendors(room)
    evidence = latest_evidence(room)
    found: list[Unmet] = []
    sides = {(c.vendor_id, c.side) for c in list_check_ins(room)}
    shown = {d.vendor_id for d in list_demos(room)}
    hypotheses = list_hypotheses(challenge)
    for vendor in vendors:
        name = {"vendor": vendor.name}
        missing = [h["key"] for h in hypotheses if (vendor.id, h["key"]) not in evidence]
        if missing:
            found.append(Unmet("evidence_missing", {**name, "which": ", ".join(missing)}, place="results"))
        found.extend(
            Unmet(f"check_in_missing_{side}", name, place="check-ins")
            for side in ("city", "vendor")
            if (vendor.id, side) not in sides
        )
        if vendor.id not in shown:
            found.append(Unmet("demo_missing", name, place="demos"))
    found.extend(_unmet_deliverables(room, vendors, today=today))
    unsettled = sum(incident.settled_at is None for incident in list_incidents(room))
    if unsettled:
        found.append(Unmet("incidents_unsettled", {"count": str(unsettled)}, place="incidents"))
    found.extend(
        Unmet("parity_reason_missing", {"vendor": line.vendor.name, "kind": table.kind}, place="parity")
        for table in parity(room)
        if table.kind != "data"
        for line in table.lines
        if line.is_far and not line.reason
    )
    return tuple(found)


def unmet_in(step: Step, now: datetime) -> tuple[Unmet, ...]:
    """List what a step of the sprint lacks: to start it, or to close it on its last day."""
    if spec_of(step).sprint is SprintSection.SET_UP:
        return unmet_to_start(step)
    ends = fact_date(gather_facts(step.challenge), Fact.SPRINT_ENDS)
    today = day_in(step.challenge.municipality.zone, now)
    early = (Unmet("sprint_still_runs", {"until": ends.isoformat()}, place="results"),) if ends and today < ends else ()
    return (*early, *unmet_to_close(step, today=today))
