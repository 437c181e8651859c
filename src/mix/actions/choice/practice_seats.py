"""Verbs on practice evaluators: seats of a panel that tries, played by whoever runs it to see what a panel sees."""

from __future__ import annotations

from mix.actions.case.locking import lock_challenge, lock_step
from mix.actions.choice.panels import begin, lock_evaluation
from mix.actions.city.people import create_person
from mix.actions.core.deeds import Deed
from mix.data.models import PanelMember, Person, Step
from mix.data.models.core.columns import new_code
from mix.phrases.words import word
from mix.readers.choice.evaluations import find_evaluation
from mix.readers.choice.outsiders import SEATING, unmet_to_chair
from mix.readers.core.errors import Unknown
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission
from mix.rules.core.practice import PRACTICE, is_practice_address, practice_address
from mix.rules.core.unmet import refuse_if, require

MOST = 5  # of one panel


def seat(deed: Deed, step: Step, *, seat: Seat) -> PanelMember:
    """Seat a practice evaluator on the panel of a challenge that began on trial; no mail reaches it.

    Raises Refused where the challenge counts, and where the chair is taken.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.PANEL_APPOINT, editing=True)
    require(step.challenge.is_trial, "practice_on_trial")
    evaluation = lock_evaluation(find_evaluation(step) or begin(step), *SEATING)
    refuse_if(unmet_to_chair(evaluation, now=deed.now) if seat == Seat.CHAIR else ())
    number = 1 + evaluation.panel.filter(person__email__endswith=PRACTICE).count()
    require(number <= MOST, "practice_seats_enough", most=str(MOST))
    language = deed.actor.someone.language
    name = word("practice", "evaluator", language).format(n=number)
    person = create_person(deed, practice_address(new_code()), name=name, language=language)
    member = PanelMember.objects.create(
        evaluation=evaluation,
        person=person,
        seat=seat,
        organization=word("practice", "organization", language),
        appointed_at=deed.now,
    )
    payload = {"person": person.code, "seat": seat}
    deed.record("practice_seats.seat", evaluation, role=role.value, payload=payload)
    return member


def play(deed: Deed, member: PanelMember) -> Person:
    """Let whoever runs a panel that tries act as a practice evaluator; the log says who plays.

    Raises Unknown for a member who is somebody.
    """
    challenge = member.evaluation.step.challenge
    _, role = lock_challenge(challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    if not challenge.is_trial or member.left_at is not None or not is_practice_address(member.person.email):
        raise Unknown
    payload = {"person": member.person.code}
    deed.record("practice_seats.play", member.evaluation, role=role.value, payload=payload)
    return member.person
