"""The workspace of a challenge: the map of steps, one step at hand, its gate, what it lacks, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from mix.actions.case import documents
from mix.actions.flow import corrections
from mix.data.models import (
    Challenge,
    ChallengeCity,
    Comment,
    DocumentVersion,
    Event,
    GateSignature,
    Lesson,
    Step,
)
from mix.readers.case.carrying import begun_with, gather_sources, list_carried
from mix.readers.case.challenges import (
    get_challenge,
    get_challenge_and_roles,
    get_step,
    list_city_rows,
    list_steps,
    method_for,
    spec_of,
)
from mix.readers.case.copying import gather_copies, list_copied
from mix.readers.case.documents import (
    find_latest,
    get_document,
    latest_versions,
    list_comments,
    list_corrections,
    list_versions,
    merge_sent,
    merge_with_latest,
)
from mix.readers.core.absences import list_away_at
from mix.readers.core.errors import Forbidden
from mix.readers.flow.findings import judge
from mix.readers.flow.moves import gather_gate, list_all_signatures, unmet_to_ask, unmet_to_proceed
from mix.readers.flow.timelines import list_events
from mix.readers.knowledge.lessons import list_lessons_of
from mix.rules.case.states import ChallengeStatus
from mix.rules.city.kinds import kind_of
from mix.rules.city.methods import Gate as GateOfMethod
from mix.rules.city.methods import Stage
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.fields import read_answers
from mix.rules.core.kinds import StepState
from mix.rules.core.lines import whole_number
from mix.rules.core.samples import with_samples
from mix.rules.core.unmet import Refused, Unmet
from mix.rules.flow.moves import Duty, duties, open_duties
from mix.web.documents.blocks import Left
from mix.web.documents.changes import Changed as ChangedAnswer
from mix.web.documents.changes import changes
from mix.web.documents.sent import read_over, read_sent
from mix.web.documents.sources import view_copies, view_sources
from mix.web.documents.specs import Answer, FieldView, draw, read_only, read_post
from mix.web.drawing.absences import away_text, few
from mix.web.drawing.pages import Context, draw_part
from mix.web.drawing.requests import actor_of, now_of, only_read, signed_in, today_of
from mix.web.drawing.showing import language, use_clock
from mix.web.drawing.stagebar import StageBar, stage_bar
from mix.web.forms.acts import Acts, Taken, do, refused, show, take, take_stash
from mix.web.forms.itself import SavedPart, answered, hindrance, is_by_itself
from mix.web.forms.kinds import Panel
from mix.web.staff.flow.findings import StepFindings, step_findings
from mix.web.staff.flow.step_acts import common_acts

KEEP = "keep"  # the boxes that say that what was copied holds here


def overview(request: HttpRequest, code: str) -> HttpResponse:
    """Go to the step at hand: the first active one, or the last."""
    challenge = get_challenge(code, actor=signed_in(request), needs=Permission.CHALLENGE_READ)
    steps = list_steps(challenge)
    here = next((s for s in steps if s.state == StepState.ACTIVE), steps[-1])
    return redirect("city-step", code=code, key=here.key)


def step(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One step: its artifact, the work of its kind, its gate."""
    actor = signed_in(request)
    challenge, roles = get_challenge_and_roles(code, actor=actor, needs=Permission.CHALLENGE_READ)
    use_clock(challenge.municipality.zone)
    found = get_step(only_read(request, challenge), key)
    if request.method == "POST" and request.POST.get("act") == "save":
        return _save(request, found, roles)
    if request.method == "POST" and request.POST.get("act") == "correct":
        return _correct(request, found, roles)
    if request.method == "POST" and request.POST.get("act") == "bring_in":
        return _bring_in(request, found, roles)
    acts, panel = _offered(request, found, roles)
    stash = take_stash(request) if request.session.get(f"stash:{request.path}", {}).get("act") == ["save"] else None
    typed, drafted = None, Drafted()
    if stash is not None:
        specs, number = spec_of(found).fields, whole_number(stash.get("version", ""))
        typed, drafted = read_post(specs, stash), Drafted(True, number, read_over(stash, specs))
    taken = take(request, acts)
    if isinstance(taken, HttpResponse):
        return taken
    return _drawn(request, found, roles, taken, panel, typed=typed, drafted=drafted)


def _offered(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, Context]:
    """List what can be done on a step, whatever its kind and by its kind, and gather what its kind draws."""
    panel: Panel = kind_of(step.kind).panel
    acts, context = panel(request, step, roles)
    return {**common_acts(request, step.challenge, step, roles), **acts}, context


@dataclass(frozen=True)
class Gate:
    """The gate of a step: what it takes, who has signed, and who decided in earlier rounds.

    `away` says of a word that is asked for who of those that may give it is away.
    """

    spec: GateOfMethod
    open: Sequence[Duty]
    nobody: Sequence[Unmet]
    signatures: Sequence[GateSignature]
    earlier: Sequence[GateSignature]
    away: Mapping[Duty, Sequence[str]]


