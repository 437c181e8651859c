"""Verbs of a lot among equals: its secret is fixed first; words that nobody could know then open it."""

from __future__ import annotations

import secrets

from mix.actions.case.locking import lock_challenge
from mix.actions.choice import evaluations
from mix.actions.choice.panels import lock_evaluation
from mix.actions.core.deeds import Deed
from mix.data.models import Evaluation, TieBreak
from mix.readers.choice.evaluations import tied_now
from mix.readers.choice.lots import USE, find_lot, place_of
from mix.readers.core.ciphers import hide
from mix.rules.choice.lots import draw, fingerprint, lot_of
from mix.rules.core.access import Permission
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Refused, Unmet, require


def fix_lot(deed: Deed, evaluation: Evaluation, *, among: tuple[str, ...], source: str) -> str:
    """Fix the secret of a lot among equals (codes of vendors), and by which words it will be drawn.

    Its fingerprint is recorded, and returned. It is fixed once: nobody tries again for another order. Raises Refused.
    """
    _, role = lock_challenge(evaluation.step.challenge, actor=deed.actor, needs=Permission.RESULT_FINALISE)
    evaluation = lock_evaluation(evaluation, EvaluationPhase.FINAL)
    groups = [{r.submission.vendor.code for r in group} for group in tied_now(evaluation)]
    require(set(among) in groups, "tie_order_wrong")
    require(find_lot(evaluation, among) is None, "lot_fixed")
    require(bool(source.strip()), "answer_missing", field="source")
    secret = secrets.token_hex(32)
    payload = {
        "step": place_of(evaluation),
        "among": sorted(among),
        "source": source.strip(),
        "fingerprint": fingerprint(secret),
        "hidden": hide(secret, use=USE),
    }
    deed.record("ties.fix_lot", evaluation, role=role.value, payload=payload)
    return fingerprint(secret)


def draw_lot(
    deed: Deed, evaluation: Evaluation, *, among: tuple[str, ...], said: str, how: str, reason: str
) -> TieBreak:
    """Draw the lot that was fixed, by the words that were said, and record the order with all that draws it again."""
    _, role = lock_challenge(evaluation.step.challenge, actor=deed.actor, needs=Permission.RESULT_FINALISE)
    evaluation = lock_evaluation(evaluation, EvaluationPhase.FINAL)
    lot = find_lot(evaluation, among)
    if lot is None:
        raise Refused(Unmet("lot_not_fixed"))
    words = " ".join(said.split())
    require(bool(words), "answer_missing", field="said")
    secret = lot.open()
    if secret is None or fingerprint(secret) != lot.fingerprint:
        raise Refused(Unmet("lot_lost"))
    order = draw(lot.among, secret=secret, said=words)
    equals = {r.submission.vendor.code: r.submission for group in tied_now(evaluation) for r in group}
    require(set(order) <= set(equals), "tie_order_wrong")
    made = evaluations.break_tie(deed, evaluation, order=[equals[code] for code in order], how=how, reason=reason)
    payload = {
        "step": place_of(evaluation),
        "fingerprint": lot.fingerprint,
        "secret": secret,
        "said": words,
        "lots": [[code, lot_of(code, secret=secret, said=words)] for code in order],
    }
    deed.record("ties.draw_lot", evaluation, role=role.value, payload=payload)
    return made
