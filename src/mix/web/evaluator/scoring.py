"""Reading and scoring: one submission by every criterion, or one criterion across all submissions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect

from mix.actions.choice import evaluations
from mix.data.models import Evaluation, PanelMember, Score, StageInvitation, Submission
from mix.readers.choice.evaluations import criteria_now, find_meeting
from mix.readers.choice.scoring import Scoring, scoring_of
from mix.readers.core.errors import Unknown
from mix.readers.delivery.sprints import gather_plans, latest_evidence, list_hypotheses, room_of
from mix.readers.market.sealing import FileFact, list_sealed_files, stream_opened_file
from mix.readers.market.solicitations import spec_of_call
from mix.readers.market.submissions import find_current, opened_answers
from mix.rules.city.methods import Criterion
from mix.rules.core.kinds import Envelope
from mix.rules.core.unmet import Refused, Unmet
from mix.web.documents.specs import Answer, read_only
from mix.web.evaluator.seats import list_context, own_seat, seat_context
from mix.web.forms.acts import Taken, do, show, take_stash


@dataclass(frozen=True)
class Asked:
    """One score that a page asks for, and the names of its two fields."""

    submission: Submission
    label: str
    criterion: Criterion
    score_name: str
    comment_name: str


@dataclass(frozen=True)
class Line:
    """One score as a page draws it: what was typed, else what is saved; and why it was refused."""

    label: str
    name: str
    criterion: Criterion
    score_name: str
    comment_name: str
    score: str
    comment: str
    saved: Score | None
    unmet: Unmet | None


@dataclass(frozen=True)
class ScoreContext:
    """What a page of scores draws."""

    lines: list[Line]
    here: str
    following: str
    unmet: list[Unmet]
    returned: bool
    criterion: Criterion | None
    scale: range
    total: tuple[int, int]


@dataclass(frozen=True)
class ReadContext:
    """What there is to read of one submission; nothing on the page of one criterion."""

    answers: list[Answer] | None = None
    files: Sequence[FileFact] = ()
    evidence: Sequence[Any] = ()
    meeting: StageInvitation | None = None


def score(request: HttpRequest, code: str, key: str, label: str) -> HttpResponse:
    """Read one submission and score it, criterion by criterion."""
    found, member = own_seat(request, code, key)
    so_far = scoring_of(found, member)
    if not so_far.is_admitted(member):
        return redirect("evaluator-declare", code=code, key=key)
    submission = so_far.get_readable(member, label)
    if submission not in so_far.here:
        raise Unknown
    asked = [Asked(submission, label, c, f"score-{c.key}", f"comment-{c.key}") for c in criteria_now(found)]
    reading = ReadContext(
        answers=_answers(found, submission),
        files=_files(submission),
        evidence=_evidence(found, submission),
        meeting=find_meeting(found, submission),
    )
    return _scoring(request, so_far, member, asked, reading, here=label)


def across(request: HttpRequest, code: str, key: str, criterion: str) -> HttpResponse:
    """Score one criterion across all submissions."""
    found, member = own_seat(request, code, key)
    so_far = scoring_of(found, member)
    if not so_far.is_admitted(member):
        return redirect("evaluator-declare", code=code, key=key)
    chosen = next((c for c in criteria_now(found) if c.key == criterion), None)
    if chosen is None:
        raise Unknown
    lettered = [(s, so_far.letter(s, member)) for s in so_far.to_score(member)]
    asked = [Asked(s, letter, chosen, f"score-{letter}", f"comment-{letter}") for s, letter in lettered]
    return _scoring(request, so_far, member, asked, ReadContext(), here=f"={criterion}")


def _scoring(
    request: HttpRequest,
    so_far: Scoring,
    member: PanelMember,
    asked: list[Asked],
    reading: ReadContext,
    *,
    here: str,
) -> HttpResponse:
    found = so_far.evaluation
    unmet: dict[str, Unmet] = {}
    typed = request.POST if request.method == "POST" else take_stash(request)
    if request.method == "POST":
        unmet = _save_scores(request, found, asked)
        if not unmet:
            return redirect(request.POST.get("next") or request.path) if _is_own(request) else redirect(request.path)
        so_far = scoring_of(found, member)
    lines = [_line(so_far, member, one, typed, unmet) for one in asked]
    listed = list_context(so_far, member)
    labels = [label for _s, label, _n, _g, _o in listed.rows]
    following = labels[labels.index(here) + 1] if here in labels and labels.index(here) + 1 < len(labels) else ""
    context = ScoreContext(
        lines=lines,
        here=here,
        following=following,
        unmet=list(unmet.values()),
        returned=typed is not None and request.method == "GET",
        criterion=asked[0].criterion if here.startswith("=") and asked else None,
        scale=range(6),
        total=(sum(g for _s, _l, _n, g, _o in listed.rows), sum(o for _s, _l, _n, _g, o in listed.rows)),
    )
    taken = Taken({}, status=422 if unmet else 200)
    return show(request, "evaluator/score.html", taken, seat_context(found, member), listed, reading, context)


def _line(so_far: Scoring, member: PanelMember, one: Asked, typed: Any, unmet: dict[str, Unmet]) -> Line:  # noqa: ANN401 - Django's data or none
    saved = so_far.given(member, one.submission, one.criterion.key)
    if typed is not None:
        score, comment = typed.get(one.score_name, ""), typed.get(one.comment_name, "")
    else:
        score, comment = (str(saved.score), saved.comment) if saved else ("", "")
    return Line(
        label=one.label,
        name=so_far.name(one.submission, member),
        criterion=one.criterion,
        score_name=one.score_name,
        comment_name=one.comment_name,
        score=score,
        comment=comment,
        saved=saved,
        unmet=unmet.get(one.score_name),
    )


def _save_scores(request: HttpRequest, found: Evaluation, asked: list[Asked]) -> dict[str, Unmet]:
    """Save every score that was chosen; return, by field, those that were refused."""
    unmet: dict[str, Unmet] = {}
    for one in asked:
        value = request.POST.get(one.score_name, "")
        if not value.isdigit():
            continue
        try:
            do(
                request,
                evaluations.score,
                found,
                submission=one.submission,
                criterion=one.criterion.key,
                score=int(value),
                comment=_typed(request, one.comment_name),
                reason=_typed(request, "reason"),
            )
        except Refused as error:
            unmet[one.score_name] = error.unmet[0]
    return unmet


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()


def _is_own(request: HttpRequest) -> bool:
    """Follow only addresses of this evaluation."""
    target = request.POST.get("next", "")
    return target.startswith(request.path.rsplit("/", 2)[0] + "/") and "//" not in target


def _answers(found: Evaluation, submission: Submission) -> list[Answer]:
    asked = spec_of_call(found.solicitation).fields_of(Envelope.TECHNICAL.value)
    return read_only([f for f in asked if f.for_panel], opened_answers(submission, Envelope.TECHNICAL))


def _files(submission: Submission) -> list[FileFact]:
    version = find_current(submission)
    return list_sealed_files(submission, version=version.number, envelope=Envelope.TECHNICAL) if version else []


def _evidence(found: Evaluation, submission: Submission) -> list[Any]:
    """Return the sprint's evidence by hypothesis, where there is any."""
    challenge, room = found.step.challenge, room_of(found.step)
    if room is None:
        return []
    latest, plans = latest_evidence(room), gather_plans(challenge)
    vendor = submission.vendor_id
    return [
        (h, plans.get((vendor, str(h["key"]))), latest[vendor, str(h["key"])])
        for h in list_hypotheses(challenge)
        if (vendor, str(h["key"])) in latest
    ]


def opened_file(request: HttpRequest, code: str, key: str, label: str, file: str) -> StreamingHttpResponse:
    """Hand out one technical file of a submission that this member may read, always as a download."""
    found, member = own_seat(request, code, key)
    submission = scoring_of(found, member).get_readable(member, label)
    if file not in {f.code for f in _files(submission)}:
        raise Unknown
    fact, chunks = stream_opened_file(submission, file)
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    ending = fact.name.rpartition(".")[2][:5] if "." in fact.name else "bin"
    response["Content-Disposition"] = f'attachment; filename="{label}-{file}.{ending if ending.isalnum() else "bin"}"'
    response["Content-Security-Policy"] = "sandbox"
    return response
