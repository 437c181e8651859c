"""Reading and scoring: one submission by every criterion, or one criterion across all submissions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from mix.data.models import PanelMember, StageInvitation
from mix.readers.choice.evaluations import criteria_now, find_meeting
from mix.readers.choice.scoring import Scoring, scoring_of
from mix.readers.core.errors import Unknown
from mix.rules.city.methods import Criterion
from mix.rules.core.unmet import require
from mix.web.documents.specs import Answer
from mix.web.evaluator.documents import FilesContext, files_beside
from mix.web.evaluator.reading import gather_evidence, read_answers, scored_by
from mix.web.evaluator.saving import Asked, Line, Saved, draw_line, save_itself, save_scores
from mix.web.evaluator.seats import list_context, own_seat, seat_context
from mix.web.forms.acts import Taken, show, take_stash
from mix.web.forms.itself import hindrance, is_by_itself


@dataclass(frozen=True)
class ScoreContext:
    """What a page of scores draws; `refused` says what was not saved, where something was not."""

    lines: list[Line]
    here: str
    following: str
    refused: str
    reason: str
    returned: bool
    criterion: Criterion | None
    beside: Mapping[str, list[Answer]]
    scale: range
    total: tuple[int, int]


@dataclass(frozen=True)
class ReadContext:
    """What there is to read of one submission; nothing on the page of one criterion."""

    answers: list[Answer] | None = None
    evidence: Sequence[Any] = ()
    meeting: StageInvitation | None = None


def score(request: HttpRequest, code: str, key: str, label: str) -> HttpResponse:
    """Read one submission and score it, criterion by criterion."""
    found, member = own_seat(request, code, key)
    so_far = scoring_of(found, member)
    if not so_far.is_admitted(member):
        require(request.method != "POST", "scoring_waits")
        return redirect("evaluator-declare", code=code, key=key)
    submission = so_far.get_readable(member, label)
    if submission not in so_far.to_score(member):
        raise Unknown
    asked = [Asked(submission, label, c, c.key) for c in criteria_now(found)]
    reading = ReadContext(
        answers=read_answers(found, submission, label),
        evidence=gather_evidence(found, submission),
        meeting=find_meeting(found, submission),
    )
    return _scoring(request, so_far, member, asked, reading, files=files_beside(request, submission), here=label)


def across(request: HttpRequest, code: str, key: str, criterion: str) -> HttpResponse:
    """Score one criterion across all submissions."""
    found, member = own_seat(request, code, key)
    so_far = scoring_of(found, member)
    if not so_far.is_admitted(member):
        require(request.method != "POST", "scoring_waits")
        return redirect("evaluator-declare", code=code, key=key)
    chosen = next((c for c in criteria_now(found) if c.key == criterion), None)
    if chosen is None:
        raise Unknown
    lettered = [(s, so_far.letter(s, member)) for s in so_far.to_score(member)]
    asked = [Asked(s, letter, chosen, letter) for s, letter in lettered]
    return _scoring(request, so_far, member, asked, ReadContext(), files=FilesContext(), here=f"={criterion}")


def _scoring(
    request: HttpRequest,
    so_far: Scoring,
    member: PanelMember,
    asked: list[Asked],
    reading: ReadContext,
    *,
    files: FilesContext,
    here: str,
) -> HttpResponse:
    if is_by_itself(request):
        return hindrance(request) or save_itself(request, so_far, member, asked)
    saved, typed = Saved(), take_stash(request)
    if request.method == "POST":
        saved = save_scores(request, so_far, member, asked)
        if saved.status == HTTPStatus.OK:
            goes_on = _is_own(request)
            if saved.told or not goes_on:
                messages.success(request, saved.told or gettext("Nothing had changed."))
            return redirect(request.POST["next"] if goes_on else request.get_full_path())
        so_far = scoring_of(so_far.evaluation, member)
    returned = typed is not None
    lines = []
    for one in asked:
        kept = request.POST if saved.is_over or one.name in saved.unmet else typed
        lines.append(draw_line(so_far, member, one, kept, saved.unmet.get(one.name)))
    listed = list_context(so_far, member)
    labels = [label for _s, label, _n, _g, _o in listed.rows]
    following = labels[labels.index(here) + 1] if here in labels and labels.index(here) + 1 < len(labels) else ""
    context = ScoreContext(
        lines=lines,
        here=here,
        following=following,
        refused=saved.refused if saved.status != HTTPStatus.OK else "",
        reason=(typed or request.POST).get("reason", ""),
        returned=returned,
        criterion=asked[0].criterion if here.startswith("=") and asked else None,
        beside=scored_by(so_far.evaluation, asked),
        scale=range(6),
        total=(sum(g for _s, _l, _n, g, _o in listed.rows), sum(o for _s, _l, _n, _g, o in listed.rows)),
    )
    taken = Taken({}, status=saved.status)
    seat = seat_context(so_far.evaluation, member)
    return show(request, "evaluator/score.html", taken, seat, listed, reading, files, context)


def _is_own(request: HttpRequest) -> bool:
    """Follow only addresses of this evaluation."""
    target = request.POST.get("next", "")
    return target.startswith(request.path.rsplit("/", 2)[0] + "/") and "//" not in target
