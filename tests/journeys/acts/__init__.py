"""How each act of a scenario is done on pages: what the table of verbs is to `mix replay`, this is to a browser."""

from tests.journeys.acts.calls import CALL_ACTS
from tests.journeys.acts.contracts import CONTRACT_ACTS
from tests.journeys.acts.panels import PANEL_ACTS
from tests.journeys.acts.steps import STEP_ACTS
from tests.journeys.play import Acts

EVERY_ACT: Acts = {**STEP_ACTS, **CALL_ACTS, **PANEL_ACTS, **CONTRACT_ACTS}
