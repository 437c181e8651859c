"""An award, on its step page: recommend, negotiate, go on to the next, debriefs with their clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from mix.actions.choice import awards
from mix.data.models import Award, Debrief, Dispute, Step
from mix.readers.choice.awards import find_live, find_next_result, list_awards, list_disputes, list_next_results
from mix.readers.core.errors import Unknown
from mix.rules.case.states import ChallengeStatus
from mix.rules.core.access import Permission, Role, grants
from mix.rules.core.kinds import StepState
from mix.web.parts import forms
from mix.web.parts.pages import Act, do, stay, today_of


def part(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Mapping[str, Act], dict[str, Any]]:
    """Recommend the best-ranked, record the negotiation, or end it and go on to the next."""
    live = find_live(step)
    acts: dict[str, Act] = {}
    working = (
        step.state == StepState.ACTIVE and step.asked_at is None and step.challenge.status == ChallengeStatus.RUNNING
    )
    if grants(roles, Permission.AWARD_PREPARE):
        acts |= _award_acts(request, step, live) if working else {}
        acts |= _debrief_acts(request, step)
    return acts, {
        "award": live,
        "awards": list_awards(step),
        "next_result": find_next_result(step) if live is None else None,
        "tied_next": list_next_results(step) if live is None else [],
        "disputes": list_disputes(step.challenge),
        "debriefs": Debrief.objects.filter(step__challenge=step.challenge)
        .select_related("vendor", "asked_by", "step")
        .order_by("due_on", "id"),
        "today": today_of(request),
    }


def _award_acts(request: HttpRequest, step: Step, live: Award | None) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    if live is None:
        acts["recommend"] = Act(
            forms.form_of(),
            lambda _given: stay(do(request, awards.recommend, step)),
            _("Recommend the best-ranked vendor"),
            _("Recommended."),
            style="",
        )
    else:
        live.step = step
        acts["negotiate"] = Act(
            forms.form_of(
                text=forms.text(_("What was negotiated"), hint=_("Or that there was nothing to negotiate.")),
                value_cents=forms.money(_("Value, all options")),
            ),
            lambda given: stay(do(request, awards.record_negotiation, live, **given)),
            _("Record the negotiation"),
            _("Recorded."),
            initial={"text": live.negotiation, "value_cents": live.value_cents},
        )
        acts["fail"] = Act(
            forms.form_of(reason=forms.text(_("Why the negotiation failed"), rows=2)),
            lambda given: stay(do(request, awards.fail_negotiation, live, **given)),
            _("End it and recommend the next-ranked"),
            _("The next-ranked vendor is recommended."),
        )
    return acts


def _debrief_acts(request: HttpRequest, step: Step) -> dict[str, Act]:
    acts: dict[str, Act] = {}
    acts["plan_debrief"] = Act(
        forms.form_of(item=forms.hidden(), meets_at=forms.moment(_("Meeting"))),
        lambda given: stay(do(request, awards.plan_debrief, _debrief(step, given["item"]), meets_at=given["meets_at"])),
        _("Propose"),
        _("The vendor was told."),
    )
    acts["hold_debrief"] = Act(
        forms.form_of(item=forms.hidden(), notes=forms.text(_("What was said"), rows=2)),
        lambda given: stay(do(request, awards.hold_debrief, _debrief(step, given["item"]), notes=given["notes"])),
        _("Note the debrief"),
        _("Noted."),
    )
    acts["answer_dispute"] = Act(
        forms.form_of(
            item=forms.hidden(),
            outcome=forms.word_choice(_("Outcome"), "dispute", radio=True),
            answer=forms.text(_("Answer, with reasons")),
        ),
        lambda given: stay(
            do(
                request,
                awards.answer_dispute,
                _dispute(step, given["item"]),
                outcome=given["outcome"],
                answer=given["answer"],
            )
        ),
        _("Answer"),
        _("The vendor was told."),
    )
    return acts


def _dispute(step: Step, item: str) -> Dispute:
    found = next((d for d in list_disputes(step.challenge) if d.code == item), None)
    if found is None:
        raise Unknown
    return found


def _debrief(step: Step, item: str) -> Debrief:
    found = (
        Debrief.objects.filter(step__challenge=step.challenge, pk=int(item) if item.isdigit() else 0)
        .select_related("vendor", "step__challenge__municipality", "step__challenge__method")
        .first()
    )
    if found is None:
        raise Unknown
    return found
