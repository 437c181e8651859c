"""A step kind that the program does not have: somebody goes and looks, and writes down what was seen."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import HttpRequest

from mix.actions.case import documents
from mix.actions.core.deeds import Deed
from mix.data.models import Challenge, Step
from mix.readers.case.documents import latest_content
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission, Role
from mix.rules.core.unmet import Unmet
from mix.web.forms import fields
from mix.web.forms.acts import Act, Acts, Listed, do, granted
from mix.web.forms.kinds import StepKindOf, is_under_way

ENDED: list[tuple[str, str]] = []  # what came of its end: the step, and the public summary of its gate


def _unmet(step: Step, now: datetime) -> tuple[Unmet, ...]:
    return () if latest_content(step).get("seen") else (Unmet("answer_missing", place="visit"),)


class Look(Act[Step]):
    """Write down what was seen."""

    label = "Write it down"
    needs = Permission.ENGAGEMENT_RUN

    seen = fields.text("What was seen")

    def run(self, request: HttpRequest) -> None:
        """Write it down."""
        do(request, documents.save, self.about, answers=self.cleaned_data)


@dataclass(frozen=True)
class VisitContext:
    """What the step of a visit draws."""

    seen: str


def _panel(_request: HttpRequest, step: Step, roles: frozenset[Role]) -> tuple[Acts, VisitContext]:
    acts = {"look": Listed(Look, step)} if is_under_way(step) else {}
    return granted(roles, acts), VisitContext(latest_content(step).get("seen", ""))


def _on_done(deed: Deed, step: Step, summary: str) -> None:
    ENDED.append((step.key, summary))


def _record(challenge: Challenge) -> dict[str, Any]:
    steps = challenge.steps.filter(kind="site_visit").order_by("position")
    return {"visits.json": {step.key: latest_content(step).get("seen") for step in steps}}


KIND = StepKindOf(
    key="site_visit",
    permission=Permission.ENGAGEMENT_RUN,
    moment=Moment.COMMISSIONING,
    chooses=False,
    facts=lambda _step, _now: ({"category": "services"}, ()),
    unmet=_unmet,
    unmet_to_proceed=lambda _step: (),
    preparers=lambda _step: frozenset(),
    waits_for=lambda _step, _actor: False,
    on_done=_on_done,
    record=_record,
    panel=_panel,
    template=Path(__file__).with_name("_step_site_visit.html"),
    is_wide=False,
)
