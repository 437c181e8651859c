"""Verbs on needs and on whole challenges: report, merge, decline, commission, cancel, re-issue, record history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mix.actions.case.locking import lock_challenge, role_for
from mix.actions.city.departments import require_open
from mix.actions.core.deeds import Deed
from mix.data.models import (
    Challenge,
    ChallengeCity,
    Department,
    Document,
    HistoryFact,
    MethodVersion,
    Municipality,
    Need,
    Person,
    Step,
)
from mix.data.models.core.wordings import columns_of
from mix.readers.case.challenges import gather_bar_steps, list_cities, method_for
from mix.readers.city.methods import method_of
from mix.readers.city.municipalities import get_own_municipality
from mix.readers.city.people import list_with_role
from mix.readers.city.trials import unmet_to_buy_together
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden
from mix.rules.case.bars import bar_of
from mix.rules.case.starting import startable
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import CityState, NeedState, Origin, Route, StepState
from mix.rules.core.unmet import refuse_if, require


def report_need(
    deed: Deed,
    department: Department,
    *,
    title: str,
    what: str,
    who: str,
    cost: str = "",
    tried: str = "",
    code: str = "",
) -> Need:
    """Report a problem to a department. Any member of the city's staff may."""
    municipality = get_own_municipality(department.municipality.code, actor=deed.actor, needs=Permission.NEED_REPORT)
    require_open(department)
    for value, field in ((title, "title"), (what, "what"), (who, "who")):
        require(bool(value.strip()), "answer_missing", field=field)
    need = Need(
        municipality=municipality,
        department=department,
        title=title,
        what=what,
        who=who,
        cost=cost,
        tried=tried,
        reported_by=deed.actor.someone,
        reported_at=deed.now,
    )
    if code:
        need.code = code
    need.save()
    _record_need(deed, "report_need", need)
    deed.tell(
        list_with_role([municipality.id], Role.PROJECT_LEAD),
        "need_reported",
        of=municipality,
        path=f"city/needs/{need.code}/",
        need=title,
    )
    return need


def _record_need(deed: Deed, verb: str, need: Need, *, reason: str = "") -> None:
    deed.record(f"challenges.{verb}", need, payload={"title": need.title}, reason=reason)


def _decide_on(need: Need, *, actor: Actor) -> Need:
    get_own_municipality(need.municipality.code, actor=actor, needs=Permission.NEED_DECIDE)
    locked = Need.objects.select_for_update(of=("self",)).select_related("municipality").get(pk=need.pk)
    require(locked.state == NeedState.OPEN, "need_decided")
    return locked


def decline_need(deed: Deed, need: Need, *, reason: str) -> Need:
    """Decline a need with a reason, which the reporter is told."""
    need = _decide_on(need, actor=deed.actor)
    require(bool(reason.strip()), "reason_missing", field="reason")
    need.state, need.reason = NeedState.DECLINED, reason
    need.save(update_fields=["state", "reason"])
    _record_need(deed, "decline_need", need, reason=reason)
    deed.tell(
        [need.reported_by],
        "need_declined",
        of=need.municipality,
        path=f"city/needs/{need.code}/",
        need=need.title,
        reason=reason,
    )
    return need


def merge_need(deed: Deed, need: Need, *, into: Need) -> Need:
    """Merge a need into another open one of the same city."""
    need = _decide_on(need, actor=deed.actor)
    require(
        into.pk != need.pk and into.municipality_id == need.municipality_id and into.state == NeedState.OPEN,
        "need_not_mergeable",
        field="into",
    )
    need.state, need.merged_into = NeedState.MERGED, into
    need.save(update_fields=["state", "merged_into"])
    _record_need(deed, "merge_need", need)
    deed.tell(
        [need.reported_by],
        "need_merged",
        of=need.municipality,
        path=f"city/needs/{into.code}/",
        need=need.title,
        into=into.title,
    )
    return need


