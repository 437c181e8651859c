"""A disclosure: the pack of what the sprint taught, before everybody may answer."""

from mix.actions.flow import completions
from mix.readers.delivery.disclosures import may_review, reviewers_of, unmet_in, unmet_to_proceed
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.delivery.disclosures import panel

KIND = StepKindOf(
    key=StepKind.DISCLOSURE,
    permission=Permission.SOLICITATION_EDIT,
    moment=Moment.EVALUATION,
    chooses=False,
    facts=lambda _step, _now: ({}, ()),
    unmet=lambda step, _now: unmet_in(step),
    unmet_to_proceed=unmet_to_proceed,
    preparers=reviewers_of,
    waits_for=may_review,
    on_done=completions.after_disclosure,
    record=lambda _challenge: {},
    panel=panel,
    template=TEMPLATES / "delivery" / "_step_disclosure.html",
    is_wide=False,
)
