"""A sprint: the room in which a city and its vendors work, set up in one step and run in the next."""

from mix.actions.flow import completions
from mix.readers.delivery.sprints import unmet_in
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.delivery.sprints import panel

KIND = StepKindOf(
    key=StepKind.SPRINT,
    permission=Permission.SPRINT_RUN,
    moment=Moment.SPRINT,
    chooses=False,
    facts=lambda _step, _now: ({}, ()),
    unmet=unmet_in,
    unmet_to_proceed=lambda _step: (),
    preparers=lambda _step: frozenset(),
    waits_for=nobody,
    on_done=completions.nothing,
    record=lambda _challenge: {},
    panel=panel,
    template=TEMPLATES / "delivery" / "_step_sprint.html",
    is_wide=True,
)