@dataclass(frozen=True)
class Frame:
    """What stands around the work of any step: where it is, what it lacks, its gate, what happened."""

    challenge: Challenge
    step: Step
    spec: StepSpec
    stage: Stage
    number: int
    stage_number: int
    bar: StageBar
    unmet: tuple[Unmet, ...]
    blocks_proceed: tuple[Unmet, ...]
    gate: Gate | None
    events: Sequence[Event]
    lessons: Sequence[Lesson]
    cities: list[ChallengeCity]
    may_edit: bool
    roles: frozenset[Role]
    zone: str
    include: str
    is_wide: bool
    policy: StepFindings | None


@dataclass(frozen=True)
class MissingContext:
    """What a step lacks, as the page that saved its document by itself shows it anew."""

    step: Step
    unmet: tuple[Unmet, ...]
    blocks_proceed: tuple[Unmet, ...] = ()


@dataclass(frozen=True)
class SaysContext:
    """What the rules say of a step, as that page shows it anew."""

    policy: StepFindings


@dataclass(frozen=True)
class Correction:
    """A version that corrected a step which was done: its reason, and what it changed."""

    version: DocumentVersion
    changes: list[ChangedAnswer]


@dataclass(frozen=True)
class Artifact:
    """The document of a step: as a form for those who may edit or correct it, as answers for all others, or none."""

    fields: list[FieldView] | None = None
    answers: list[Answer] | None = None
    latest: DocumentVersion | None = None
    comments: Iterable[Comment] = ()
    corrections: Sequence[Correction] = ()
    may_correct: bool = False
    is_correcting: bool = False
    why: str = ""


@dataclass(frozen=True)
class Drafted:
    """What was put into the form from elsewhere: typed while signed out, saved by others meanwhile, a Word file.

    What was refused is still written over the version `based_on`, and over others the fields that saved themselves.
    """

    returned: bool = False
    based_on: int | None = None
    over: Mapping[str, int] = field(default_factory=dict)
    theirs_by: DocumentVersion | None = None
    saved_by: DocumentVersion | None = None
    taken: Sequence[Any] = ()
    clashes: Sequence[Any] = ()
    brought: str = ""
    left_over: Sequence[str] = ()
    not_taken: Sequence[Left] = ()
    tracked: int = 0
    tracked_by: Sequence[str] = ()
    found: int = 0
    paper_unmet: Sequence[Unmet] = ()


def _frame(request: HttpRequest, step: Step, roles: frozenset[Role]) -> Frame:
    challenge = step.challenge
    steps = list_steps(challenge)
    spec = spec_of(step)
    stage = next(s for s in method_for(challenge).stages if spec in s.steps)
    now = now_of(request)
    active = step.state == StepState.ACTIVE
    judged = judge(step, now=now) if active else None
    return Frame(
        challenge=challenge,
        step=step,
        spec=spec,
        stage=stage,
        number=list(stage.steps).index(spec) + 1,
        stage_number=list(method_for(challenge).stages).index(stage) + 1,
        bar=stage_bar(challenge, steps, here=step.key),
        unmet=unmet_to_ask(step, now=now) if active and not step.asked_at else (),
        blocks_proceed=unmet_to_proceed(step) if active and step.asked_at else (),
        gate=_gate(step, now=now),
        events=list_events(challenge, most=8),
        lessons=list_lessons_of(step),
        cities=list_city_rows(challenge),
        may_edit=_may_edit(step, roles),
        roles=roles,
        zone=challenge.municipality.zone,
        include=f"kind/{step.kind}",
        is_wide=kind_of(step.kind).is_wide,
        policy=step_findings(step, judged) if judged else None,
    )


def _may_edit(step: Step, roles: frozenset[Role]) -> bool:
    at_work = (step.state == StepState.ACTIVE and not step.asked_at) or step.state == StepState.WAITING
    return at_work and step.challenge.status == ChallengeStatus.RUNNING and grants(roles, Permission.DOCUMENT_EDIT)


def _may_correct(step: Step, roles: frozenset[Role]) -> bool:
    running = step.challenge.status == ChallengeStatus.RUNNING
    return step.state == StepState.DONE and running and grants(roles, Permission.DOCUMENT_EDIT)


def _gate(step: Step, *, now: datetime) -> Gate | None:
    """Return the gate of a step; nobody is waited for where it is done."""
    gate = spec_of(step).gate
    if gate is None:
        return None
    gathered = None if step.state == StepState.DONE else gather_gate(step)
    signatures = list_all_signatures(step)
    waiting = open_duties(*gathered) if gathered else ()
    return Gate(
        spec=gate,
        open=waiting,
        nobody=duties(*gathered)[1] if gathered else (),
        signatures=[s for s in signatures if s.round == step.round],
        earlier=[s for s in signatures if s.round != step.round],
        away=_away(waiting, now=now) if step.asked_at else {},
    )


