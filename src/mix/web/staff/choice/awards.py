"""An award, on its step page: recommend, negotiate, go on to the next, debriefs with their clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mix.actions.choice import awards
from mix.data.models import Award, Debrief, Dispute, Result, Step
from mix.readers.choice.awards import (
    find_live,
    find_next_result,
    get_debrief,
    get_dispute,
    list_awards,
    list_debriefs,
    list_disputes,
    list_next_results,
)
from mix.rules.core.access import Permission, Role
from mix.web.drawing.requests import today_of
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, RowAct, do, granted
from mix.web.forms.kinds import is_under_way
from mix.web.forms.wordings import wording


@dataclass(frozen=True)
class AwardContext:
    """What the step of an award draws."""

    award: Award | None
    awards: list[Award]
    next_result: Result | None
    tied_next: list[Result]
    disputes: list[Dispute]
    debriefs: list[Debrief]
    today: date


class Recommend(Act[Step]):
    """Recommend the best-ranked vendor."""

    label = _("Recommend the best-ranked vendor")
    done = _("Recommended.")
    style = ""
    needs = Permission.AWARD_PREPARE

    def run(self, request: HttpRequest) -> None:
        """Recommend it."""
        do(request, awards.recommend, self.about)


class Negotiate(Act[Award]):
    """Record what was negotiated."""

    label = _("Record the negotiation")
    done = _("Recorded.")
    needs = Permission.AWARD_PREPARE

    text = fields.text(_("What was negotiated"), hint=_("Or that there was nothing to negotiate."))
    value_cents = fields.money(_("Value, all options"))

    @classmethod
    def first(cls, about: Award) -> Mapping[str, Any]:
        """Show what is recorded so far."""
        return {"text": about.negotiation, "value_cents": about.value_cents}

    def run(self, request: HttpRequest) -> None:
        """Record it."""
        do(request, awards.record_negotiation, self.about, **self.cleaned_data)


class Fail(Act[Award]):
    """End the negotiation and go on to the next-ranked."""

    label = _("End it and recommend the next-ranked")
    done = _("The next-ranked vendor is recommended.")
    needs = Permission.AWARD_PREPARE

    reason = fields.text(_("Why the negotiation failed"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """End it."""
        do(request, awards.fail_negotiation, self.about, **self.cleaned_data)


class PlanDebrief(RowAct[Step]):
    """Propose a time for a debrief."""

    label = _("Propose")
    done = _("The vendor was told.")
    needs = Permission.AWARD_PREPARE

    meets_at = fields.moment(_("Meeting"))

    def run(self, request: HttpRequest) -> None:
        """Propose it."""
        found = get_debrief(self.about.challenge, self.row)
        do(request, awards.plan_debrief, found, meets_at=self.cleaned_data["meets_at"])


class HoldDebrief(RowAct[Step]):
    """Note what was said in a debrief."""

    label = _("Note the debrief")
    done = _("Noted.")
    needs = Permission.AWARD_PREPARE

    notes = fields.text(_("What was said"), rows=2)

    def run(self, request: HttpRequest) -> None:
        """Note it."""
        found = get_debrief(self.about.challenge, self.row)
        do(request, awards.hold_debrief, found, notes=self.cleaned_data["notes"])


class AnswerDispute(RowAct[Step]):
    """Answer a dispute."""

    label = _("Answer")
    done = _("The vendor was told.")
    needs = Permission.AWARD_PREPARE

    outcome = fields.word_choice(_("Outcome"), "dispute", radio=True)
    answer = wording(fields.text(_("Answer, with reasons")))

    def run(self, request: HttpRequest) -> None:
        """Answer it."""
        do(request, awards.answer_dispute, get_dispute(self.about.challenge, self.row), **self.rest())


def panel(request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, AwardContext]:
    """Recommend the best-ranked, record the negotiation, or end it and go on to the next."""
    live = find_live(step)
    working = is_under_way(step)
    acts: dict[str, Listed[Any]] = {}
    if working and live is None:
        acts["recommend"] = Listed(Recommend, step)
    elif working and live is not None:
        acts |= {"negotiate": Listed(Negotiate, live), "fail": Listed(Fail, live)}
    acts |= {
        "plan_debrief": Listed(PlanDebrief, step),
        "hold_debrief": Listed(HoldDebrief, step),
        "answer_dispute": Listed(AnswerDispute, step),
    }
    return granted(roles, acts), AwardContext(
        award=live,
        awards=list_awards(step),
        next_result=find_next_result(step) if live is None else None,
        tied_next=list_next_results(step) if live is None else [],
        disputes=list_disputes(step.challenge),
        debriefs=list_debriefs(step.challenge),
        today=today_of(request),
    )
