"""A document that the city writes with each vendor of a standing, until both sides agree to the same words."""

from mix.actions.flow import completions
from mix.readers.delivery.conversations import record_of, unmet_in
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.delivery.conversations import panel

KIND = StepKindOf(
    key=StepKind.CONVERSATION,
    permission=Permission.CONVERSATION_RUN,
    moment=Moment.COMMISSIONING,
    chooses=False,
    facts=lambda _step, _now: ({}, ()),
    unmet=lambda step, _now: unmet_in(step),
    unmet_to_proceed=lambda _step: (),
    preparers=lambda _step: frozenset(),
    waits_for=nobody,
    on_done=completions.nothing,
    record=record_of,
    panel=panel,
    template=TEMPLATES / "delivery" / "_step_conversation.html",
    is_wide=False,
)
