"""Questions about the mandatory items of a call: what was checked of whom, what is still to be checked, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from mix.data.asked import asked
from mix.data.models import ItemCheck, Solicitation, Step, Submission
from mix.phrases.words import wording
from mix.readers.market import solicitations
from mix.readers.market.solicitations import find_solicitation, spec_of_call
from mix.readers.market.submissions import list_opened
from mix.rules.core.access import Role
from mix.rules.core.fields import FieldSpec, Wording
from mix.rules.core.unmet import Unmet


@dataclass(frozen=True, slots=True)
class Checked:
    """One item of one submission, and what was said of it last, if anything was."""

    submission: Submission
    item: FieldSpec
    said: ItemCheck | None


def items_of(call: Solicitation) -> tuple[FieldSpec, ...]:
    """Return the mandatory items of a call, in order."""
    return tuple(spec for spec in spec_of_call(call).answers if spec.checked_by)


def list_checks(call: Solicitation) -> list[Checked]:
    """List every item of every opened submission of a vendor that was not disqualified, by vendor and item."""
    items = items_of(call)
    if not items or call.technical_opened_at is None:
        return []
    opened = [s for s in list_opened(call) if s.has_failed or not s.is_out]
    said = {(row.submission_id, row.item): row for row in _latest(tuple(s.pk for s in opened))}
    return [Checked(s, item, said.get((s.pk, item.key))) for s in opened for item in items]


@asked
def _latest(submissions: tuple[int, ...]) -> QuerySet[ItemCheck]:
    """Return what was said of submissions, the latest last."""
    rows = ItemCheck.objects.filter(submission_id__in=submissions)
    return rows.select_related("checked_by").order_by("id")


def still_to_check(call: Solicitation) -> dict[Role, int]:
    """Return how many items nobody has checked yet, by the duty that checks them."""
    found: dict[Role, int] = {}
    for one in list_checks(call):
        if one.said is None and one.item.checked_by:
            found[one.item.checked_by] = found.get(one.item.checked_by, 0) + 1
    return found


def list_failed(call: Solicitation) -> list[tuple[Submission, list[tuple[Wording, str]]]]:
    """List the submissions that failed mandatory items, each with the titles of these and the reasons."""
    found: dict[Submission, list[tuple[Wording, str]]] = {}
    for one in list_checks(call):
        if one.said and not one.said.passed:
            found.setdefault(one.submission, []).append((one.item.title, one.said.reason))
    return list(found.items())


def history_of(calls: Sequence[Solicitation]) -> list[ItemCheck]:
    """List all that was said of the items of calls, also what was put right later, oldest first."""
    rows = ItemCheck.objects.filter(submission__solicitation__in=calls)
    return list(rows.select_related("submission", "checked_by").order_by("id"))


def unmet_in(step: Step, *, now: datetime) -> tuple[Unmet, ...]:
    """List what a call lacks before its step can end; once it was opened, how many items wait for which duty."""
    call = find_solicitation(step)
    waiting = still_to_check(call) if call else {}
    items = (
        Unmet("items_unchecked", {"count": str(count), **wording("role", role.value).params("role")}, place="items")
        for role, count in sorted(waiting.items())
    )
    return (*solicitations.unmet_in(step, now=now), *items)


def unmet_to_proceed(step: Step) -> tuple[Unmet, ...]:
    """List what only stopping or another round can mend: nobody answered, or nobody who did is left."""
    found = solicitations.unmet_to_proceed(step)
    call = find_solicitation(step)
    if found or call is None or not items_of(call):
        return found
    opened = list_opened(call)
    return (Unmet("nobody_met_items", place="items"),) if opened and all(s.is_out for s in opened) else ()
