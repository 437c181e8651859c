"""An evaluation, on its step page: the panel, its progress, the result. Procurement runs it and does not score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions import evaluations, panels
from mix.data.models import Evaluation, Person, Result, Step
from mix.readers.challenges import list_cities, spec_of
from mix.readers.errors import Unknown
from mix.readers.evaluations import (
    compute,
    consensus_table,
    contenders,
    criteria_of,
    find_evaluation,
    list_results,
    own_scores,
    panel_of,
    scheme_of,
)
from mix.readers.people import list_with_role
from mix.rules.access import Permission, Role, grants
from mix.rules.scoring import Outcome
from mix.web.parts import forms
from mix.web.parts.pages import Act, do, stay


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Appoint, open scoring, replace, open prices, compute the result."""
    evaluation = find_evaluation(step)
    spec = spec_of(step).evaluation
    acts: dict[str, Act] = {}
    working = step.state == "active" and step.asked_at is None and step.challenge.status == "running"
    phase = evaluation.phase if evaluation else "panel"
    if working and grants(roles, Permission.PANEL_APPOINT):
        acts |= _panel_acts(request, step, evaluation)
    if working and evaluation and phase == "quality_frozen" and grants(roles, Permission.RESULT_FINALISE):
        acts |= _result_acts(request, evaluation)
    sees_scores = (
        evaluation is not None
        and phase in ("consensus", "quality_frozen", "final")
        and grants(roles, Permission.SCORES_READ)
    )
    return acts, {
        "evaluation": evaluation,
        "evaluation_spec": spec,
        "panel": [
            (m, len(own_scores(m)), len(contenders(m.evaluation)) * len(criteria_of(m.evaluation)))
            for m in panel_of(evaluation)
        ]
        if evaluation
        else [],
        "left": evaluation.panel.filter(left_at__isnull=False).select_related("person") if evaluation else [],
        "criteria": criteria_of(evaluation) if evaluation else spec.criteria if spec else (),
        "scheme": scheme_of(evaluation) if evaluation else None,
        "waits_for_price": phase == "quality_frozen" and evaluation is not None and _waits_for_price(evaluation),
        "results": _results(evaluation) if evaluation and phase == "final" else [],
        "table": consensus_table(evaluation, contenders(evaluation)) if sees_scores and evaluation else [],
    }


def _panel_acts(request: HttpRequest, step: Step, evaluation: Evaluation | None) -> dict[str, Act]:
    phase = evaluation.phase if evaluation else "panel"
    acts: dict[str, Act] = {}
    if phase in ("panel", "scoring"):
        acts["appoint"] = _appoint(request, step)
    if phase == "panel":
        acts["open_scoring"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, panels.open_scoring, step)),
            _("Open scoring"),
            _("The panel was told."),
            style="",
        )
    if evaluation and phase in ("panel", "scoring", "consensus"):
        acts["leave"] = Act(
            forms.form_of(
                item=forms.choice(_("Member"), [(m.person.code, m.person.name) for m in panel_of(evaluation)]),
                reason=forms.text(_("Reason"), rows=2),
            ),
            lambda given: stay(do(request, panels.leave_panel, _member(step, given["item"]), reason=given["reason"])),
            _("End this seat"),
            _("The seat is free."),
        )
        others = [(m.person.code, m.person.name) for m in panel_of(evaluation) if m.seat != "chair"]
        acts["give_chair"] = Act(
            forms.form_of(item=forms.choice(_("Member"), others), reason=forms.text(_("Reason"), rows=2)),
            lambda given: stay(do(request, panels.give_chair, _member(step, given["item"]), reason=given["reason"])),
            _("Give this member the chair"),
            _("The chair has changed."),
        )
    return acts


def _waits_for_price(evaluation: Evaluation) -> bool:
    return scheme_of(evaluation).price.counts and evaluation.solicitation.price_opened_at is None


def _result_acts(request: HttpRequest, evaluation: Evaluation) -> dict[str, Act]:
    if _waits_for_price(evaluation):
        return {}
    return {
        "finalise": Act(
            forms.form_of(),
            lambda _given: stay(do(request, evaluations.finalise_result, evaluation)),
            _("Compute the result"),
            _("Computed from the agreed scores."),
            style="",
        )
    }


def _results(evaluation: Evaluation) -> list[tuple[Result, Outcome | None]]:
    outcomes = {int(o.key): o for o in compute(evaluation)}
    return [(result, outcomes.get(result.submission_id)) for result in list_results(evaluation)]


def _appoint(request: HttpRequest, step: Step) -> Act:
    people = list_with_role([c.id for c in list_cities(step.challenge)], Role.EVALUATOR)
    return Act(
        forms.form_of(
            person=forms.choice(_("Person"), [(p.code, p.name) for p in people]),
            seat=forms.word_choice(_("Seat"), "role", ("evaluator", "chair"), radio=True),
            due_at=forms.moment(_("Hand in by"), required=False),
        ),
        lambda given: stay(
            do(
                request,
                panels.appoint,
                step,
                person=Person.objects.get(code=given["person"]),
                seat=given["seat"],
                due_at=given["due_at"],
            )
        ),
        _("Appoint"),
        _("Appointed. The person was told."),
        initial={"seat": "evaluator"},
    )


def _member(step: Step, code: str) -> Any:  # noqa: ANN401 - a panel member
    evaluation = find_evaluation(step)
    found = evaluation.panel.filter(person__code=code, left_at=None).first() if evaluation else None
    if found is None:
        raise Unknown
    found.evaluation.step.challenge = step.challenge
    return found
