"""Pages of council, auditors and whoever must show that it was fair: case file, log export. Read-only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from mix.actions.flow.bundles import make_bundle
from mix.data.models import (
    Award,
    Chain,
    Challenge,
    Conversation,
    ConversationReply,
    Declaration,
    DocumentVersion,
    Event,
    GateSignature,
    Lesson,
    Notice,
    Participation,
    RequirementReason,
    RuleWaiver,
    Step,
)
from mix.readers.case.challenge_lists import page_own_challenges
from mix.readers.case.challenges import get_challenge, get_step, list_steps, method_for, spec_of
from mix.readers.case.documents import latest_versions
from mix.readers.case.pilots import find_pilot_before, register
from mix.readers.case.publishing import list_notices
from mix.readers.choice.awards import endings_in, list_awards_of
from mix.readers.choice.conflicts import list_panels
from mix.readers.choice.evaluations import FinalEvaluation, find_evaluation, list_final_evaluations
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.events import find_chain, verify_chain
from mix.readers.delivery.conversations import list_handed_over
from mix.readers.flow.bundles import evaluation_document, export_lines
from mix.readers.flow.findings import is_in_effect, list_reasons, list_waivers
from mix.readers.flow.moves import list_decisions
from mix.readers.flow.timelines import list_events
from mix.readers.knowledge.lessons import hours_by_role, list_lessons
from mix.readers.market.participations import list_participations
from mix.rules.choice.scoring import NOT_INVITED
from mix.rules.choice.states import Ending
from mix.rules.city.methods import Step as StepSpec
from mix.rules.core.access import Permission, grants
from mix.rules.core.chain import Break
from mix.rules.core.fields import Bilingual
from mix.rules.core.kinds import EvaluationPhase, StepState
from mix.web.documents.conversing import Box, boxes_and_whole
from mix.web.documents.corrected import noting_corrections
from mix.web.documents.specs import Answer, read_only
from mix.web.drawing.cards import Card, cards
from mix.web.drawing.downloads import Pieces
from mix.web.drawing.findings import waiver_title
from mix.web.drawing.judgements import JudgementView, count_judgements, view_judgements
from mix.web.drawing.pages import draw_page
from mix.web.drawing.paging import Pager, number_of, pager
from mix.web.drawing.requests import only_read, staff_of
from mix.web.drawing.showing import use_clock
from mix.web.drawing.stagebar import StageBar, stage_bar
from mix.web.frame.streams import archive

LATEST = 30  # events of a case file that was not asked for as a whole


def _overseer(request: HttpRequest) -> Actor:
    actor = staff_of(request)
    if not grants(actor.all_roles(), Permission.CASE_FILE_READ):
        raise Forbidden(Permission.CASE_FILE_READ)
    return actor


@dataclass(frozen=True)
class HomeContext:
    """What the list of case files draws."""

    rows: Sequence[Card]
    pager: Pager


def home(request: HttpRequest) -> HttpResponse:
    """Was it fair, and can it be shown?"""
    actor = _overseer(request)
    page = page_own_challenges(actor, number_of(request), needs=Permission.CASE_FILE_READ)
    return draw_page(request, "oversight/home.html", HomeContext(cards(page.rows), pager(request, page)))


@dataclass(frozen=True)
class CaseFileContext:
    """What a case file draws; `broken` is where the log does not hold, `skipped` the steps that were left out.

    Where the whole was asked for (`is_whole`), the log is checked, and shown to its first entry, and each rule that
    was judged stands in the words that it had. `panels` holds what
    each panel declared, and the statements that were signed by it.
    """

    challenge: Challenge
    bar: StageBar
    decisions: Sequence[GateSignature]
    artifacts: Sequence[tuple[StepSpec, Sequence[Answer]]]
    results: Sequence[tuple[Bilingual, str, FinalEvaluation]]
    not_invited: Sequence[str]
    is_blocked_by_tie: bool
    awards: Sequence[Award]
    panels: Sequence[tuple[Bilingual, Sequence[Declaration], Sequence[str]]]
    participations: Sequence[Participation]
    endings: Mapping[int, Ending]
    notices: Sequence[Notice]
    events: Sequence[Event]
    hours: Sequence[tuple[str, Decimal]]
    lessons: Sequence[Lesson]
    is_whole: bool
    chain: Chain | None
    broken: Break | None
    judged: Sequence[JudgementView]
    waivers: Sequence[tuple[RuleWaiver, str, bool]]
    kept: Sequence[RequirementReason]
    pilot: Sequence[Sequence[Answer]]
    written: Sequence[tuple[Bilingual, Conversation, Sequence[Box], Sequence[ConversationReply]]]
    skipped: Sequence[tuple[Bilingual, Step]]


def case_file(request: HttpRequest, code: str) -> HttpResponse:
    """One case on one printable page: decisions with reasons, artifacts, results, notices, log.

    Its log has the latest events, and of the rules that were judged their number; with `?whole` it has every event and
    every rule, and every entry of the chain is checked.
    """
    actor, is_whole = _overseer(request), "whole" in request.GET
    challenge = only_read(request, get_challenge(code, actor=actor, needs=Permission.CASE_FILE_READ))
    use_clock(challenge.municipality.zone)
    chain = find_chain(challenge.municipality.code) if is_whole else None
    steps = list_steps(challenge)
    method = method_for(challenge)
    versions = latest_versions(challenge)
    context = CaseFileContext(
        challenge=challenge,
        bar=stage_bar(challenge, steps),
        decisions=list_decisions(challenge),
        artifacts=[
            (method.step(s.key), _read(s, versions.get(s.key)))
            for s in steps
            if s.state == StepState.DONE and method.step(s.key).fields
        ],
        results=[
            (spec.title, part.gives, final)
            for final in list_final_evaluations(challenge)
            if (spec := method.step(final.evaluation.step.key)) and (part := spec.evaluation)
        ],
        not_invited=[NOT_INVITED],
        is_blocked_by_tie=False,
        awards=list_awards_of(challenge),
        panels=[
            (method.step(step.key).title, declared, list(dict.fromkeys(d.statement for d in declared)))
            for step, declared in list_panels(challenge)
        ],
        participations=list_participations(challenge),
        endings=endings_in(challenge),
        notices=list_notices(challenge),
        events=list_events(challenge, most=None if is_whole else LATEST),
        hours=hours_by_role(challenge),
        lessons=list_lessons(challenge),
        is_whole=is_whole,
        chain=chain,
        broken=verify_chain(chain) if chain else None,
        judged=view_judgements(challenge) if is_whole else count_judgements(challenge),
        waivers=[(w, waiver_title(w), is_in_effect(w)) for w in list_waivers(challenge)],
        kept=list_reasons(challenge),
        pilot=_pilot(challenge),
        written=[
            (method.step(found.step.key).title, found, *boxes_and_whole(found, content, replies))
            for found, content, replies in list_handed_over(challenge)
        ],
        skipped=[(method.step(s.key).title, s) for s in steps if s.state == StepState.SKIPPED],
    )
    return draw_page(request, "oversight/case_file.html", context)


def _read(step: Step, version: DocumentVersion | None) -> list[Answer]:
    """Return the document of a step as it stands, with what was corrected."""
    answers = read_only(spec_of(step).fields, version.content if version else {})
    return noting_corrections(step, version, answers)


def _pilot(challenge: Challenge) -> list[list[Answer]]:
    """Return the record and the report of the pilot that the challenge grew out of, ready to read."""
    pilot = find_pilot_before(challenge)
    if pilot is None:
        return []
    report = pilot.report.answers if pilot.report else {}
    return [read_only(register().fields, pilot.written.answers), read_only(register().close_out, report)]


def evaluation_export(request: HttpRequest, code: str, key: str) -> JsonResponse:
    """Hand out a final evaluation in the open format, for `mix evaluate`."""
    actor = _overseer(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CASE_FILE_READ)
    evaluation = find_evaluation(get_step(challenge, key))
    if evaluation is None or evaluation.phase != EvaluationPhase.FINAL:
        raise Unknown
    response = JsonResponse(evaluation_document(evaluation), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{challenge.code}-{key}.json"'
    return response


def log_export(request: HttpRequest, code: str) -> HttpResponseBase:
    """Hand out the chain of a case's lead city, one JSON object a line; of other cases only the hashes."""
    actor = _overseer(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CASE_FILE_READ)
    use_clock(challenge.municipality.zone)
    chain = find_chain(challenge.municipality.code)
    if chain is None:
        raise Unknown
    return archive(
        request, lambda: export_lines(chain, challenge), kind="application/x-ndjson", name=f"log-{chain.code}.jsonl"
    )


def bundle(request: HttpRequest, code: str) -> HttpResponseBase:
    """Hand out the whole case as a signed archive, for `mix verify bundle` or the verifier's page."""
    challenge = get_challenge(code, actor=_overseer(request), needs=Permission.CASE_FILE_READ)
    return archive(
        request, lambda: Pieces(make_bundle(challenge)), kind="application/zip", name=f"{challenge.code}.mix.zip"
    )
