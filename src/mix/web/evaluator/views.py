"""An evaluator's pages: assignments, declaration, reading and scoring, consensus. Nothing else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from mix.actions.choice import evaluations
from mix.data.models import Evaluation, PanelMember, Step, Submission
from mix.phrases.words import word
from mix.readers.case.challenges import spec_of
from mix.readers.choice.evaluations import (
    conflicted_vendors,
    consensus_table,
    contenders,
    criteria_now,
    criteria_of,
    find_meeting,
    get_readable,
    get_seat,
    has_declared,
    labels_of,
    list_own_seats,
    list_results,
    own_scores,
    part_for,
    progress,
    readable,
    shown_name,
    stage_now,
    stages_of,
    suggest_conflicts,
    to_score,
    unmet_for_consensus,
    unmet_to_freeze,
)
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Unknown
from mix.readers.delivery.sprints import gather_plans, latest_evidence, list_hypotheses, room_of
from mix.readers.market.sealing import list_sealed_files, stream_opened_file
from mix.readers.market.solicitations import part_of
from mix.readers.market.submissions import find_current, opened_answers
from mix.rules.choice.states import Seat
from mix.rules.core.kinds import Envelope, EvaluationPhase
from mix.rules.core.unmet import Refused, Unmet
from mix.web.parts import forms
from mix.web.parts.acts import do, take_stash
from mix.web.parts.loose import Act, answer, stay
from mix.web.parts.pages import signed_in
from mix.web.parts.showing import language, use_clock
from mix.web.parts.specs import read_only


def home(request: HttpRequest) -> HttpResponse:
    """What do I still have to score?"""
    actor = signed_in(request)
    seats = list_own_seats(actor)
    if not seats and not actor.is_staff:
        raise Unknown
    waiting, done = [], []
    for seat in seats:
        title = spec_of(seat.evaluation.step).title
        if not _waits(seat):
            done.append((seat, title))
            continue
        declared = has_declared(seat)
        given, owed = progress(seat) if declared and seat.evaluation.phase == EvaluationPhase.SCORING else (0, 0)
        waiting.append((seat, declared, given, owed, title))
    return render(request, "evaluator/home.html", {"waiting": waiting, "done": done})


def _waits(seat: PanelMember) -> bool:
    """Say whether an evaluation still waits for somebody: their scores, or what its chair does after them."""
    if seat.evaluation.phase in (EvaluationPhase.PANEL, EvaluationPhase.SCORING):
        return seat.handed_in_at is None or seat.seat == Seat.CHAIR
    return seat.seat == Seat.CHAIR and seat.evaluation.phase != EvaluationPhase.FINAL


def _seat(actor: Actor, code: str, key: str) -> tuple[Evaluation, PanelMember]:
    """Return the evaluation of a step's present round and the actor's seat in it. Raises Unknown without a seat."""
    step = (
        Step.objects.filter(challenge__code=code, key=key)
        .select_related("challenge__method", "challenge__municipality")
        .first()
    )
    evaluation = (
        Evaluation.objects.filter(step=step, round=step.round)
        .select_related("solicitation__step__challenge__method")
        .first()
        if step
        else None
    )
    if step is None or evaluation is None:
        raise Unknown
    evaluation.step = step
    use_clock(step.challenge.municipality.zone)
    member = get_seat(evaluation, actor)
    member.evaluation = evaluation
    return evaluation, member


def declare(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Declare about every name on the list, before any content is shown."""
    evaluation, member = _seat(signed_in(request), code, key)
    vendors = sorted({s.vendor for s in contenders(evaluation)}, key=lambda v: v.name)
    fields: dict[str, Any] = {}
    given_before = {d.vendor_id: d for d in member.declarations.all()}
    initial: dict[str, Any] = {}
    suggested = suggest_conflicts(member, vendors)
    for vendor in vendors:
        hints = [vendor.place, *(word("affiliation", code, language()) for code in suggested.get(vendor.pk, ()))]
        fields[vendor.code] = forms.word_choice(vendor.name, "conflict", hint=" · ".join(h for h in hints if h))
        fields[f"note-{vendor.code}"] = forms.line(_("Note on %(vendor)s") % {"vendor": vendor.name}, required=False)
        if vendor.id in given_before:
            initial |= {
                vendor.code: given_before[vendor.id].conflict,
                f"note-{vendor.code}": given_before[vendor.id].note,
            }

    def run(given: dict[str, Any]) -> str:
        conflicts = {v.code: (given[v.code], given[f"note-{v.code}"]) for v in vendors}
        do(request, evaluations.declare, evaluation, conflicts=conflicts)
        return reverse("evaluator-evaluation", args=[code, key])

    acts = {
        "declare": Act(
            forms.form_of(**fields), run, _("Declare"), _("Declared. You may read now."), initial=initial, style=""
        )
    }
    if evaluation.phase != EvaluationPhase.SCORING:
        acts = {}
    return answer(request, "evaluator/declare.html", acts, lambda: _frame(evaluation, member))


