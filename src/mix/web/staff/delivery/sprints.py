"""The sprint room, on the step pages of the sprint: readiness, data, check-ins, evidence, incidents, demos, parity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest

from mix.data.models import CheckIn, DataGrant, Deliverable, Demo, Evidence, Incident, SignOff, Step, Vendor
from mix.readers.case.challenges import spec_of
from mix.readers.case.documents import fact_date, gather_facts
from mix.readers.delivery.acceptance import Flowing, find_data_sets
from mix.readers.delivery.agreements import list_sprint_deliverables
from mix.readers.delivery.sprints import (
    Parity,
    Room,
    gather_data_sets,
    gather_plans,
    gather_sign_offs,
    get_room,
    is_live,
    latest_evidence,
    list_check_ins,
    list_demos,
    list_grants,
    list_hypotheses,
    list_incidents,
    list_sprint_vendors,
    parity,
    week_of_sprint,
)
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.methods import Fact
from mix.rules.core.access import Role
from mix.rules.core.kinds import SprintSection, StepState
from mix.rules.delivery.states import Area
from mix.web.drawing.requests import today_of
from mix.web.forms.acts import Acts, Listed, granted
from mix.web.staff.delivery.sprints_acts import (
    EnterParity,
    ExplainParity,
    GiveSignOff,
    GoWithout,
    Grantable,
    GrantData,
    HoldDemo,
    InSprint,
    JudgeDeliverable,
    MayStart,
    RecordEvidence,
    ReportIncident,
    SaveCheckIn,
    SettleIncident,
)

# What a vendor planned for a hypothesis, and what came of it.
Cell = tuple[Vendor, dict[str, Any] | None, Evidence | None]


@dataclass(frozen=True)
class SprintContext:
    """What a step of the sprint draws; `rows` are the hypotheses, each with a cell for every vendor.

    `named` are the data sets that its framework names.

    What comes after the grants stands on the page of the sprint that runs, not on that which sets it up.
    """

    today: date
    is_set_up: bool
    vendors: list[Vendor]
    areas: list[tuple[Area, SignOff | None]]
    grants: list[tuple[DataGrant, bool]]
    named: Flowing | None
    rows: Sequence[tuple[dict[str, Any], list[Cell]]] = ()
    check_ins: Sequence[CheckIn] = ()
    incidents: Sequence[Incident] = ()
    demos: Sequence[Demo] = ()
    parity: Sequence[Parity] = ()
    deliverables: Sequence[Deliverable] = ()


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, SprintContext]:
    """Sign off and grant before the sprint; check in, record and explain while it runs."""
    challenge, room, today = step.challenge, get_room(step), today_of(request)
    vendors, hypotheses = list_sprint_vendors(room), list_hypotheses(challenge)
    is_set_up = spec_of(step).sprint is SprintSection.SET_UP
    signed = gather_sign_offs(room) if is_set_up else {}
    acts: dict[str, Listed[Any]] = {}
    if step.state == StepState.ACTIVE and challenge.status == ChallengeStatus.RUNNING and vendors:
        keys = tuple(str(h["key"]) for h in hypotheses)
        about = InSprint(step, tuple(vendors), keys, today, week_of_sprint(gather_facts(challenge), on=today))
        if is_set_up:
            mine = tuple(a for a in Area if a not in signed and _signs_for(a) in roles)
            acts = {"sign_off": Listed(GiveSignOff, MayStart(step, mine))} if mine else {}
            acts["grant"] = Listed(GrantData, _grantable(about, room))
        else:
            acts |= {name: Listed(form, about) for name, form in _RUNNING.items()}
    begun = SprintContext(
        today=today,
        is_set_up=is_set_up,
        vendors=vendors,
        areas=[(area, signed.get(area)) for area in Area],
        grants=[(g, is_live(g, today=today)) for g in list_grants(room)],
        named=find_data_sets(step) if is_set_up else None,
    )
    return granted(roles, acts), begun if is_set_up else _running(begun, room, hypotheses)


def _running(begun: SprintContext, room: Room, hypotheses: Sequence[dict[str, Any]]) -> SprintContext:
    """Add what the sprint brought so far."""
    evidence, plans = latest_evidence(room), gather_plans(room.challenge)
    return replace(
        begun,
        rows=[
            (h, [(v, plans.get((v.id, str(h["key"]))), evidence.get((v.id, str(h["key"])))) for v in begun.vendors])
            for h in hypotheses
        ],
        check_ins=list_check_ins(room),
        incidents=list_incidents(room),
        demos=list_demos(room),
        parity=parity(room),
        deliverables=list_sprint_deliverables(room.challenge, tuple(begun.vendors)),
    )


def _grantable(about: InSprint, room: Room) -> Grantable:
    facts = gather_facts(room.challenge)
    return Grantable(
        about.step,
        about.vendors,
        data_sets=gather_data_sets(room),
        has=frozenset((g.vendor_id, g.data_set) for g in list_grants(room)),
        days=(fact_date(facts, Fact.SPRINT_STARTS), fact_date(facts, Fact.SPRINT_ENDS)),
    )


def _signs_for(area: Area) -> Role:
    return Role.SPONSOR if area == Area.DEPARTMENT else Role.SPECIALIST


_RUNNING = {
    "check_in": SaveCheckIn,
    "evidence": RecordEvidence,
    "incident": ReportIncident,
    "settle": SettleIncident,
    "demo": HoldDemo,
    "parity": EnterParity,
    "explain": ExplainParity,
    "judge": JudgeDeliverable,
    "go_without": GoWithout,
}
