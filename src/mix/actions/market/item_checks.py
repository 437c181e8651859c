"""The verb on mandatory items: whoever has the duty that the notice names says pass or fail, before the scoring."""

from __future__ import annotations

from collections.abc import Sequence

from mix.actions.case.locking import lock_step
from mix.actions.core.deeds import Deed
from mix.actions.market.solicitations import lock_call
from mix.data.models import ItemCheck, Solicitation, Submission
from mix.readers.case.challenges import roles_in
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.market.co_applicants import list_answering
from mix.readers.market.item_checks import list_checks, list_failed
from mix.rules.core.access import Permission
from mix.rules.core.fields import Wording
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.lines import address_in
from mix.rules.core.unmet import require


def check(deed: Deed, submission: Submission, *, item: str, passed: bool, reason: str) -> ItemCheck:
    """Say whether a submission that was opened meets an item, and why; it may be put right until the panel begins.

    A submission that fails an item is not scored, and is told so with the reason. Only the duty that the call names for
    the item may say so. Returns what is in force. Raises Unknown, Forbidden, Refused.
    """
    step, _role = lock_step(submission.solicitation.step, actor=deed.actor, needs=Permission.ITEM_CHECK, editing=True)
    call = lock_call(submission.solicitation, step=step)
    found = next((c for c in list_checks(call) if (c.submission.pk, c.item.key) == (submission.pk, item)), None)
    if found is None or found.item.checked_by is None:
        raise Unknown
    role = found.item.checked_by
    if role not in roles_in(step.challenge, deed.actor):
        raise Forbidden(Permission.ITEM_CHECK)
    require(not call.evaluations.exclude(phase=EvaluationPhase.PANEL).exists(), "scoring_began")
    require(bool(reason.strip()), "reason_missing", field="reason")
    if found.said and (found.said.passed, found.said.reason) == (passed, reason.strip()):
        return found.said
    made = ItemCheck.objects.create(
        submission=submission,
        item=item,
        passed=passed,
        reason=reason.strip(),
        role=role.value,
        checked_by=deed.actor.someone,
        checked_at=deed.now,
    )
    payload = {"submission": submission.code, "item": item}
    deed.record("item_checks.check", call, role=role.value, payload=payload)
    return made


def tell_failed(deed: Deed, call: Solicitation) -> None:
    """Tell the vendors that failed an item which it was, and why; called when the step of the call ends."""
    for submission, failures in list_failed(call):
        deed.tell(
            list_answering(submission),
            "item_failed",
            challenge=call.step.challenge,
            path="vendor/",
            vendor=submission.names,
            reply_to=address_in(call.contact),
            reasons=_told(failures),
        )


def _told(failures: Sequence[tuple[Wording, str]]) -> Wording:
    """Return what was failed and why, a line for each, in every language in which any of the items is written."""
    languages = {"en", *(code for title, _reason in failures for code in title.texts)}
    return Wording.model_validate(
        {code: "\n".join(f"{title.in_(code)}: {reason}" for title, reason in failures) for code in languages}
    )
