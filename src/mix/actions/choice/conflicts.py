"""The verb of a second person about a conflict that a panel member declared."""

from __future__ import annotations

from mix.actions.case.locking import lock_challenge
from mix.actions.choice.panels import draw_letters, lock_evaluation, pass_shares_on
from mix.actions.core.deeds import Deed
from mix.data.models import ConflictRuling, Declaration
from mix.readers.choice.conflicts import list_standing
from mix.readers.choice.scoring import scoring_of
from mix.rules.choice.states import Ruling
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import require


def rule(deed: Deed, declaration: Declaration, *, ruling: str, reason: str) -> ConflictRuling:
    """Say of a declared conflict that it is none, or that the member goes on with the rivals, with the reason.

    Nobody rules on an own declaration. The member is told. Raises Refused.
    """
    member = declaration.member
    _, role = lock_challenge(member.evaluation.step.challenge, actor=deed.actor, needs=Permission.PANEL_APPOINT)
    evaluation = lock_evaluation(member.evaluation, EvaluationPhase.SCORING)
    require(declaration in list_standing(evaluation), "conflict_over")
    require(member.person_id != deed.actor.someone.pk, "conflict_own")
    require(bool(reason.strip()), "reason_missing", field="reason")
    made = ConflictRuling.objects.create(
        declaration=declaration,
        ruling=Ruling(ruling),
        reason=reason.strip(),
        ruled_by=deed.actor.someone,
        ruled_at=deed.now,
    )
    so_far = scoring_of(evaluation, member)
    if so_far.is_admitted(member):
        draw_letters(evaluation, so_far.readable(member), member)
        if ruling == Ruling.EASED and member.handed_in_at is not None and so_far.owes(member):
            member.handed_in_at = None
            member.save(update_fields=["handed_in_at"])
    pass_shares_on(deed, evaluation)
    deed.tell([member.person], "conflict_ruled", challenge=evaluation.step.challenge, path="evaluation/")
    payload = {"person": member.person.code, "vendor": declaration.vendor.code, "ruling": str(ruling)}
    deed.record("evaluations.rule_on_conflict", evaluation, role=role.value, reason=made.reason, payload=payload)
    return made
