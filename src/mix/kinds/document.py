"""A document: its fields are all there is to it."""

from mix.actions.flow import completions
from mix.readers.choice import awards
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf, no_panel

KIND = StepKindOf(
    key=StepKind.DOCUMENT,
    permission=Permission.DOCUMENT_EDIT,
    moment=Moment.COMMISSIONING,
    chooses=False,
    facts=lambda _step, _now: ({}, ()),
    unmet=lambda step, _now: awards.unmet_by_drift(step),
    unmet_to_proceed=lambda _step: (),
    preparers=lambda _step: frozenset(),
    waits_for=nobody,
    on_done=completions.after_document,
    record=lambda _challenge: {},
    panel=no_panel,
    template=TEMPLATES / "case" / "_step_document.html",
    is_wide=False,
)
