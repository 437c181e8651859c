"""A solicitation: a call, what is handed in under seal, and its opening."""

from mix.actions.flow import completions
from mix.readers.flow.bundles import record_of_calls
from mix.readers.flow.findings import facts_of_call
from mix.readers.market.item_checks import unmet_in, unmet_to_proceed
from mix.readers.market.solicitations import authors_of_call
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.market.solicitations import panel

KIND = StepKindOf(
    key=StepKind.SOLICITATION,
    permission=Permission.SOLICITATION_EDIT,
    moment=Moment.PUBLICATION,
    chooses=False,
    facts=facts_of_call,
    unmet=lambda step, now: unmet_in(step, now=now),
    unmet_to_proceed=unmet_to_proceed,
    preparers=authors_of_call,
    waits_for=nobody,
    on_done=completions.after_solicitation,
    record=record_of_calls,
    panel=panel,
    template=TEMPLATES / "market" / "_step_solicitation.html",
    is_wide=False,
)
