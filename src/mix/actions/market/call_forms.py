"""The verb on the form of a call: questions and criteria fitted to the challenge until the notice is published."""

from __future__ import annotations

from mix.actions.case.locking import lock_step
from mix.actions.core.deeds import Deed
from mix.actions.market.solicitations import lock_call
from mix.data.models import Solicitation, Step
from mix.readers.market.solicitations import find_solicitation, form_of, part_of, scorings_of_method
from mix.rules.core.access import Permission
from mix.rules.core.unmet import Outdated, Refused, Unmet, refuse_if, require
from mix.rules.market.call_bounds import unmet_by_change
from mix.rules.market.call_changes import Change


def fit(deed: Deed, step: Step, change: Change, *, number: int | None = None) -> Solicitation:
    """Change the form of a step's call, until it is published.

    `number` is that of the form on the page: another one is refused as outdated, so that nobody's change is lost. None
    takes the present one. What goes beyond the bounds of the method is refused with its figures.
    """
    step, role = lock_step(step, actor=deed.actor, needs=Permission.SOLICITATION_EDIT, editing=True)
    call = find_solicitation(step)
    if call is None:
        raise Refused(Unmet("solicitation_not_drafted", place="notice"))
    call = lock_call(call, step=step)
    require(call.published_at is None, "already_published")
    before = form_of(call)
    if number is not None and number != before.number:
        raise Outdated(Unmet("form_changed"))
    after = change.apply(before)
    refuse_if(unmet_by_change(before, after, part_of(step), scorings_of_method(step)))
    if after != before:
        call.form = after.write()
        call.save(update_fields=["form"])
        payload = {"number": after.number, "change": change.change}
        deed.record("call_forms.fit", call, role=role.value, payload=payload)
    return call
