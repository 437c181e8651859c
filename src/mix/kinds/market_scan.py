"""A market scan: a document that grows old, and may begin with what another city found."""

from mix.actions.flow import completions
from mix.readers.case.documents import unmet_by_age
from mix.rules.city.kinds import nobody
from mix.rules.city.policy.documents import Moment
from mix.rules.core.access import Permission
from mix.rules.core.kinds import StepKind
from mix.web.forms.kinds import TEMPLATES, StepKindOf
from mix.web.staff.case.market_scans import panel

KIND = StepKindOf(
    key=StepKind.MARKET_SCAN,
    permission=Permission.DOCUMENT_EDIT,
    moment=Moment.COMMISSIONING,
    chooses=False,
    facts=lambda _step, _now: ({}, ()),
    unmet=unmet_by_age,
    unmet_to_proceed=lambda _step: (),
    preparers=lambda _step: frozenset(),
    waits_for=nobody,
    on_done=completions.nothing,
    record=lambda _challenge: {},
    panel=panel,
    template=TEMPLATES / "case" / "_step_market_scan.html",
    is_wide=False,
)
