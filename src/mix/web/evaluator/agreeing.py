"""What the chair sends from the consensus: one form of every score to agree on, so that no button loses other text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from mix.actions.choice import evaluations
from mix.data.models import ConsensusScore, Evaluation, Submission
from mix.readers.choice.evaluations import latest_consensus, stages_of
from mix.readers.core.errors import Unknown
from mix.rules.city.methods import Criterion
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Refused, Unmet, require
from mix.web.evaluator.saving import clean, read_key
from mix.web.forms.acts import do, take_stash


@dataclass(frozen=True)
class Agreeable:
    """An evaluation, and what can be agreed on in its present stage: submissions and criteria by letter and key."""

    evaluation: Evaluation
    cells: Mapping[str, tuple[Submission, Criterion]]


@dataclass(frozen=True)
class Box:
    """The fields of one score to agree on, as they are drawn; `other` is what another page recorded meanwhile."""

    item: str
    score: str
    reason: str
    seen: int
    unmet: Unmet | None = None
    other: ConsensusScore | None = None

    @property
    def is_open(self) -> bool:
        """Say whether somebody typed here what is not recorded."""
        return self.unmet is not None or bool(self.reason)


@dataclass
class Agreed:
    """What became of the form: what was typed, why which score was refused, and what else stands in the way."""

    about: Agreeable
    typed: QueryDict | None = None
    refused: dict[str, Unmet] = field(default_factory=dict)
    unmet: tuple[Unmet, ...] = ()
    recorded: int = 0
    returned: bool = False
    is_over: bool = False

    @property
    def status(self) -> int:
        """The status of the answer: 409 where another page had recorded something meanwhile."""
        if self.is_over or any(u.code == "written_meanwhile" for u in self.refused.values()):
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.refused or self.unmet else HTTPStatus.OK

    @property
    def told(self) -> str:
        """What was recorded, in words; empty where nothing was."""
        if not self.recorded:
            return ""
        return ngettext("%(n)s score recorded.", "%(n)s scores recorded.", self.recorded) % {"n": self.recorded}

    @property
    def heading(self) -> str:
        """What stands over the list of what was refused."""
        if self.is_over:
            return gettext("The consensus has ended. This was not saved; your text is still here, to copy from.")
        if self.told:
            return gettext("%(saved)s The rest was not saved; it is still here.") % {"saved": self.told}
        return gettext("Nothing was saved. What you typed is still here.")

    @property
    def equal(self) -> str:
        """What was typed as the reason for all that are alike."""
        return "" if self.typed is None else clean(self.typed.get("equal", ""))

    def boxes(self) -> dict[str, Box]:
        """Draw the fields of every score, by its item: what was typed and not recorded, else empty for a new word."""
        agreed = latest_consensus(self.about.evaluation)
        found = {}
        for item, (submission, criterion) in self.about.cells.items():
            row = agreed.get((submission.pk, criterion.key))
            unmet = self.refused.get(item)
            clashes = unmet is not None and unmet.code == "written_meanwhile"
            score, reason, seen = "", "", row.pk if row else 0
            if self.typed is not None and (unmet or not self._stands(item, row)):
                score, reason = _typed(self.typed, item)
                seen = seen if clashes else read_key(self.typed.get(f"seen-{item}", ""))
            found[item] = Box(item, score, reason, seen, unmet, row if clashes else None)
        return found

    def _stands(self, item: str, row: ConsensusScore | None) -> bool:
        """Say whether what was typed is what stands."""
        return self.typed is None or (row is not None and _typed(self.typed, item) == (str(row.score), row.reason))


def take_agreed(request: HttpRequest, about: Agreeable) -> Agreed | HttpResponse:
    """Record every score that was typed, then do what the button says; answer with where to go, or with what to show.

    Raises Unknown for a button that is not there.
    """
    if request.method != "POST":
        typed = take_stash(request)
        return Agreed(about, typed, returned=typed is not None)
    button, _colon, item = request.POST.get("go", "").partition(":")
    if button not in BUTTONS or (item and item not in about.cells):
        raise Unknown
    found = Agreed(about, request.POST, is_over=about.evaluation.phase != EvaluationPhase.CONSENSUS)
    if found.is_over:
        return found
    for name in about.cells:
        _record(request, found, name)
    if not found.refused:
        try:
            BUTTONS[button](request, found)
        except Refused as error:
            found.unmet = error.unmet
    if found.status != HTTPStatus.OK:
        return found
    messages.success(request, found.told or gettext("Nothing had changed."))
    return redirect(f"{request.path}#c-{item}" if item else request.path)


def _record(request: HttpRequest, found: Agreed, item: str) -> None:
    score, reason = _typed(request.POST, item)
    if not score and not reason:
        return
    submission, criterion = found.about.cells[item]
    before = latest_consensus(found.about.evaluation).get((submission.pk, criterion.key))
    try:
        row = do(
            request,
            evaluations.agree,
            found.about.evaluation,
            submission=submission,
            criterion=criterion.key,
            score=int(score) if re.fullmatch(r"[0-5]", score) else None,
            reason=reason,
            seen=read_key(request.POST.get(f"seen-{item}", "")),
        )
    except Refused as error:
        found.refused[item] = error.unmet[0]
    else:
        found.recorded += row != before


def _typed(data: QueryDict, item: str) -> tuple[str, str]:
    return data.get(f"score-{item}", ""), clean(data.get(f"reason-{item}", ""))


def _agree_where_equal(request: HttpRequest, found: Agreed) -> None:
    reason = clean(request.POST.get("equal", ""))
    require(bool(reason), "reason_missing", field="equal")
    found.recorded += do(request, evaluations.agree_where_equal, found.about.evaluation, reason=reason)


def _freeze(request: HttpRequest, found: Agreed) -> None:
    done = gettext("Quality is final. Procurement computes the result.")
    if found.about.evaluation.stage + 1 < len(stages_of(found.about.evaluation)):
        done = gettext("Agreed. Procurement invites who reaches the next stage.")
    do(request, evaluations.freeze_quality, found.about.evaluation)
    messages.success(request, done)


BUTTONS: dict[str, Callable[[HttpRequest, Agreed], None]] = {
    "agree": lambda _request, _found: None,
    "equal": _agree_where_equal,
    "freeze": _freeze,
}
