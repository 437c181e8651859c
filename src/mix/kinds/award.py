"""An award: the recommendation, the negotiation and whoever gets it."""

from mix.actions.flow import completions
from mix.readers.choice.awards import preparers_of, unmet_in
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.choice.awards import panel

KIND = StepKindOf(
    key=StepKind.AWARD,
    permission=Permission.AWARD_PREPARE,
    moment=Moment.AWARD,
    chooses=True,
    facts=lambda _step, _now: ({"is_rollout": True}, ()),
    unmet=lambda step, _now: unmet_in(step),
    unmet_to_proceed=lambda _step: (),
    preparers=preparers_of,
    waits_for=nobody,
    on_done=completions.after_award,
    record=lambda _challenge: {},
    panel=panel,
    template=TEMPLATES / "choice" / "_step_award.html",
    is_wide=False,
)