def _frame(evaluation: Evaluation, member: PanelMember) -> dict[str, Any]:
    return {
        "evaluation": evaluation,
        "member": member,
        "challenge": evaluation.step.challenge,
        "step": evaluation.step,
        "title": spec_of(evaluation.step).title,
        "anonymous": part_for(evaluation).anonymous,
        "stage": stage_now(evaluation),
    }


def _list(evaluation: Evaluation, member: PanelMember) -> list[tuple[Submission, str, str, int, int]]:
    criteria, given, labels = criteria_now(evaluation), own_scores(member), labels_of(evaluation)
    return [
        (
            s,
            labels.get(s.id, "?"),
            shown_name(evaluation, s),
            sum((s.id, c.key) in given for c in criteria),
            len(criteria),
        )
        for s in to_score(member)
    ]


def evaluation(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One's own progress: what is scored, what is not, hand in."""
    found, member = _seat(signed_in(request), code, key)
    if not has_declared(member):
        return redirect("evaluator-declare", code=code, key=key)
    acts: dict[str, Act] = {}
    if found.phase == EvaluationPhase.SCORING and member.handed_in_at is None:
        acts["hand_in"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, evaluations.hand_in, found)),
            _("Hand in my scores"),
            _("Handed in. Until consensus nobody else sees them."),
            style="",
        )
    if found.phase == EvaluationPhase.SCORING and member.seat == Seat.CHAIR:
        acts["consensus"] = Act(
            forms.form_of(),
            lambda _given: _go(
                do(request, evaluations.open_consensus, found), reverse("evaluator-consensus", args=[code, key])
            ),
            _("Open the consensus"),
            _("Everybody on the panel now sees all scores."),
        )
    return answer(
        request,
        "evaluator/evaluation.html",
        acts,
        lambda: {
            **_frame(*_seat(signed_in(request), code, key)),
            "rows": _list(found, member),
            "criteria": criteria_now(found),
            "hidden": len(conflicted_vendors(member)),
            "waits_for": unmet_for_consensus(found)
            if member.seat == Seat.CHAIR and found.phase == EvaluationPhase.SCORING
            else (),
            "results": list_results(found) if found.phase == EvaluationPhase.FINAL else [],
        },
    )


def _go(_result: object, where: str) -> str:
    return where


def score(request: HttpRequest, code: str, key: str, label: str) -> HttpResponse:
    """Read one submission and score it, criterion by criterion."""
    found, member = _seat(signed_in(request), code, key)
    if not has_declared(member):
        return redirect("evaluator-declare", code=code, key=key)
    submission = get_readable(member, label)
    if submission.id not in {s.id for s in to_score(member)}:
        raise Unknown
    rows = [(submission, label, c, f"score-{c.key}", f"comment-{c.key}") for c in criteria_now(found)]
    return _scoring(request, found, member, rows, here=label)


def across(request: HttpRequest, code: str, key: str, criterion: str) -> HttpResponse:
    """Score one criterion across all submissions."""
    found, member = _seat(signed_in(request), code, key)
    if not has_declared(member):
        return redirect("evaluator-declare", code=code, key=key)
    chosen = next((c for c in criteria_now(found) if c.key == criterion), None)
    if chosen is None:
        raise Unknown
    labels = labels_of(found)
    rows = [
        (s, labels.get(s.id, "?"), chosen, f"score-{labels.get(s.id, '')}", f"comment-{labels.get(s.id, '')}")
        for s in to_score(member)
    ]
    return _scoring(request, found, member, rows, here=f"={criterion}")


def _scoring(
    request: HttpRequest, found: Evaluation, member: PanelMember, rows: list[Any], *, here: str
) -> HttpResponse:
    given = own_scores(member)
    unmet: dict[str, Unmet] = {}
    typed = request.POST if request.method == "POST" else take_stash(request)
    if request.method == "POST":
        unmet = _save_scores(request, found, rows)
        if not unmet:
            return redirect(request.POST.get("next") or request.path) if _is_own(request) else redirect(request.path)
    lines = [
        {
            "submission": s,
            "label": label,
            "name": shown_name(found, s),
            "criterion": c,
            "score_name": sn,
            "comment_name": cn,
            "score": typed.get(sn, "")
            if typed is not None
            else (str(given[s.id, c.key].score) if (s.id, c.key) in given else ""),
            "comment": typed.get(cn, "")
            if typed is not None
            else (given[s.id, c.key].comment if (s.id, c.key) in given else ""),
            "saved": given.get((s.id, c.key)),
            "unmet": unmet.get(sn),
        }
        for s, label, c, sn, cn in rows
    ]
    listed = _list(found, member)
    labels = [label for _s, label, _n, _g, _o in listed]
    following = labels[labels.index(here) + 1] if here in labels and labels.index(here) + 1 < len(labels) else ""
    context = {
        **_frame(found, member),
        "rows": listed,
        "lines": lines,
        "criteria": criteria_now(found),
        "here": here,
        "following": following,
        "unmet": list(unmet.values()),
        "returned": typed is not None and request.method == "GET",
        "one": None if here.startswith("=") else rows[0][0],
        "answers": None if here.startswith("=") else _answers(found, rows[0][0]),
        "files": [] if here.startswith("=") else _files(rows[0][0]),
        "evidence": None if here.startswith("=") else _evidence(found, rows[0][0]),
        "meeting": None if here.startswith("=") else find_meeting(found, rows[0][0]),
        "criterion": rows[0][2] if here.startswith("=") and rows else None,
        "scale": range(6),
        "total": (sum(g for _s, _l, _n, g, _o in listed), sum(o for _s, _l, _n, _g, o in listed)),
    }
    return render(request, "evaluator/score.html", context, status=422 if unmet else 200)


