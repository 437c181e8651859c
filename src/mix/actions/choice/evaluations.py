"""Verbs of an evaluation: declarations, scores, consensus, result, letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from mix.actions.case.locking import lock_challenge
from mix.actions.choice.panels import draw_letters, lock_evaluation, pass_shares_on, take_seat
from mix.actions.choice.rankings import rank, ranks_in
from mix.actions.core.deeds import Deed
from mix.actions.core.outbox import tell
from mix.actions.market.participations import raise_standing
from mix.data.models import (
    ConsensusScore,
    Declaration,
    Evaluation,
    PanelMember,
    Result,
    Score,
    Submission,
    TieBreak,
    Vendor,
)
from mix.phrases.words import word
from mix.readers.case.challenges import spec_of
from mix.readers.choice.conflicts import last_words
from mix.readers.choice.evaluations import (
    criteria_now,
    latest_consensus,
    list_results,
    list_vendors,
    panel_of,
    scheme_of,
    spec_of_evaluation,
    stages_of,
    tied_now,
)
from mix.readers.choice.scoring import (
    Scoring,
    consensus_table,
    find_written,
    scoring_of,
    unmet_for_consensus,
    unmet_to_freeze,
    unmet_to_hand_in,
    written_by,
)
from mix.readers.city.people import list_with_role
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.market.co_applicants import list_answering
from mix.rules.choice.merging import Written, merge
from mix.rules.choice.states import Conflict, RankingCause, Seat
from mix.rules.city.schemes import MAX_SCORE
from mix.rules.core.access import Permission, Role
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Refused, Unmet, refuse_if, require


def declare(
    deed: Deed, evaluation: Evaluation, *, conflicts: Mapping[str, tuple[str, str]], language: str = "en"
) -> PanelMember:
    """Declare about every vendor on the list, before any content: vendor code → (kind of conflict, note).

    `language` is that in which the statement was read that is signed so. A conflict that stands is not taken back
    by whoever declared it (`conflicts.rule` does that), and keeps the rivals closed until somebody else has ruled.
    """
    evaluation = lock_evaluation(evaluation, EvaluationPhase.SCORING)
    member = take_seat(evaluation, deed.actor)
    vendors: dict[str, Vendor] = {vendor.code: vendor for vendor in list_vendors(evaluation)}
    said = last_words(evaluation, [member]).get(member.pk, {})
    refuse_if(
        Unmet("declaration_incomplete", {"vendor": v.name}, field=code)
        for code, v in vendors.items()
        if code not in conflicts and v.pk not in said
    )
    words = {vendors[code]: word for code, word in conflicts.items() if code in vendors}
    refuse_if(
        Unmet("conflict_stands", {"vendor": vendor.name}, field=vendor.code)
        for vendor, (conflict, _note) in words.items()
        if conflict == Conflict.NONE and vendor.pk in said and said[vendor.pk].stands
    )
    statement = word("statement", "conflict", language)
    for vendor, (conflict, note) in words.items():
        before = said.get(vendor.pk)
        if before is None or (before.in_force, before.note) != (conflict, note):
            Declaration.objects.create(
                member=member, vendor=vendor, conflict=conflict, note=note, statement=statement, declared_at=deed.now
            )
    so_far = scoring_of(evaluation, member)
    if so_far.is_admitted(member):
        draw_letters(evaluation, so_far.readable(member), member)
    if so_far.is_waiting(member):
        _tell_of_conflict(deed, evaluation, member)
    pass_shares_on(deed, evaluation)
    declared = any(conflict != Conflict.NONE for conflict, _ in conflicts.values())
    payload = {"declared": "some" if declared else "none"}
    deed.record("evaluations.declare", evaluation, role=member.seat, payload=payload)
    return member


def _tell_of_conflict(deed: Deed, evaluation: Evaluation, member: PanelMember) -> None:
    """Tell the chair that somebody may fall out, and procurement that it has to rule."""
    challenge = evaluation.step.challenge
    chairs = [m.person for m in panel_of(evaluation) if m.seat == Seat.CHAIR and m.pk != member.pk]
    deed.tell(chairs, "conflict_declared", challenge=challenge, path="evaluation/")
    officers = list_with_role([evaluation.municipality_id], Role.PROCUREMENT_OFFICER)
    path = f"city/challenges/{challenge.code}/{evaluation.step.key}/"
    deed.tell(officers, "conflict_to_rule", challenge=challenge, path=path, member=member.person.name)


def score(
    deed: Deed,
    evaluation: Evaluation,
    *,
    submission: Submission,
    criterion: str,
    score: int | None,
    comment: str = "",
    reason: str = "",
    seen: int | None = None,
) -> Score | None:
    """Give one score from 0 to 5, or keep a comment until there is one; return what is kept now.

    A 0 or 5 needs a comment, a change after handing in a reason. `seen` is the key of what stood on the page, 0 for
    nothing: what another page changed since then stays, and where both changed the same, this one is refused.
    """
    evaluation = lock_evaluation(evaluation, EvaluationPhase.SCORING)
    member = take_seat(evaluation, deed.actor)
    so_far = scoring_of(evaluation, member)
    if submission not in so_far.to_score(member):
        raise Unknown
    require(criterion in {c.key for c in criteria_now(evaluation)}, "criterion_unknown")
    require(score is None or 0 <= score <= MAX_SCORE, "score_out_of_range", field=criterion)
    last = so_far.last_of(member, submission, criterion)
    shown = written_by(last) if seen is None else find_written(member, submission, criterion, key=seen)
    merged = merge(shown, Written(score, comment), written_by(last))
    require(not merged.clashes, "written_meanwhile", field=criterion)
    now = merged.kept
    if now == written_by(last):
        return last
    require(
        now.score not in (0, MAX_SCORE) or bool(now.comment.strip()),
        "extreme_needs_comment",
        field=criterion,
        score=str(now.score),
    )
    require(member.handed_in_at is None or bool(reason.strip()), "change_needs_reason", field=criterion)
    given = Score.objects.create(
        member=member,
        submission=submission,
        criterion=criterion,
        score=now.score,
        comment=now.comment,
        reason=reason,
        given_at=deed.now,
    )
    deed.record(
        "evaluations.score",
        evaluation,
        role=member.seat,
        reason=reason,
        payload={"submission": submission.code, "criterion": criterion},
    )
    return given


def hand_in(deed: Deed, evaluation: Evaluation) -> PanelMember:
    """Hand in one's scores, when none is missing."""
    evaluation = lock_evaluation(evaluation, EvaluationPhase.SCORING)
    member = take_seat(evaluation, deed.actor)
    refuse_if(unmet_to_hand_in(scoring_of(evaluation, member), member))
    member.handed_in_at = deed.now
    member.save(update_fields=["handed_in_at"])
    if not evaluation.panel.filter(left_at=None, handed_in_at=None).exists():
        chairs = [m.person for m in panel_of(evaluation) if m.seat == Seat.CHAIR]
        deed.tell(chairs, "all_handed_in", challenge=evaluation.step.challenge, path="evaluation/")
    deed.record("evaluations.hand_in", evaluation, role=member.seat)
    return member


