"""Pages of council, auditors and whoever must show that it was fair: case file, log export. Read-only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render

from mix.actions.flow.bundles import make_bundle
from mix.data.models import Chain, Challenge
from mix.readers.case.challenges import get_challenge, get_step, method_for, page_own_challenges
from mix.readers.case.documents import latest_contents
from mix.readers.case.pilots import find_pilot_before, register
from mix.readers.case.publishing import list_notices
from mix.readers.choice.awards import list_awards_of
from mix.readers.choice.evaluations import by_rank, find_evaluation, list_final_evaluations
from mix.readers.core.actors import Actor
from mix.readers.core.errors import Forbidden, Unknown
from mix.readers.core.events import list_events, verify_chain
from mix.readers.flow.bundles import evaluation_document, export_lines
from mix.readers.flow.findings import holds, list_waivers
from mix.readers.flow.moves import list_decisions
from mix.readers.knowledge.lessons import hours_by_role, list_lessons
from mix.rules.core.access import Permission, grants
from mix.rules.core.kinds import EvaluationPhase, StepState
from mix.web.parts.findings import waiver_title
from mix.web.parts.pages import staff_of
from mix.web.parts.paging import number_of, pager
from mix.web.parts.showing import use_clock
from mix.web.parts.specs import Answer, read_only
from mix.web.parts.stagebar import stage_bar


def _overseer(request: HttpRequest) -> Actor:
    actor = staff_of(request)
    if not grants(actor.all_roles(), Permission.CASE_FILE_READ):
        raise Forbidden(Permission.CASE_FILE_READ)
    return actor


def home(request: HttpRequest) -> HttpResponse:
    """Was it fair, and can it be shown?"""
    actor = _overseer(request)
    page = page_own_challenges(actor, number_of(request), needs=Permission.CASE_FILE_READ)
    rows = [(c, stage_bar(c, list(c.steps.all()))) for c in page.rows]
    return render(request, "oversight/home.html", {"rows": rows, "pager": pager(request, page)})


def case_file(request: HttpRequest, code: str) -> HttpResponse:
    """One case on one printable page: decisions with reasons, artifacts, results, notices, log."""
    actor = _overseer(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CASE_FILE_READ)
    use_clock(challenge.municipality.zone)
    chain = Chain.objects.filter(code=challenge.municipality.code).first()
    steps = list(challenge.steps.order_by("position"))
    method = method_for(challenge)
    contents = latest_contents(challenge)
    context = {
        "challenge": challenge,
        "bar": stage_bar(challenge, steps),
        "decisions": list_decisions(challenge),
        "artifacts": [
            (method.step(s.key), read_only(method.step(s.key).fields, contents.get(s.key, {})))
            for s in steps
            if s.state == StepState.DONE and method.step(s.key).fields
        ],
        "results": [
            (method.step(e.step.key).title, e, by_rank(e.results.all())) for e in list_final_evaluations(challenge)
        ],
        "awards": list_awards_of(challenge),
        "participations": challenge.participations.select_related("vendor").order_by("vendor__name"),
        "notices": list_notices(challenge),
        "events": list_events(challenge),
        "hours": hours_by_role(challenge),
        "lessons": list_lessons(challenge),
        "chain": chain,
        "broken": verify_chain(chain) if chain else None,
        "waivers": [(w, waiver_title(w), holds(w)) for w in list_waivers(challenge)],
        "kept": challenge.requirement_reasons.select_related("given_by").order_by("given_at"),
        "pilot": _pilot(challenge),
        "skipped": [(method.step(s.key).title, s) for s in steps if s.state == StepState.SKIPPED],
    }
    return render(request, "oversight/case_file.html", context)


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


def log_export(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Hand out the chain of a case's lead city, one JSON object a line; of other cases only the hashes."""
    actor = _overseer(request)
    challenge = get_challenge(code, actor=actor, needs=Permission.CASE_FILE_READ)
    use_clock(challenge.municipality.zone)
    chain = Chain.objects.filter(code=challenge.municipality.code).first()
    if chain is None:
        raise Unknown
    response = StreamingHttpResponse(export_lines(chain, challenge), content_type="application/x-ndjson")
    response["Content-Disposition"] = f'attachment; filename="log-{chain.code}.jsonl"'
    return response


def bundle(request: HttpRequest, code: str) -> HttpResponse:
    """Hand out the whole case as a signed archive, for `mix verify bundle` or the verifier's page."""
    challenge = get_challenge(code, actor=_overseer(request), needs=Permission.CASE_FILE_READ)
    response = HttpResponse(make_bundle(challenge), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{challenge.code}.mix.zip"'
    return response