def _save_scores(request: HttpRequest, found: Evaluation, rows: list[Any]) -> dict[str, Unmet]:
    """Save every score that was chosen; return, by field, those that were refused."""
    unmet: dict[str, Unmet] = {}
    for submission, _label, criterion, score_name, comment_name in rows:
        value = request.POST.get(score_name, "")
        if not value.isdigit():
            continue
        try:
            do(
                request,
                evaluations.score,
                found,
                submission=submission,
                criterion=criterion.key,
                score=int(value),
                comment=request.POST.get(comment_name, "").replace("\x00", "").strip(),
                reason=request.POST.get("reason", "").replace("\x00", "").strip(),
            )
        except Refused as error:
            unmet[score_name] = error.unmet[0]
    return unmet


def _is_own(request: HttpRequest) -> bool:
    """Follow only addresses of this evaluation."""
    target = request.POST.get("next", "")
    return target.startswith(request.path.rsplit("/", 2)[0] + "/") and "//" not in target


def _answers(found: Evaluation, submission: Submission) -> list[Any]:
    part = part_of(found.solicitation)
    return read_only(part.fields_of(Envelope.TECHNICAL.value), opened_answers(submission, Envelope.TECHNICAL))


def _files(submission: Submission) -> list[Any]:
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
    _, member = _seat(signed_in(request), code, key)
    submission = get_readable(member, label)
    if file not in {f.code for f in _files(submission)}:
        raise Unknown
    fact, chunks = stream_opened_file(submission, file)
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    ending = fact.name.rpartition(".")[2][:5] if "." in fact.name else "bin"
    response["Content-Disposition"] = f'attachment; filename="{label}-{file}.{ending if ending.isalnum() else "bin"}"'
    response["Content-Security-Policy"] = "sandbox"
    return response


def consensus(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Everybody's scores side by side; the chair records what the panel agrees on, with reasons."""
    found, member = _seat(signed_in(request), code, key)
    if found.phase not in (
        EvaluationPhase.CONSENSUS,
        EvaluationPhase.BETWEEN,
        EvaluationPhase.QUALITY_FROZEN,
        EvaluationPhase.FINAL,
    ) or not has_declared(member):
        raise Unknown
    is_over = found.phase in (EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL)
    own, criteria = (readable(member), criteria_of(found)) if is_over else (to_score(member), criteria_now(found))
    labels = labels_of(found)
    chairs = found.phase == EvaluationPhase.CONSENSUS and member.seat == Seat.CHAIR
    acts = _chair_acts(request, found, own) if chairs else {}
    return answer(
        request,
        "evaluator/consensus.html",
        acts,
        lambda: {
            **_frame(*_seat(signed_in(request), code, key)),
            "table": [
                (s, labels[s.id], shown_name(found, s), cells) for s, cells in consensus_table(found, own, criteria)
            ],
            "unmet": unmet_to_freeze(found),
            "is_last": found.stage + 1 >= len(stages_of(found)),
        },
    )


def _chair_acts(request: HttpRequest, found: Evaluation, own: list[Submission]) -> dict[str, Act]:
    labels = labels_of(found)
    is_last = found.stage + 1 >= len(stages_of(found))
    pairs = {f"{labels[s.id]}-{c.key}": (s, c) for s in own for c in criteria_now(found)}

    def agree(given: dict[str, Any]) -> str:
        if given["item"] not in pairs:
            raise Unknown
        submission, criterion = pairs[given["item"]]
        do(
            request,
            evaluations.agree,
            found,
            submission=submission,
            criterion=criterion.key,
            score=int(given["score"]),
            reason=given["reason"],
        )
        return f"{request.path}#c-{given['item']}"

    return {
        "agree": Act(
            forms.form_of(
                item=forms.hidden(),
                score=forms.choice(_("Agreed score"), [(str(n), str(n)) for n in range(6)]),
                reason=forms.text(_("Reason"), rows=2),
            ),
            agree,
            _("Record"),
            _("Recorded."),
        ),
        "equal": Act(
            forms.form_of(reason=forms.line(_("Reason for all of them"))),
            lambda given: stay(do(request, evaluations.agree_where_equal, found, **given)),
            _("Record every score on which all agree"),
            _("Recorded."),
        ),
        "freeze": Act(
            forms.form_of(),
            lambda _given: stay(do(request, evaluations.freeze_quality, found)),
            _("Quality is final") if is_last else _("This stage is agreed"),
            _("Quality is final. Procurement computes the result.")
            if is_last
            else _("Agreed. Procurement invites who reaches the next stage."),
            style="",
        ),
    }