def open_consensus(deed: Deed, evaluation: Evaluation) -> Evaluation:
    """Show everybody's scores to the panel, once all are handed in, under letters that all share. Only the chair."""
    evaluation = lock_evaluation(evaluation, EvaluationPhase.SCORING)
    so_far = scoring_of(evaluation)
    _chair(so_far, deed.actor)
    refuse_if(unmet_for_consensus(so_far))
    draw_letters(evaluation, so_far.contenders)
    evaluation.phase = EvaluationPhase.CONSENSUS
    evaluation.save(update_fields=["phase"])
    deed.tell(
        [m.person for m in panel_of(evaluation)],
        "consensus_open",
        challenge=evaluation.step.challenge,
        path="evaluation/",
    )
    deed.record("evaluations.open_consensus", evaluation, role=Role.CHAIR)
    return evaluation


def _chair(so_far: Scoring, actor: Actor) -> PanelMember:
    member = take_seat(so_far.evaluation, actor)
    require(member.seat == Seat.CHAIR, "chair_only")
    require(so_far.has_declared(member), "declaration_missing", name=member.person.name)
    require(not so_far.has_conflict(member), "chair_has_conflict", name=member.person.name)
    return member


def agree(
    deed: Deed,
    evaluation: Evaluation,
    *,
    submission: Submission,
    criterion: str,
    score: int | None,
    reason: str,
    seen: int | None = None,
) -> ConsensusScore:
    """Record, as the chair, the score that the panel agreed on, with the reason.

    `seen` is the key of what stood on the page, 0 for nothing: what was recorded since then is not written over.
    """
    evaluation = lock_evaluation(evaluation, EvaluationPhase.CONSENSUS)
    so_far = scoring_of(evaluation)
    if submission not in so_far.to_score(_chair(so_far, deed.actor)):
        raise Unknown
    require(criterion in {c.key for c in criteria_now(evaluation)}, "criterion_unknown")
    if score is None or not 0 <= score <= MAX_SCORE:
        raise Refused(Unmet("score_out_of_range", field="score"))
    require(bool(reason.strip()), "reason_missing", field="reason")
    last = latest_consensus(evaluation).get((submission.pk, criterion))
    if last and (last.score, last.reason) == (score, reason):
        return last
    require(seen is None or seen == (last.pk if last else 0), "written_meanwhile", field="score")
    return _agree(deed, evaluation, submission=submission, criterion=criterion, score=score, reason=reason)


