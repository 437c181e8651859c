"""An agreement: of a sprint with each vendor in it, or the contract with the one that won."""

from mix.actions.flow import completions
from mix.readers.delivery.agreements import drafters_of, facts_of, unmet_in
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.delivery.agreements import panel

KIND = StepKindOf(
    key=StepKind.AGREEMENT,
    permission=Permission.AGREEMENT_EDIT,
    moment=Moment.AWARD,
    chooses=False,
    facts=lambda step, _now: (facts_of(step), ()),
    unmet=lambda step, _now: unmet_in(step),
    unmet_to_proceed=lambda _step: (),
    preparers=drafters_of,
    waits_for=nobody,
    on_done=completions.nothing,
    record=lambda _challenge: {},
    panel=panel,
    template=TEMPLATES / "delivery" / "_step_agreement.html",
    is_wide=False,
)
