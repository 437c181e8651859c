"""An evaluation: a panel, its scores and the result."""

from mix.actions.flow import completions
from mix.readers.choice.evaluations import authors_of_result, unmet_in
from mix.readers.flow.bundles import record_of_evaluations
from mix.readers.flow.findings import facts_of_panel
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.choice.evaluations import panel

KIND = StepKindOf(
    key=StepKind.EVALUATION,
    permission=Permission.RESULT_FINALISE,
    moment=Moment.EVALUATION,
    chooses=True,
    facts=lambda step, _now: (facts_of_panel(step), ()),
    unmet=lambda step, _now: unmet_in(step),
    unmet_to_proceed=lambda _step: (),
    preparers=authors_of_result,
    waits_for=nobody,
    on_done=completions.after_evaluation,
    record=record_of_evaluations,
    panel=panel,
    template=TEMPLATES / "choice" / "_step_evaluation.html",
    is_wide=False,
)