def _away(waiting: Sequence[Duty], *, now: datetime) -> dict[Duty, list[str]]:
    """Say who is away of those whose word a gate waits for. One query."""
    found = list_away_at({duty.municipality for duty in waiting}, now=now)
    said = {d: [away_text(a) for a in found if (a.city, a.role) == (d.municipality, d.role)] for d in waiting}
    return {duty: few(names) for duty, names in said.items()}


def _artifact(
    request: HttpRequest,
    step: Step,
    roles: frozenset[Role],
    *,
    typed: dict[str, Any] | None = None,
    unmet: tuple[Unmet, ...] = (),
) -> Artifact:
    specs = spec_of(step).fields
    if not specs:
        return Artifact()
    latest = latest_versions(step.challenge).get(step.key)
    content = dict(latest.content) if latest else {}
    may_correct = latest is not None and _may_correct(step, roles)
    is_correcting = may_correct and ("correct" in request.GET or request.POST.get("act") == "correct")
    editable = _may_edit(step, roles) or is_correcting
    begun = begun_with(gather_sources(step), latest) if editable else {}
    copies = gather_copies(step) if editable and latest is None else {}
    shown = {**content, **begun, **copies, **(typed or {})}
    is_written = editable and not is_correcting
    sources = view_sources(step, list_carried(step, shown, latest)) if is_written else {}
    copied = list_copied(step, shown, latest) if is_written else ()
    return Artifact(
        fields=draw(specs, shown, unmet, sources=sources, copies=view_copies(step, copied, actor=actor_of(request)))
        if editable
        else None,
        answers=None if editable else read_only(specs, content),
        latest=latest,
        comments=list_comments(step),
        corrections=_corrections(step, latest),
        may_correct=may_correct,
        is_correcting=is_correcting,
        why=request.POST.get("reason", ""),
    )


def _corrections(step: Step, latest: DocumentVersion | None) -> list[Correction]:
    """List what was corrected once the step was done, latest first, each with what it changed."""
    if latest is None or latest.number == 1:
        return []
    specs = spec_of(step).fields
    return [Correction(v, changes(specs, before.content, v.content)) for v, before in list_corrections(step)]


def _correct(request: HttpRequest, step: Step, roles: frozenset[Role]) -> HttpResponse:
    """Correct a step that is done; what was typed is not lost where that is refused."""
    typed = read_post(spec_of(step).fields, request.POST)
    try:
        do(request, corrections.correct, step, answers=typed, reason=request.POST.get("reason", ""))
    except Refused as error:
        return _again(request, step, roles, *error.unmet, typed=typed)
    messages.success(request, _("Corrected. Whoever gave a word at the gate was told."))
    return redirect(request.path)


def _save(request: HttpRequest, step: Step, roles: frozenset[Role]) -> HttpResponse:
    """Save the artifact; when somebody saved in between both texts are put together, and nothing is lost."""
    if is_by_itself(request):
        return hindrance(request) or _save_itself(request, step)
    specs = spec_of(step).fields
    typed, over = read_post(specs, request.POST), read_over(request.POST, specs)
    if "sample" in request.POST and step.challenge.is_trial:
        typed = with_samples(specs, typed, language=language(), on=today_of(request))
    if (taken := request.POST.get("take", "")) in (sources := gather_sources(step)):
        typed |= {taken: sources[taken], f"{taken}_why": ""}
    based_on, confirmed = whole_number(request.POST.get("version", "")), request.POST.getlist(KEEP)
    try:
        version = do(request, documents.save, step, answers=typed, based_on=based_on, over=over, confirmed=confirmed)
    except documents.EditedMeanwhile as error:
        merged, drafted = _together(step, typed, based_on=based_on or 0, theirs=error.theirs, over=over)
        return _again(request, step, roles, *error.unmet, typed=merged, drafted=replace(drafted, saved_by=error.by))
    except Refused as error:
        drafted = Drafted(based_on=based_on, over=over)
        return _again(request, step, roles, *error.unmet, typed=typed, drafted=drafted)
    messages.success(request, _("Version %(number)d is saved.") % {"number": version.number})
    return redirect(request.path)


