"""Verbs of a panel: seats, the chair, and the moment at which it may begin."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from mix.actions.case.locking import keep_open, lock_challenge, lock_step
from mix.actions.city.people import lock_person
from mix.actions.core.deeds import Deed
from mix.data.asked import asked
from mix.data.models import Evaluation, Label, PanelMember, Person, Step, Submission
from mix.readers.case.challenges import list_cities, spec_of
from mix.readers.choice.evaluations import contenders, find_evaluation, get_seat, labels_of, panel_of
from mix.readers.choice.outsiders import SEATING, is_chair, list_unanswered, unmet_to_chair
from mix.readers.choice.scoring import scoring_of
from mix.readers.city.separations import unmet_to_be
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.market.solicitations import find_solicitation
from mix.rules.choice.sharing import LEAST, Shares
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Unmet, refuse_if, require

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


# While anybody may be seated, or leave.
_SEATED = (EvaluationPhase.PANEL, EvaluationPhase.SCORING, EvaluationPhase.CONSENSUS)


def lock_evaluation(evaluation: Evaluation, *phases: EvaluationPhase) -> Evaluation:
    """Lock an evaluation and return it as it is now; it must be of this round and in one of the phases."""
    if EvaluationPhase.FINAL not in phases:  # equals whose order decides are parted later too
        keep_open([evaluation.step])
    fresh = _locked(evaluation.pk)[0]
    fresh.solicitation.step.challenge = fresh.step.challenge
    require(fresh.phase in phases and fresh.round == fresh.step.round, "evaluation_wrong_phase")
    return fresh


@asked
def _locked(pk: int) -> QuerySet[Evaluation]:
    challenge = ("step__challenge__method", "step__challenge__municipality")
    rows = Evaluation.objects.select_for_update(of=("self",)).select_related(*challenge, "solicitation__step")
    return rows.defer("step__challenge__method__document").filter(pk=pk)


def appoint(deed: Deed, step: Step, *, person: Person, seat: str, due_at: datetime | None = None) -> PanelMember:
    """Give a person a seat. Nobody from procurement, no approver, no councillor, no vendor; one chair."""
    step, role = lock_step(step, actor=deed.actor, needs=Permission.PANEL_APPOINT, editing=True)
    evaluation = lock_evaluation(find_evaluation(step) or begin(step), *SEATING)
    cities = [city.code for city in list_cities(step.challenge)]
    refuse_if(unmet_to_be(lock_person(person), Role(seat), cities))
    refuse_if(unmet_to_chair(evaluation, now=deed.now) if seat == Seat.CHAIR else ())
    require(not evaluation.panel.filter(person=person).exists(), "on_the_panel", name=person.name)
    member = PanelMember.objects.create(evaluation=evaluation, person=person, seat=seat, appointed_at=deed.now)
    if due_at:
        evaluation.due_at = due_at
        evaluation.save(update_fields=["due_at"])
    deed.tell([person], "appointed", challenge=step.challenge, path="evaluation/")
    deed.record("evaluations.appoint", evaluation, role=role.value, payload={"person": person.code, "seat": seat})
    return member


def begin(step: Step) -> Evaluation:
    """Begin an evaluation of the opened call that the method names."""
    part = spec_of(step).evaluation
    source = step.challenge.steps.get(key=part.of) if part else step
    call = find_solicitation(source)
    if call is None or call.technical_opened_at is None:
        raise Unknown
    return Evaluation.objects.create(
        municipality_id=step.municipality_id, step=step, round=step.round, solicitation=call
    )


def draw_letters(evaluation: Evaluation, submissions: Sequence[Submission], member: PanelMember | None = None) -> None:
    """Draw letters by lot for submissions that a member, or from the consensus on the whole panel, may read.

    They follow each other without a gap. What has a letter keeps it: pages may be open on which it stands.
    """
    known = labels_of(evaluation).get(member.pk if member else None, {})
    fresh = [s for s in submissions if s.pk not in known]
    secrets.SystemRandom().shuffle(fresh)
    for place, submission in enumerate(fresh, start=len(known)):
        letter = LETTERS[place % 26] + (str(place // 26) if place >= 26 else "")
        Label.objects.create(evaluation=evaluation, member=member, submission=submission, label=letter)


def take_seat(evaluation: Evaluation, actor: Actor) -> PanelMember:
    """Return the seat of whoever acts from it. Raises Unknown without one, Refused for who may not have it any more."""
    member = get_seat(evaluation, actor)
    cities = [city.code for city in list_cities(evaluation.step.challenge)]
    refuse_if(unmet_to_be(member.person, Role(member.seat), cities))
    return member


def leave_panel(deed: Deed, member: PanelMember, *, reason: str) -> PanelMember:
    """End a seat with a reason; its scores stay on record and no longer count."""
    _, role = lock_challenge(member.evaluation.step.challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    evaluation = lock_evaluation(
        member.evaluation, EvaluationPhase.PANEL, EvaluationPhase.SCORING, EvaluationPhase.CONSENSUS
    )
    require(bool(reason.strip()), "reason_missing", field="reason")
    member.left_at, member.left_reason = deed.now, reason
    member.save(update_fields=["left_at", "left_reason"])
    pass_shares_on(deed, evaluation)
    deed.tell([member.person], "seat_ended", challenge=evaluation.step.challenge, reason=reason)
    deed.record("evaluations.leave_panel", evaluation, role=role.value, reason=reason)
    return member


def pass_shares_on(deed: Deed, evaluation: Evaluation) -> None:
    """Ask those to hand in again who had, and now score what somebody had who left or has a conflict."""
    if evaluation.shares is None or evaluation.phase != EvaluationPhase.SCORING:
        return
    so_far = scoring_of(evaluation)
    for member in so_far.panel:
        if member.handed_in_at is not None and so_far.is_admitted(member) and so_far.owes(member):
            member.handed_in_at = None
            member.save(update_fields=["handed_in_at"])
            deed.tell([member.person], "share_grew", challenge=evaluation.step.challenge, path="evaluation/")


def give_chair(deed: Deed, member: PanelMember, *, reason: str) -> PanelMember:
    """Have another member take the chair, also when the chair has left; who had it stays on the panel, and is told.

    Whoever has a conflict with somebody on the list may not: the chair agrees on what it may not see.
    """
    _, role = lock_challenge(member.evaluation.step.challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    evaluation = lock_evaluation(
        member.evaluation, EvaluationPhase.PANEL, EvaluationPhase.SCORING, EvaluationPhase.CONSENSUS
    )
    require(bool(reason.strip()), "reason_missing", field="reason")
    require(member.left_at is None and member.seat != Seat.CHAIR, "chair_taken")
    offered = [i for i in list_unanswered(evaluation, now=deed.now) if is_chair(i)]
    refuse_if(Unmet("chair_offered", {"name": i.name}) for i in offered)
    require(not scoring_of(evaluation, member).has_conflict(member), "chair_has_conflict", name=member.person.name)
    before = [m for m in panel_of(evaluation) if m.seat == Seat.CHAIR]
    for former in before:
        former.seat = Seat.EVALUATOR
        former.save(update_fields=["seat"])
    member.seat = Seat.CHAIR
    member.save(update_fields=["seat"])
    challenge = evaluation.step.challenge
    deed.tell([member.person], "chair_given", challenge=challenge, path="evaluation/")
    passed, name = [m.person for m in before], member.person.name
    deed.tell(passed, "chair_passed", challenge=challenge, path="evaluation/", member=name)
    payload = {"person": member.person.code}
    deed.record("evaluations.give_chair", evaluation, role=role.value, reason=reason, payload=payload)
    return member


def open_scoring(deed: Deed, step: Step, *, each: int | None = None) -> Evaluation:
    """Let the panel begin: at least two seats, a chair among them, and nobody invited of whom an answer may come.

    Of a large panel each submission is scored by `each` members, drawn by lot now; by everybody where that is None.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    evaluation = find_evaluation(step)
    require(evaluation is not None, "panel_missing", place="panel")
    evaluation = lock_evaluation(evaluation or Evaluation(), EvaluationPhase.PANEL)
    refuse_if(Unmet("seat_unanswered", {"name": i.name}) for i in list_unanswered(evaluation, now=deed.now))
    panel = panel_of(evaluation)
    require(len(panel) >= 2, "panel_too_small", place="panel")
    require(any(m.seat == Seat.CHAIR for m in panel), "chair_missing", place="panel")
    if each is not None:
        require(
            LEAST <= each < len(panel), "share_out_of_range", field="each", least=str(LEAST), most=str(len(panel) - 1)
        )
        listed = [s.pk for s in contenders(evaluation)]
        evaluation.shares = Shares.draw(each=each, members=[m.pk for m in panel], submissions=listed).write()
    evaluation.phase = EvaluationPhase.SCORING
    evaluation.save(update_fields=["phase", "shares"])
    deed.tell([m.person for m in panel], "scoring_open", challenge=step.challenge, path="evaluation/")
    deed.record("evaluations.open_scoring", evaluation, role=role.value, payload={"each": each or len(panel)})
    return evaluation