def _agree(
    deed: Deed, evaluation: Evaluation, *, submission: Submission, criterion: str, score: int, reason: str
) -> ConsensusScore:
    made = ConsensusScore.objects.create(
        evaluation=evaluation,
        submission=submission,
        criterion=criterion,
        score=score,
        reason=reason,
        recorded_by=deed.actor.someone,
        recorded_at=deed.now,
    )
    deed.record(
        "evaluations.agree",
        evaluation,
        role=Role.CHAIR,
        reason=reason,
        payload={"submission": submission.code, "criterion": criterion, "score": score},
    )
    return made


def agree_where_equal(deed: Deed, evaluation: Evaluation, *, reason: str) -> int:
    """Record every cell on which all scores are equal, in one step; returns how many.

    What the members wrote of a cell is its reason; the reason that is given here is for those of which nobody did.
    """
    evaluation = lock_evaluation(evaluation, EvaluationPhase.CONSENSUS)
    so_far, count = scoring_of(evaluation), 0
    own = so_far.to_score(_chair(so_far, deed.actor))
    for submission, cells in consensus_table(so_far, own, criteria_now(evaluation)):
        for cell in cells:
            if cell.agreed is not None or cell.common is None:
                continue
            why = cell.comments or reason.strip()
            require(bool(why), "reason_missing", field="equal")
            key, score = cell.criterion.key, cell.common
            _agree(deed, evaluation, submission=submission, criterion=key, score=score, reason=why)
            count += 1
    return count


def freeze_quality(deed: Deed, evaluation: Evaluation) -> Evaluation:
    """End the consensus on a stage. After the last, quality is final, and prices that count may now be opened."""
    evaluation = lock_evaluation(evaluation, EvaluationPhase.CONSENSUS)
    so_far = scoring_of(evaluation)
    _chair(so_far, deed.actor)
    refuse_if(unmet_to_freeze(so_far))
    is_last = evaluation.stage + 1 >= len(stages_of(evaluation))
    evaluation.phase = EvaluationPhase.QUALITY_FROZEN if is_last else EvaluationPhase.BETWEEN
    evaluation.save(update_fields=["phase"])
    deed.record("evaluations.freeze_quality", evaluation, role=Role.CHAIR, payload={"stage": evaluation.stage})
    return evaluation


