"""What the chair sends from the consensus: the score at hand; what is typed and not recorded waits in the session."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext

from mix.actions.choice import evaluations
from mix.data.models import ConsensusScore, Evaluation, Submission
from mix.readers.choice.evaluations import latest_consensus, stages_of
from mix.readers.choice.scoring import consensus_table, scoring_of
from mix.readers.core.errors import Unknown
from mix.rules.choice.consensus import as_reason
from mix.rules.city.methods import Criterion
from mix.rules.core.kinds import EvaluationPhase
from mix.rules.core.unmet import Refused, Unmet
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
    def is_typed(self) -> bool:
        """Say whether something stands here that is not recorded."""
        return bool(self.score or self.reason)


# Where to go: to a score, empty for the next, after another was recorded.
Way: TypeAlias = Callable[[HttpRequest, str, str], str]


@dataclass
class Agreed:
    """What became of the form: what waits to be recorded, why which score was refused, what else stands in the way.

    `waiting` holds, by item, what was typed: score, reason, and the key of what stood on the page.
    """

    about: Agreeable
    waiting: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    equal: str = ""
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

    def box(self, item: str) -> Box:
        """Draw the fields of one score: what was typed and not recorded, else empty for a new word."""
        submission, criterion = self.about.cells[item]
        row = latest_consensus(self.about.evaluation).get((submission.pk, criterion.key))
        unmet, present = self.refused.get(item), row.pk if row else 0
        clashes = unmet is not None and unmet.code == "written_meanwhile"
        score, reason, seen = self.waiting.get(item, ("", "", present))
        return Box(item, score, reason, present if clashes else seen, unmet, row if clashes else None)


def take_agreed(request: HttpRequest, about: Agreeable, way: Way) -> Agreed | HttpResponse:
    """Keep what was typed, do what the button says, and answer with where to go, or with what to show.

    Raises Unknown for a button that is not there.
    """
    found = Agreed(about, dict(request.session.get(_key(request), {})))
    if request.method != "POST":
        typed = take_stash(request)
        if typed is not None:
            found.returned = True
            _keep(found, typed)
            _store(request, found)
        return found
    button, _colon, item = request.POST.get("go", "").partition(":")
    if button not in BUTTONS or (item and item not in about.cells):
        raise Unknown
    found.is_over = about.evaluation.phase != EvaluationPhase.CONSENSUS
    _keep(found, request.POST)
    if found.is_over:
        request.session.pop(_key(request), None)
        return found
    try:
        goal = BUTTONS[button](request, found, item)
    except Refused as error:
        found.unmet = error.unmet
    _store(request, found)
    if found.status != HTTPStatus.OK:
        return found
    if found.told:
        messages.success(request, found.told)
    return redirect(way(request, goal, item if found.recorded else ""))


def _key(request: HttpRequest) -> str:
    return f"agree:{request.path}"


def _store(request: HttpRequest, found: Agreed) -> None:
    if found.waiting or _key(request) in request.session:
        request.session[_key(request)] = found.waiting


def _keep(found: Agreed, data: QueryDict) -> None:
    """Let what was typed wait beside what waits already; fields that were emptied wait for nothing."""
    found.equal = clean(data.get("equal", ""))
    for item in found.about.cells:
        if f"reason-{item}" not in data and f"score-{item}" not in data:
            continue
        score, reason = data.get(f"score-{item}", ""), clean(data.get(f"reason-{item}", ""))
        found.waiting.pop(item, None)
        if score or reason:
            found.waiting[item] = (score, reason, read_key(data.get(f"seen-{item}", "")))


def _agree(request: HttpRequest, found: Agreed, item: str) -> str:
    """Record the score at hand, and go on to what comes next."""
    submission, criterion = found.about.cells[item]
    score, reason, seen = found.waiting.get(item, ("", "", 0))
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
            seen=seen,
        )
    except Refused as error:
        found.refused[item] = error.unmet[0]
        return item
    found.waiting.pop(item, None)
    found.recorded += row != before
    return ""


def _show(_request: HttpRequest, _found: Agreed, item: str) -> str:
    return item


def _begin(_request: HttpRequest, found: Agreed, item: str) -> str:
    """Let the reason begin with what the members wrote, before what the chair has typed."""
    so_far = scoring_of(found.about.evaluation)
    submission, criterion = found.about.cells[item]
    ((_submission, (cell,)),) = consensus_table(so_far, [submission], [criterion])
    score, reason, seen = found.waiting.get(item, ("", "", found.box(item).seen))
    found.waiting[item] = (score, as_reason([cell.comments, reason]), seen)
    return item


def _agree_where_equal(request: HttpRequest, found: Agreed, _item: str) -> str:
    found.recorded += do(request, evaluations.agree_where_equal, found.about.evaluation, reason=found.equal)
    return ""


def _freeze(request: HttpRequest, found: Agreed, _item: str) -> str:
    done = gettext("Quality is final. Procurement computes the result.")
    if found.about.evaluation.stage + 1 < len(stages_of(found.about.evaluation)):
        done = gettext("Agreed. Procurement invites who reaches the next stage.")
    if found.waiting:
        titles = {item: found.about.cells[item][1].title.params("what") for item in found.waiting}
        said = {item: {"letter": item.partition("-")[0], **title} for item, title in titles.items()}
        raise Refused(*(Unmet("agreed_not_recorded", words, field=item) for item, words in said.items()))
    do(request, evaluations.freeze_quality, found.about.evaluation)
    messages.success(request, done)
    return ""


# What each button does; it returns the score to come to, empty for the next.
BUTTONS: dict[str, Callable[[HttpRequest, Agreed, str], str]] = {
    "agree": _agree,
    "show": _show,
    "begin": _begin,
    "equal": _agree_where_equal,
    "freeze": _freeze,
}
