"""The workspace of a challenge: the map of steps, one step at hand, its gate, what it lacks, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mix.actions.case import documents
from mix.data.models import Challenge, Document, DocumentVersion, Step
from mix.readers.case.challenges import get_challenge, get_step, list_steps, method_for, roles_in, spec_of
from mix.readers.case.documents import find_latest, list_comments, list_versions, merge_with_latest
from mix.readers.core.errors import Forbidden
from mix.readers.core.events import list_events
from mix.readers.flow.findings import judge
from mix.readers.flow.moves import gather_gate, list_signatures, unmet_to_ask, unmet_to_proceed
from mix.readers.knowledge.lessons import hours_by_role, list_lessons
from mix.rules.city.kinds import kind_of
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.fields import read_answers
from mix.rules.core.kinds import StepState
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.flow.moves import duties, open_duties
from mix.web.parts.acts import do, take_stash
from mix.web.parts.changes import changes
from mix.web.parts.docx import MOST_BYTES, read_docx
from mix.web.parts.loose import answer, names_of
from mix.web.parts.pages import now_of, signed_in
from mix.web.parts.showing import use_clock
from mix.web.parts.specs import draw, read_only, read_post
from mix.web.parts.stagebar import stage_bar
from mix.web.staff.flow.findings import step_findings
from mix.web.staff.flow.step_acts import common_acts


def overview(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the step at hand: the first active one, or the last."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    steps = list_steps(challenge)
    here = next((s for s in steps if s.state == StepState.ACTIVE), steps[-1])
    return redirect("city-step", code=code, key=here.key)


def step(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One step: its artifact, the work of its kind, its gate."""
    actor = signed_in(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    found = get_step(challenge, key)
    roles = roles_in(challenge, actor)
    if request.method == "POST" and request.POST.get("act") == "save":
        return _save(request, challenge, found, roles)
    if request.method == "POST" and request.POST.get("act") == "bring_in":
        return _bring_in(request, challenge, found, roles)
    acts, more = kind_of(found.kind).panel(request, found, roles)
    stash = take_stash(request) if request.session.get(f"stash:{request.path}", {}).get("act") == ["save"] else None
    typed = read_post(spec_of(found).fields, stash) if stash is not None else None
    return answer(
        request,
        "staff/flow/step.html",
        {**common_acts(request, challenge, found, roles), **acts},
        lambda: {
            **_frame(request, challenge, found, roles),
            **_artifact(found, roles, typed=typed),
            **names_of(more),
            "returned": typed is not None,
        },
    )


def _frame(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> dict[str, Any]:
    step.refresh_from_db()
    steps = list_steps(challenge)
    spec = spec_of(step)
    stage = next(s for s in method_for(challenge).stages if spec in s.steps)
    now = now_of(request)
    active = step.state == StepState.ACTIVE
    judged = judge(step, now=now) if active else None
    return {
        "challenge": challenge,
        "step": step,
        "spec": spec,
        "stage": stage,
        "number": list(stage.steps).index(spec) + 1,
        "stage_number": list(method_for(challenge).stages).index(stage) + 1,
        "bar": stage_bar(challenge, steps, here=step.key),
        "unmet": unmet_to_ask(step, now=now, judged=judged) if active and not step.asked_at else (),
        "blocks_proceed": unmet_to_proceed(step) if active and step.asked_at else (),
        "gate": _gate(step),
        "events": list_events(challenge, most=8),
        "lessons": [lesson for lesson in list_lessons(challenge) if lesson.step_id == step.pk],
        "hours": hours_by_role(challenge),
        "cities": challenge.cities.select_related("municipality").order_by("-is_lead", "id"),
        "may_edit": _may_edit(step, roles),
        "roles": roles,
        "zone": challenge.municipality.zone,
        "include": f"kind/{step.kind}",
        "is_wide": kind_of(step.kind).is_wide,
        "policy": step_findings(step, judged) if judged else None,
    }


def _may_edit(step: Step, roles: frozenset[Role]) -> bool:
    return step.state == StepState.ACTIVE and not step.asked_at and grants(roles, Permission.DOCUMENT_EDIT)


def _gate(step: Step) -> dict[str, Any] | None:
    gathered = gather_gate(step)
    if gathered is None:
        return None
    gate, facts = gathered
    needed, nobody = duties(gate, facts)
    return {
        "spec": gate,
        "needed": needed,
        "open": open_duties(gate, facts),
        "nobody": nobody,
        "signatures": list_signatures(step),
        "earlier": step.signatures.exclude(round=step.round).select_related("person", "city").order_by("signed_at"),
    }


def _artifact(
    step: Step, roles: frozenset[Role], *, typed: dict[str, Any] | None = None, unmet: tuple[Unmet, ...] = ()
) -> dict[str, Any]:
    specs = spec_of(step).fields
    if not specs:
        return {"fields": None, "answers": None}
    document = Document.objects.get(step=step)
    latest = find_latest(document)
    content = dict(latest.content) if latest else {}
    editable = _may_edit(step, roles)
    return {
        "fields": draw(specs, typed if typed is not None else content, unmet) if editable else None,
        "answers": None if editable else read_only(specs, content),
        "latest": latest,
        "comments": list_comments(document),
    }


def _save(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> HttpResponse:
    """Save the artifact; when somebody saved in between both texts are put together, and nothing is lost."""
    typed = read_post(spec_of(step).fields, request.POST)
    based_on = _number(request.POST.get("version", ""))
    try:
        version = do(request, documents.save, step, answers=typed, based_on=based_on)
    except documents.EditedMeanwhile as error:
        together = _together(step, typed, based_on=based_on or 0, theirs=error.theirs)
        return _drawn(request, challenge, step, roles, typed=together["typed"], unmet=error.unmet, more=together)
    except Refused as error:
        return _drawn(request, challenge, step, roles, typed=typed, unmet=error.unmet)
    messages.success(request, _("Version %(number)d is saved.") % {"number": version.number})
    return redirect(request.path)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 9 else None


def _together(step: Step, typed: dict[str, Any], *, based_on: int, theirs: DocumentVersion | None) -> dict[str, Any]:
    """Put what was typed over one version together with the latest, and say what came from whom."""
    specs = spec_of(step).fields
    merged = merge_with_latest(step, typed, based_on=based_on)
    titles = {spec.key: spec.title for spec in specs}
    clashing = [spec for spec in specs if spec.key in merged.clashes]
    readable = {spec.key: read_answers([spec], typed)[0].get(spec.key) for spec in clashing}
    return {
        "typed": merged.answers,
        "theirs_by": theirs,
        "taken": [titles[key] for key in merged.taken],
        "clashes": changes(clashing, theirs.content, readable) if theirs else [],
    }


def _bring_in(request: HttpRequest, challenge: Challenge, step: Step, roles: frozenset[Role]) -> HttpResponse:
    """Put what a Word file says into the form, with what was saved since the file was taken out; nothing is saved."""
    specs = spec_of(step).fields
    file = request.FILES.get("file")
    if not specs or not _may_edit(step, roles):
        raise Forbidden(Permission.DOCUMENT_EDIT)
    if file is None:
        return _drawn(request, challenge, step, roles, unmet=(Unmet("answer_missing", field="file"),))
    try:
        taken = read_docx(file.read(MOST_BYTES + 1), file.name or "", specs)
    except Refused as error:
        return _drawn(request, challenge, step, roles, unmet=error.unmet)
    latest = find_latest(step.document)
    code, _slash, number = taken.mark.rpartition("/")
    base = _number(number) if code == f"MIX {challenge.code}/{step.key}" else None
    based_on = base if base is not None else (latest.number if latest else 0)
    before: dict[str, Any] = next((v.content for v in list_versions(step.document) if v.number == based_on), {})
    together = _together(step, {**before, **taken.answers}, based_on=based_on, theirs=latest)
    more = {**together, "brought": file.name, "left_over": taken.left_over, "found": len(taken.answers)}
    return _drawn(request, challenge, step, roles, typed=together["typed"], more=more, status=200)


def _drawn(
    request: HttpRequest,
    challenge: Challenge,
    step: Step,
    roles: frozenset[Role],
    *,
    typed: dict[str, Any] | None = None,
    unmet: tuple[Unmet, ...] = (),
    more: Mapping[str, Any] | None = None,
    status: int = 422,
) -> HttpResponse:
    """Draw the step again with what was typed; no act is carried out."""
    acts, parts = kind_of(step.kind).panel(request, step, roles)
    return answer(
        _as_get(request),
        "staff/flow/step.html",
        {**common_acts(request, challenge, step, roles), **acts},
        lambda: {
            **_frame(request, challenge, step, roles),
            **_artifact(step, roles, typed=typed, unmet=unmet),
            **names_of(parts),
            "paper_unmet": [u for u in unmet if u.field == "file"],
            **(more or {}),
        },
        unmet=unmet,
        status=status,
    )


def _as_get(request: HttpRequest) -> HttpRequest:
    """Show the page again without carrying out an act."""
    request.method = "SHOW"
    return request
