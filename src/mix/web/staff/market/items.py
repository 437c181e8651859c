"""The mandatory items of a call, on its step page: who meets what, as the duty that the notice names says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.market import item_checks
from mix.data.models import Solicitation, Submission
from mix.readers.market.item_checks import Checked
from mix.readers.market.solicitations import form_of
from mix.readers.market.submissions import opened_answers
from mix.rules.core.access import Permission, Role, reads_for_the_city
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.web.documents.specs import Answer, read_only
from mix.web.forms import fields
from mix.web.forms.acts import RowAct, do

PASS, FAIL = "pass", "fail"


@dataclass(frozen=True)
class Line:
    """A submission on the list: how many of its items were checked, and which it failed."""

    submission: Submission
    checked: int
    failed: int
    waits: bool


@dataclass(frozen=True)
class Shown:
    """One item of the submission that is shown: its row, what was said, the vendor's answers, who may check it."""

    name: str
    checked: Checked
    answers: list[Answer]
    is_mine: bool


@dataclass(frozen=True)
class ItemsContext:
    """The mandatory items of a call that was opened. `here` is the submission whose items are shown."""

    lines: list[Line]
    of: int
    here: Submission | None
    shown: list[Shown]


class CheckItem(RowAct[Sequence[Checked]]):
    """Say pass or fail of one item of one submission; its row is "submission.item"."""

    label = _("Record it")
    done = _("Recorded.")
    needs = Permission.ITEM_CHECK

    passed = fields.word_choice(_("Does it meet the item?"), "item", (PASS, FAIL), radio=True)
    reason = fields.text(_("Why"), hint=_("Its vendor reads this where it fails."), rows=2)

    def fit(self) -> None:
        """Show what was said last."""
        found = self._checked(str(self.data.get("item") or self.initial.get("item") or ""))
        if found and found.said:
            said = {"passed": PASS if found.said.passed else FAIL, "reason": found.said.reason}
            self.initial = {**said, **self.initial}

    def _checked(self, row: str) -> Checked | None:
        code, _dot, item = row.partition(".")
        return next((c for c in self.about if (c.submission.code, c.item.key) == (code, item)), None)

    def run(self, request: HttpRequest) -> str:
        """Record it, and stay with the submission."""
        found = self._checked(self.row)
        if found is None:
            raise Refused(Unmet("question_unknown"))
        passed, reason = self.cleaned_data["passed"] == PASS, self.cleaned_data["reason"]
        do(request, item_checks.check, found.submission, item=found.item.key, passed=passed, reason=reason)
        return f"{request.path}?items={found.submission.code}#items"


def items_context(
    request: HttpRequest, call: Solicitation, roles: frozenset[Role], checks: Sequence[Checked]
) -> ItemsContext:
    """Draw the submissions with their items, and one of them in full, for those who check or read what came in."""
    reads = reads_for_the_city(roles, Permission.SUBMISSION_READ)
    seen = [c for c in checks if reads or c.item.checked_by in roles]
    by: dict[Submission, list[Checked]] = {}
    for one in seen:
        by.setdefault(one.submission, []).append(one)
    lines = [_line(submission, own, roles) for submission, own in by.items()]
    asked = str(request.GET.get("items", ""))
    here = next((s for s in by if s.code == asked), None)
    if here is None:
        here = next((line.submission for line in lines if line.waits), None)
    return ItemsContext(
        lines=lines,
        of=len({c.item.key for c in seen}),
        here=here,
        shown=_shown(call, here, by[here], roles) if here else [],
    )


def _line(submission: Submission, own: Sequence[Checked], roles: frozenset[Role]) -> Line:
    return Line(
        submission,
        sum(c.said is not None for c in own),
        sum(c.said is not None and not c.said.passed for c in own),
        any(c.said is None and c.item.checked_by in roles for c in own),
    )


def _shown(call: Solicitation, here: Submission, own: Sequence[Checked], roles: frozenset[Role]) -> list[Shown]:
    answered: Mapping[str, Any] = opened_answers(here, Envelope.TECHNICAL)
    asked = {q.field.key: q.fields for q in form_of(call).items}
    return [
        Shown(
            f"{here.code}.{c.item.key}",
            c,
            read_only(asked[c.item.key], answered),
            c.item.checked_by in roles,
        )
        for c in own
    ]