def finalise_result(deed: Deed, evaluation: Evaluation) -> list[Result]:
    """Compute points and ranks from the stored scores and prices, and select by the method's number."""
    _, role = lock_challenge(evaluation.step.challenge, actor=deed.actor, needs=Permission.RESULT_FINALISE)
    evaluation = lock_evaluation(evaluation, EvaluationPhase.QUALITY_FROZEN)
    if scheme_of(evaluation).price.counts:
        require(evaluation.solicitation.price_opened_at is not None, "price_not_opened", place="opening")
    evaluation.phase, evaluation.finalised_at = EvaluationPhase.FINAL, deed.now
    evaluation.save(update_fields=["phase", "finalised_at"])
    ranking = rank(evaluation, cause=RankingCause.FINAL, now=deed.now)
    outside = [m.person for m in panel_of(evaluation) if m.organization]
    deed.tell(outside, "panel_done", challenge=evaluation.step.challenge)
    deed.record("evaluations.finalise_result", evaluation, role=role.value, payload={"ranks": ranks_in(ranking)})
    return list_results(evaluation)


def break_tie(deed: Deed, evaluation: Evaluation, *, order: Sequence[Submission], how: str, reason: str) -> TieBreak:
    """Record the order that was drawn among equals whom no rule of the notice parts: how it was drawn, and why so.

    It counts at once, before the gate or, where those before them fell away, after it. Raises Refused.
    """
    _, role = lock_challenge(evaluation.step.challenge, actor=deed.actor, needs=Permission.RESULT_FINALISE)
    evaluation = lock_evaluation(evaluation, EvaluationPhase.FINAL)
    title = spec_of(evaluation.step).title
    at_gate = evaluation.step.challenge.steps.filter(pk=evaluation.step_id, asked_at__isnull=False).exists()
    require(not at_gate, "step_at_gate", **title.params("step"))
    groups = [{r.submission_id for r in group} for group in tied_now(evaluation)]
    keys = [s.pk for s in order]
    require(len(set(keys)) == len(keys) and set(keys) in groups, "tie_order_wrong", field="place_1")
    require(bool(how.strip()), "answer_missing", field="how")
    require(bool(reason.strip()), "reason_missing", field="reason")
    made = TieBreak.objects.create(
        evaluation=evaluation,
        order=[str(key) for key in keys],
        how=how,
        reason=reason,
        recorded_by=deed.actor.someone,
        recorded_at=deed.now,
    )
    ranking = rank(evaluation, cause=RankingCause.TIE_BREAK, now=deed.now)
    payload = {"order": [s.vendor.code for s in order], "how": how, "ranks": ranks_in(ranking)}
    deed.record("evaluations.break_tie", evaluation, role=role.value, reason=reason, payload=payload)
    return made


def grant_standings(evaluation: Evaluation, *, now: datetime) -> None:
    """Give the selected vendors the standing that the method names. Called when the gate has passed."""
    for result in list_results(evaluation):
        if result.is_selected:
            raise_standing(
                evaluation.step.challenge, result.submission.vendor, to=spec_of_evaluation(evaluation).gives, now=now
            )


def announce_result(evaluation: Evaluation, *, now: datetime) -> None:
    """Tell every vendor that the panel is done, and that nothing is awarded yet. Called when the gate has passed."""
    title = spec_of(evaluation.step).title
    for result in list_results(evaluation):
        tell(
            list_answering(result.submission),
            "result_before_award",
            now=now,
            challenge=evaluation.step.challenge,
            path="vendor/",
            step=title,
            vendor=result.submission.names,
        )