@dataclass(frozen=True, slots=True)
class City:
    """A city that takes part, with its share of the value in percent."""

    municipality: Municipality
    share_percent: int


def commission(
    deed: Deed,
    municipality: Municipality,
    *,
    code: str,
    title: Wording,
    question: Wording,
    method: MethodVersion,
    route: Route,
    route_reason: str,
    need: Need | None = None,
    partners: Sequence[City] = (),
    is_fictional: bool = False,
) -> Challenge:
    """Begin a challenge on the present version of a method, with its cities. The lead's share is what is left."""
    get_own_municipality(municipality.code, actor=deed.actor, needs=Permission.DOCUMENT_EDIT)
    document = method_of(method)
    require(bool(route_reason.strip()), "answer_missing", field="route_reason")
    require(document.is_offered and route in document.routes, "route_not_in_method", field="route")
    own = method.municipality_id in (None, municipality.pk)
    require(own, "method_of_another_city", field="way")
    require(not Challenge.objects.filter(code=code).exists(), "code_taken", field="code")
    refuse_if(unmet_to_buy_together(municipality, [p.municipality for p in partners]))
    share = 100 - sum(p.share_percent for p in partners)
    require(share > 0 and all(p.share_percent >= 0 for p in partners), "shares_wrong", field="partners")
    challenge = Challenge.objects.create(
        municipality=municipality,
        code=code,
        **columns_of(title=title, question=question),
        method=method,
        route=route.value,
        route_reason=route_reason,
        origin=deed.actor.origin,
        is_trial=municipality.is_on_trial,
        is_fictional=is_fictional,
        commissioned_at=deed.now,
    )
    ChallengeCity.objects.create(challenge=challenge, municipality=municipality, is_lead=True, share_percent=share)
    for partner in partners:
        ChallengeCity.objects.create(
            challenge=challenge, municipality=partner.municipality, share_percent=partner.share_percent
        )
    _lay_out(challenge)
    start_ready_steps(challenge, now=deed.now)
    if need:
        need = _decide_on(need, actor=deed.actor)
        need.state, need.challenge = NeedState.COMMISSIONED, challenge
        need.save(update_fields=["state", "challenge"])
        deed.tell([need.reported_by], "need_commissioned", challenge=challenge, path=f"city/needs/{need.code}/")
    deed.record(
        "challenges.commission",
        challenge,
        role=role_for(deed.actor.roles_at(municipality.code), Permission.DOCUMENT_EDIT).value,
        payload={**_pinned(method), "route": route.value},
        reason=route_reason,
    )
    return challenge


def _lay_out(challenge: Challenge) -> None:
    """Give a challenge the steps of its route; those that only another route has go, where nobody began them."""
    specs = method_for(challenge).steps
    gone = challenge.steps.exclude(key__in=[spec.key for spec in specs])
    require(not gone.filter(begun_at__isnull=False).exists(), "route_step_begun", field="route")
    for step in gone:
        Document.objects.get(step=step).delete()
        step.delete()
    for position, spec in enumerate(specs, start=1):
        row, made = Step.objects.update_or_create(
            challenge=challenge,
            key=spec.key,
            defaults={
                "municipality_id": challenge.municipality_id,
                "kind": spec.kind,
                "position": position,
            },
        )
        if made:
            Document.objects.create(municipality_id=challenge.municipality_id, step=row)


def start_ready_steps(challenge: Challenge, *, now: datetime) -> list[Step]:
    """Make every step active whose needs are done. Called inside other verbs."""
    states = {s.key: StepState(s.state) for s in challenge.steps.all()}
    started = []
    for key in startable(method_for(challenge), states):
        step = challenge.steps.get(key=key)
        step.state, step.begun_at, step.started_at, step.asked_at = (
            StepState.ACTIVE.value,
            step.begun_at or now,
            now,
            None,
        )
        step.save(update_fields=["state", "begun_at", "started_at", "asked_at"])
        started.append(step)
    keep_bar(challenge)
    return started


