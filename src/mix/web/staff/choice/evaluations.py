"""An evaluation, on its step page: the panel, its progress, the result. Procurement runs it and does not score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.choice import evaluations, meetings, panels
from mix.data.models import Evaluation, PanelMember, Person, Result, StageInvitation, Step, TieBreak
from mix.readers.case.challenges import list_cities, spec_of
from mix.readers.choice.evaluations import (
    compute,
    consensus_table,
    contenders,
    criteria_now,
    criteria_of,
    find_evaluation,
    has_declared,
    in_stage,
    list_invitations,
    list_results,
    list_tie_breaks,
    most_of,
    panel_of,
    progress,
    scheme_of,
    stage_now,
    stages_of,
    tied_now,
    unmet_by_tie,
)
from mix.readers.city.people import list_with_role
from mix.readers.core.errors import Unknown
from mix.rules.case.states import ChallengeStatus
from mix.rules.choice.scoring import NOT_INVITED, Outcome, tied_for_a_place
from mix.rules.choice.states import Seat
from mix.rules.core.access import Permission, Role, grants, reads_for_the_city
from mix.rules.core.kinds import EvaluationPhase, StepState
from mix.web.parts import forms
from mix.web.parts.acts import do
from mix.web.parts.loose import Act, stay

# From consensus on, those who may read scores for the city see the table.
AFTER_SCORING = frozenset(
    {EvaluationPhase.CONSENSUS, EvaluationPhase.BETWEEN, EvaluationPhase.QUALITY_FROZEN, EvaluationPhase.FINAL}
)


def _panel_rows(evaluation: Evaluation) -> list[tuple[PanelMember, int, int]]:
    """Return each member with how many scores are given and how many are owed, as far as it is known."""
    owed = len(in_stage(evaluation)) * len(criteria_now(evaluation))
    return [(m, *(progress(m) if has_declared(m) else (0, owed))) for m in panel_of(evaluation)]


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Appoint, open scoring, replace, open prices, compute the result."""
    evaluation = find_evaluation(step)
    spec = spec_of(step).evaluation
    acts: dict[str, Act] = {}
    is_open = step.challenge.status == ChallengeStatus.RUNNING and step.asked_at is None
    working = is_open and step.state == StepState.ACTIVE
    phase = evaluation.phase if evaluation else EvaluationPhase.PANEL
    if working and grants(roles, Permission.PANEL_APPOINT):
        acts |= _panel_acts(request, step, evaluation)
    if working and evaluation and phase == EvaluationPhase.QUALITY_FROZEN and grants(roles, Permission.RESULT_FINALISE):
        acts |= _result_acts(request, evaluation)
    if working and evaluation and grants(roles, Permission.PANEL_APPOINT):
        acts |= _stage_acts(request, step, evaluation)
    ties = tied_now(evaluation) if evaluation and phase == EvaluationPhase.FINAL else []
    if is_open and evaluation and ties and grants(roles, Permission.RESULT_FINALISE):
        acts["break_tie"] = _break_tie(request, evaluation, _tie_to_break(evaluation, ties))
    sees_scores = (
        evaluation is not None and phase in AFTER_SCORING and reads_for_the_city(roles, Permission.SCORES_READ)
    )
    return acts, {
        "evaluation": evaluation,
        "evaluation_spec": spec,
        "sees_progress": grants(roles, Permission.PANEL_APPOINT),
        "panel": _panel_rows(evaluation) if evaluation else [],
        "left": evaluation.panel.filter(left_at__isnull=False).select_related("person") if evaluation else [],
        "criteria": criteria_of(evaluation) if evaluation else spec.criteria if spec else (),
        "scheme": scheme_of(evaluation) if evaluation else None,
        "waits_for_price": phase == EvaluationPhase.QUALITY_FROZEN
        and evaluation is not None
        and _waits_for_price(evaluation),
        "results": _results(evaluation) if evaluation and phase == EvaluationPhase.FINAL else [],
        "table": consensus_table(evaluation, contenders(evaluation), criteria_of(evaluation))
        if sees_scores and evaluation
        else [],
        "not_invited": [NOT_INVITED],
        "tie_breaks": [(t, _in_order(evaluation, t)) for t in list_tie_breaks(evaluation)] if evaluation else [],
        "is_blocked_by_tie": bool(ties) and evaluation is not None and bool(unmet_by_tie(evaluation)),
        "stages": [
            (n, s, [i for i in list_invitations(evaluation) if i.stage == n] if evaluation else [])
            for n, s in enumerate(stages_of(evaluation) if evaluation else spec.stages if spec else ())
        ],
        "stage_titles": {
            s.key: s.title for s in (stages_of(evaluation) if evaluation else spec.stages if spec else ())
        },
    }


