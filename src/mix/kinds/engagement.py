"""An engagement: a meeting with the market before a call, and the log of contacts."""

from mix.actions.flow import completions
from mix.readers.market.engagements import unmet_in
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.market.engagements import panel

KIND = StepKindOf(
    key=StepKind.ENGAGEMENT,
    permission=Permission.ENGAGEMENT_RUN,
    moment=Moment.COMMISSIONING,
    chooses=False,
    facts=lambda _step, _now: ({}, ()),
    unmet=lambda step, _now: unmet_in(step),
    unmet_to_proceed=lambda _step: (),
    preparers=lambda _step: frozenset(),
    waits_for=nobody,
    on_done=completions.nothing,
    record=lambda _challenge: {},
    panel=panel,
    template=TEMPLATES / "market" / "_step_engagement.html",
    is_wide=False,
)