def keep_bar(challenge: Challenge) -> None:
    """Keep with a challenge, which is locked, where it stands by now. Called by every verb that moves a step."""
    challenge.bar = bar_of(gather_bar_steps([challenge])[challenge.pk])
    challenge.save(update_fields=["bar"])


def freeze_route(challenge: Challenge, *, now: datetime) -> None:
    """Freeze the route at the first public notice. Called inside other verbs."""
    if challenge.route_frozen_at is None:
        challenge.route_frozen_at = now
        challenge.save(update_fields=["route_frozen_at"])


def change_route(deed: Deed, challenge: Challenge, *, route: Route, reason: str) -> Challenge:
    """Change the route, with a reason, until the first public notice."""
    challenge, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.DOCUMENT_EDIT)
    require(challenge.route_frozen_at is None, "route_frozen", field="route")
    require(route in method_for(challenge).routes, "route_not_in_method", field="route")
    require(bool(reason.strip()), "reason_missing", field="reason")
    challenge.route, challenge.route_reason = route.value, reason
    challenge.save(update_fields=["route", "route_reason"])
    _lay_out(challenge)
    start_ready_steps(challenge, now=deed.now)
    deed.record("challenges.change_route", challenge, role=role.value, payload={"route": route.value}, reason=reason)
    return challenge


def end(challenge: Challenge, *, status: ChallengeStatus, reason: str, now: datetime) -> None:
    """End a challenge. Called inside other verbs."""
    challenge.status, challenge.ended_at, challenge.ended_reason = status, now, reason
    challenge.save(update_fields=["status", "ended_at", "ended_reason"])


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a case from before; `text` "" means that it is not on the public record."""

    key: str
    text: str
    when: str = ""
    source: str = ""
    confidence: str = "-"


def record_history(
    deed: Deed,
    municipality: Municipality,
    *,
    code: str,
    title: str,
    question: str,
    method: MethodVersion,
    facts: Sequence[Fact],
    status: str,
    ended_at: datetime | None,
) -> Challenge:
    """Enter a real case from before as facts with sources. Nothing is invented about anybody."""
    if deed.actor.origin != Origin.HISTORY:
        raise Forbidden(Permission.CHALLENGE_READ)
    challenge = Challenge.objects.create(
        municipality=municipality,
        code=code,
        title=title,
        question=question,
        method=method,
        route=method_of(method).routes[0].value,
        route_reason="On the public record",
        origin=Origin.HISTORY,
        commissioned_at=deed.now,
        status=status,
        ended_at=ended_at,
    )
    ChallengeCity.objects.create(challenge=challenge, municipality=municipality, is_lead=True)
    for fact in facts:
        HistoryFact.objects.create(
            municipality=municipality,
            challenge=challenge,
            key=fact.key,
            text=fact.text,
            when=fact.when,
            source=fact.source,
            confidence=fact.confidence,
            is_on_record=bool(fact.text),
        )
    payload = {**_pinned(method), "facts": [f.key for f in facts]}
    deed.record("challenges.record_history", challenge, payload=payload)
    return challenge


def _pinned(method: MethodVersion) -> dict[str, str]:
    """Return what the log says of the method by which a case runs: its text says who decides, and how."""
    return {"method": f"{method.key}-{method.version}", "digest": method.digest}


def leave(challenge: Challenge, municipality: Municipality, *, reason: str) -> None:
    """Take a partner city out; the rest goes on. Called inside other verbs."""
    row = challenge.cities.get(municipality=municipality)
    row.state, row.left_reason = CityState.WITHDRAWN, reason
    row.save(update_fields=["state", "left_reason"])


def people_of(challenge: Challenge, role: Role) -> list[Person]:
    """List who has a duty in any city that takes part."""
    return list_with_role([c.id for c in list_cities(challenge)], role)