def _panel_acts(request: HttpRequest, step: Step, evaluation: Evaluation | None) -> dict[str, Act]:
    phase = evaluation.phase if evaluation else EvaluationPhase.PANEL
    acts: dict[str, Act] = {}
    if phase in (EvaluationPhase.PANEL, EvaluationPhase.SCORING):
        acts["appoint"] = _appoint(request, step)
    if phase == EvaluationPhase.PANEL:
        acts["open_scoring"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, panels.open_scoring, step)),
            _("Open scoring"),
            _("The panel was told."),
            style="",
        )
    if evaluation and phase in (EvaluationPhase.PANEL, EvaluationPhase.SCORING, EvaluationPhase.CONSENSUS):
        acts["leave"] = Act(
            forms.form_of(
                item=forms.choice(_("Member"), [(m.person.code, m.person.name) for m in panel_of(evaluation)]),
                reason=forms.text(_("Reason"), rows=2),
            ),
            lambda given: stay(do(request, panels.leave_panel, _member(step, given["item"]), reason=given["reason"])),
            _("End this seat"),
            _("The seat is free."),
        )
        others = [(m.person.code, m.person.name) for m in panel_of(evaluation) if m.seat != Seat.CHAIR]
        acts["give_chair"] = Act(
            forms.form_of(item=forms.choice(_("Member"), others), reason=forms.text(_("Reason"), rows=2)),
            lambda given: stay(do(request, panels.give_chair, _member(step, given["item"]), reason=given["reason"])),
            _("Give this member the chair"),
            _("The chair has changed."),
        )
    return acts


def _stage_acts(request: HttpRequest, step: Step, evaluation: Evaluation) -> dict[str, Act]:
    """Between two stages: invite. In a stage that rests on meetings: agree on times, record what was said."""
    if evaluation.phase == EvaluationPhase.BETWEEN:
        return {
            "invite": Act(
                forms.form_of(),
                lambda _given: stay(do(request, meetings.invite, step)),
                _("Invite who reaches the next stage"),
                _("Invited by the rules of the notice. Vendors and panel were told."),
                style="",
            )
        }
    stage = stage_now(evaluation)
    if evaluation.phase != EvaluationPhase.SCORING or stage is None or not stage.basis.is_met:
        return {}

    def find(code: str) -> StageInvitation:
        found = next((i for i in list_invitations(evaluation) if i.submission.code == code), None)
        if found is None:
            raise Unknown
        found.evaluation = evaluation
        return found

    def agree(given: dict[str, Any]) -> None:
        do(request, meetings.set_meeting, find(given.pop("item")), **given)

    def record(given: dict[str, Any]) -> None:
        do(request, meetings.record_meeting, find(given.pop("item")), **given)

    return {
        "set_meeting": Act(
            forms.form_of(
                item=forms.hidden(), meets_at=forms.moment(_("When")), place=forms.line(_("Where, or how to join"))
            ),
            agree,
            _("Set the time"),
            _("The vendor was told."),
        ),
        "record_meeting": Act(
            forms.form_of(
                item=forms.hidden(),
                minutes=forms.number(_("Minutes it took")),
                present=forms.text(_("Who was there"), rows=2),
                notes=forms.text(_("What was asked, and answered"), rows=4),
            ),
            record,
            _("Record the meeting"),
            _("Recorded. The panel reads it beside its scores."),
            initial={"minutes": stage.minutes} if stage.minutes else {},
        ),
    }


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


def _tie_to_break(evaluation: Evaluation, ties: list[list[Result]]) -> list[Result]:
    """Return the equals whose order is drawn first: those for whom there are too few places, else the best."""
    keys = tied_for_a_place(compute(evaluation), most_of(evaluation))
    return next((group for group in ties if str(group[0].submission_id) in keys), ties[0])


def _break_tie(request: HttpRequest, evaluation: Evaluation, group: list[Result]) -> Act:
    names = [(r.submission.code, r.submission.vendor.name) for r in group]
    first = group[0].rank or 1
    places = {
        f"place_{n}": forms.choice(_("Rank %(rank)s") % {"rank": first + n - 1}, [("", "–"), *names])
        for n in range(1, len(group) + 1)
    }

    def go(given: dict[str, Any]) -> None:
        by_code = {r.submission.code: r.submission for r in group}
        order = [by_code[given[place]] for place in places]
        do(request, evaluations.break_tie, evaluation, order=order, how=given["how"], reason=given["reason"])

    return Act(
        forms.form_of(
            **places,
            how=forms.text(_("How it was drawn, when, and who was there"), rows=2),
            reason=forms.text(
                _("Reason"), hint=_("What the notice says about equals, and why it does not part these.")
            ),
        ),
        go,
        _("Record the order"),
        _("Recorded. The result follows it."),
    )


def _in_order(evaluation: Evaluation, drawn: TieBreak) -> list[str]:
    names = {str(r.submission_id): r.submission.vendor.name for r in list_results(evaluation)}
    return [names[key] for key in drawn.order if key in names]


def _appoint(request: HttpRequest, step: Step) -> Act:
    people = list_with_role([c.id for c in list_cities(step.challenge)], Role.EVALUATOR)
    return Act(
        forms.form_of(
            person=forms.choice(_("Person"), [(p.code, p.name) for p in people]),
            seat=forms.word_choice(_("Seat"), "role", Seat, radio=True),
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
        initial={"seat": Seat.EVALUATOR},
    )


def _member(step: Step, code: str) -> Any:  # noqa: ANN401 - a panel member
    evaluation = find_evaluation(step)
    found = evaluation.panel.filter(person__code=code, left_at=None).first() if evaluation else None
    if found is None:
        raise Unknown
    found.evaluation.step.challenge = step.challenge
    return found
