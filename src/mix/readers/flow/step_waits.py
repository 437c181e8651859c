"""What waits at the steps at hand: a word at a gate, an owner's work, mandatory items, sign-offs, a check-in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef

from mix.data.models import CheckIn, Evaluation, ItemCheck, Participation, SignOff, Solicitation, Submission
from mix.readers.core.actors import Actor
from mix.readers.flow.moves import AtHand, list_at_hand, list_open_duties, list_reviews
from mix.readers.flow.wait_questions import Owed
from mix.rules.core.access import TABLE, Permission, Role
from mix.rules.core.kinds import EvaluationPhase, SprintSection, StepKind
from mix.rules.delivery.states import Area, Side
from mix.rules.flow.waits import Doing, Wait
from mix.rules.market.call_forms import fitted
from mix.rules.market.states import SubmissionState

WEEK = timedelta(days=7)
SIGNING_OFF = {
    Area.IT_SECURITY: (Doing.SIGN_OFF_SECURITY, Role.SPECIALIST),
    Area.PRIVACY: (Doing.SIGN_OFF_PRIVACY, Role.SPECIALIST),
    Area.ACCESSIBILITY: (Doing.SIGN_OFF_ACCESS, Role.SPECIALIST),
    Area.DEPARTMENT: (Doing.SIGN_OFF_DEPARTMENT, Role.SPONSOR),
}


def list_step_waits(actor: Actor, *, now: datetime) -> list[Owed]:
    """List what waits at the steps at hand in the actor's cities, for whomever. Queries do not grow."""
    steps = list_at_hand(actor, called=False)
    asked = [s for s in steps if s.asked_at]
    led = [s for s in steps if not s.asked_at and s.city in actor.duties]
    return [
        *(_owed(step, Doing.SIGN_GATE, duty.role, city=duty.municipality) for step, duty in list_open_duties(asked)),
        *(Owed(_wait(step, Doing.REVIEW_PACK, person=actor.someone.pk)) for step in list_reviews(steps, actor)),
        *_work(led),
        *_items(led),
        *_sign_offs(led),
        *_check_ins(led, now=now),
    ]


def _owed(step: AtHand, doing: Doing, *roles: Role, city: str = "", since: datetime | None = None) -> Owed:
    return Owed(_wait(step, doing, *roles, city=city, since=since))


def _wait(
    step: AtHand,
    doing: Doing,
    *roles: Role,
    city: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    person: int | None = None,
) -> Wait:
    return Wait(
        doing,
        since or step.asked_at or step.started_at,
        until,
        challenge=step.challenge,
        step=step.key,
        city=city or step.city,
        roles=frozenset(str(role) for role in roles),
        person=person,
        lead=step.city,
    )


def _work(steps: Sequence[AtHand]) -> Iterator[Owed]:
    """Give each owner's work; not where a panel scores: that is others' then."""
    phases = _phases([s for s in steps if s.spec.kind == StepKind.EVALUATION])
    for step in steps:
        doing = Doing.WORK
        if step.pk in phases:
            if phases[step.pk] == EvaluationPhase.SCORING:
                continue
            doing = Doing.WORK if phases[step.pk] in (EvaluationPhase.PANEL, EvaluationPhase.FINAL) else Doing.FINISH
        yield _owed(step, doing, step.spec.owner)


def _items(steps: Sequence[AtHand]) -> Iterator[Owed]:
    """Give each duty the mandatory items that it has not checked, of calls that were opened. Three queries at most."""
    calls, asked = _opened_calls([s for s in steps if s.spec.kind == StepKind.SOLICITATION]), {}
    for step in steps:
        call = calls.get(step.pk)
        if call and step.spec.solicitation:
            answers = fitted(step.spec.solicitation, call.fitted).answers
            asked[call.pk] = (step, call, [f for f in answers if f.checked_by])
    asked = {pk: found for pk, found in asked.items() if found[2]}
    if not asked:
        return
    out = Participation.objects.filter(
        challenge=OuterRef("solicitation__step__challenge"), vendor=OuterRef("vendor"), disqualified_at__isnull=False
    )
    rows = Submission.objects.filter(solicitation__in=list(asked), state=SubmissionState.FINALISED)
    submissions = list(rows.exclude(Exists(out)).values_list("pk", "solicitation_id"))
    checks = ItemCheck.objects.filter(submission__in=[pk for pk, _ in submissions])
    checked = set(checks.values_list("submission_id", "item"))
    for pk, (step, call, items) in asked.items():
        of_call = [s for s, its in submissions if its == pk]
        for role in sorted({f.checked_by for f in items if f.checked_by}):
            owed = sum((s, f.key) not in checked for s in of_call for f in items if f.checked_by is role)
            if owed:
                wait = _wait(step, Doing.CHECK_ITEMS, role, since=call.technical_opened_at)
                yield Owed(replace(wait, count=owed))


def _opened_calls(steps: Sequence[AtHand]) -> dict[int, Solicitation]:
    rows = Solicitation.objects.filter(step__in=[s.pk for s in steps], technical_opened_at__isnull=False)
    return {row.step_id: row for row in rows.order_by("round").only("step_id", "technical_opened_at", "form")}


def _phases(steps: Sequence[AtHand]) -> dict[int, str]:
    rows = Evaluation.objects.filter(step__in=[s.pk for s in steps]).order_by("round")
    return dict(rows.values_list("step_id", "phase")) if steps else {}


def _sign_offs(steps: Sequence[AtHand]) -> Iterator[Owed]:
    rooms = [s for s in steps if s.spec.sprint is SprintSection.SET_UP]
    rows = SignOff.objects.filter(challenge__in=[s.challenge for s in rooms]) if rooms else SignOff.objects.none()
    given = set(rows.values_list("challenge_id", "room", "round", "area")) if rooms else set()
    for step in rooms:
        for area, (doing, role) in SIGNING_OFF.items():
            if (step.challenge, step.key, step.round, area.value) not in given:
                yield _owed(step, doing, role)


def _check_ins(steps: Sequence[AtHand], *, now: datetime) -> Iterator[Owed]:
    """Give each sprint of which the city has written nothing for a week."""
    runs = [s for s in steps if s.spec.sprint is SprintSection.RUN]
    if not runs:
        return
    rows = CheckIn.objects.filter(challenge__in=[s.challenge for s in runs], side=Side.CITY.value)
    latest = {(pk, room): at for pk, room, at in rows.values_list("challenge_id", "room").annotate(Max("at"))}
    for step in runs:
        due = (latest.get((step.challenge, step.room)) or step.started_at) + WEEK
        if due <= now:
            yield Owed(_wait(step, Doing.CHECK_IN, *TABLE[Permission.SPRINT_RUN], since=due))