def _save_itself(request: HttpRequest, step: Step) -> HttpResponse:
    """Save the fields that were typed into: those that can be read, and that nobody else changed meanwhile."""
    specs = spec_of(step).fields
    sent, latest = read_sent(request, specs), find_latest(get_document(step))
    based_on = whole_number(request.POST.get("version", "")) or 0
    merged = merge_sent(step, sent.good, based_on=based_on, over=read_over(request.POST, specs))
    mine = {key: value for key, value in merged.answers.items() if key not in merged.clashes}
    why, status = sent.why(merged.clashes), 409 if merged.clashes else 422 if sent.bad else 200
    ticked = [SavedPart([KEEP], {})] if KEEP in request.POST.getlist("only") else []
    confirmed = request.POST.getlist(KEEP) if ticked else []
    if not mine and not confirmed:
        return answered(request, ticked, why, status=status)
    content, number = (latest.content, latest.number) if latest else ({}, 0)
    version = do(request, documents.save, step, answers={**content, **mine}, based_on=number, confirmed=confirmed)
    kept = [*sent.kept(version.number, without=merged.clashes, unchanged=merged.taken), *ticked]
    texts = {"version": _("Version %(n)s") % {"n": version.number}}
    now = now_of(request)
    if step.state != StepState.ACTIVE:
        return answered(request, kept, why, status=status, texts=texts)
    parts = {
        "missing": draw_part(request, "staff/flow/_missing.html", MissingContext(step, unmet_to_ask(step, now=now))),
        "says": draw_part(request, "staff/flow/_says.html", SaysContext(step_findings(step, judge(step, now=now)))),
    }
    return answered(request, kept, why, status=status, texts=texts, parts=parts)


def _together(
    step: Step,
    typed: dict[str, Any],
    *,
    based_on: int,
    theirs: DocumentVersion | None,
    over: Mapping[str, int] | None = None,
) -> tuple[dict[str, Any], Drafted]:
    """Put what was typed over one version together with the latest, and say what came from whom."""
    specs = spec_of(step).fields
    merged = merge_with_latest(step, typed, based_on=based_on, over=over)
    titles = {spec.key: spec.title for spec in specs}
    clashing = [spec for spec in specs if spec.key in merged.clashes]
    readable = {spec.key: read_answers([spec], typed)[0].get(spec.key) for spec in clashing}
    return merged.answers, Drafted(
        theirs_by=theirs,
        taken=[titles[key] for key in merged.taken],
        clashes=changes(clashing, theirs.content, readable) if theirs else [],
    )


def _bring_in(request: HttpRequest, step: Step, roles: frozenset[Role]) -> HttpResponse:
    """Put what a Word file says into the form, with what was saved since the file was taken out; nothing is saved."""
    from mix.web.documents.docx import MOST_BYTES, read_docx  # large, and rarely asked for

    specs = spec_of(step).fields
    file = request.FILES.get("file")
    if not specs or not _may_edit(step, roles):
        raise Forbidden(Permission.DOCUMENT_EDIT)
    if file is None:
        return _again(request, step, roles, Unmet("answer_missing", field="file"))
    try:
        read = read_docx(file.read(MOST_BYTES + 1), file.name or "", specs)
    except Refused as error:
        return _again(request, step, roles, *error.unmet)
    latest = find_latest(step.document)
    code, _slash, number = read.mark.rpartition("/")
    base = whole_number(number) if code == f"MIX {step.challenge.code}/{step.key}" else None
    based_on = base if base is not None else (latest.number if latest else 0)
    before: dict[str, Any] = next((v.content for v in list_versions(step.document) if v.number == based_on), {})
    merged, drafted = _together(step, {**before, **read.answers}, based_on=based_on, theirs=latest)
    drafted = replace(
        drafted,
        brought=file.name or "",
        left_over=read.left_over,
        not_taken=read.left,
        tracked=read.changes,
        tracked_by=read.authors,
        found=len(read.answers),
    )
    return _again(request, step, roles, typed=merged, drafted=drafted)


def _again(
    request: HttpRequest,
    step: Step,
    roles: frozenset[Role],
    *unmet: Unmet,
    typed: dict[str, Any] | None = None,
    drafted: Drafted | None = None,
) -> HttpResponse:
    """Draw the step again with what was typed; no act is carried out."""
    acts, panel = _offered(request, step, roles)
    drafted = replace(drafted or Drafted(), paper_unmet=[u for u in unmet if u.field == "file"])
    return _drawn(request, step, roles, refused(acts, *unmet), panel, typed=typed, drafted=drafted)


def _drawn(
    request: HttpRequest,
    step: Step,
    roles: frozenset[Role],
    taken: Taken,
    panel: Context,
    *,
    typed: dict[str, Any] | None,
    drafted: Drafted,
) -> HttpResponse:
    if taken.status != 200:  # a verb that was refused may have left its marks on the row
        step = get_step(step.challenge, step.key)
    artifact = _artifact(request, step, roles, typed=typed, unmet=taken.unmet)
    if artifact.fields:
        taken.own = ("correct",) if artifact.is_correcting else ("save", "bring_in")
    return show(request, "staff/flow/step.html", taken, _frame(request, step, roles), artifact, drafted, panel)
